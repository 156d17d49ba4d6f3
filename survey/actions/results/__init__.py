"""Results: analysed, explained, released, exported, reported. Steps 5 to 8 of the flow."""
