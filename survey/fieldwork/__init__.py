"""Step 2, sampled cases, visits and AAPOR dispositions. Never linked to an answer."""
