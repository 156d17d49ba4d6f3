"""Step 1, the questionnaire as an object: items, scales, conditions; checked once, at publication."""
