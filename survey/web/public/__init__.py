"""What everyone may read: start page, health checks."""
