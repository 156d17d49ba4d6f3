"""Step 8: a plan as a script of R, so that others can recompute every figure without this software."""
