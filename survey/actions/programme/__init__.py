"""The programme: areas, units, waves from draft to closing. Step 2 of the flow."""
