"""A response from the open form to the ledger, by every way that leads there. Steps 3 and 4 of the flow."""
