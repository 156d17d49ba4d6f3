"""Ways in: posters and letters issued, printed, counted, retired. Step 2 of the flow."""
