"""Rates, intervals and decisions of a wave."""
