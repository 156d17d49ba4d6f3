"""The sections of the special report of a wave, one module for each. Step 8."""
