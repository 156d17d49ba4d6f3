"""Step 6: shares, means, ratios with design-based variance and intervals."""
