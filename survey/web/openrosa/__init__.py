"""ODK Collect and other OpenRosa clients."""
