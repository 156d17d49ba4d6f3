"""Before a wave: how many answers, from which strata, which communities and dwellings (step 2 of the flow)."""
