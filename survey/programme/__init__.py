"""Step 2, the work of the office: areas, responsible units, waves, indicators, targets, population margins."""
