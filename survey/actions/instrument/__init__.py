"""Questionnaires: checked, published, read. Step 1 of the flow."""
