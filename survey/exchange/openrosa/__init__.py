"""Steps 2 and 3: what ODK Collect and other OpenRosa clients read and send: forms, lists, records, settings."""
