"""The report of a wave as Word, PDF and HTML from one source. Step 8 of the flow."""
