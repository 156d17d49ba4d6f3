"""Step 2, access codes: open posters per place, one code per household."""
