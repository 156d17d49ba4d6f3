"""An opinion from the writer to the responsible unit and back; reply slips. Step 8 of the flow."""
