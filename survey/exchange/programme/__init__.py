"""What an office uploads about its programme: areas, units, frames, waves. Step 2 of the flow."""
