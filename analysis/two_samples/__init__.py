"""A drawn sample and a self-selected one side by side: pseudo-weights, disagreement, a named blend. Step 6."""
