"""Step 8: writes estimates.json, tables and the method note."""
