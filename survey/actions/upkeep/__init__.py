"""The upkeep of an installation: migrations, backups, verification, what is deleted on schedule."""
