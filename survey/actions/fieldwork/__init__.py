"""Fieldwork: the sample, the workers' devices, visits, supervision. Steps 2 to 4 of the flow."""
