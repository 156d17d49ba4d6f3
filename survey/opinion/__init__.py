"""Step 8, open text of residents: screened for personal data."""
