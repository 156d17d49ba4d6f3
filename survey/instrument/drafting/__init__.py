"""Step 1: a questionnaire that is being written. Read: draft → written → pasted → advice → differences."""
