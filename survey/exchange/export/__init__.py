"""Responses as files of other programs, each with a codebook. Step 8 of the flow."""
