"""Step 5: base weight, nonresponse adjustment, post-stratification, raking, calibration, trimming."""
