"""Responses that other programs collected, read by a mapping. Step 4 of the flow."""
