"""A wave as a plan that `python -m analysis` runs, and the evidence bundle around it. Steps 5 to 8 of the flow."""
