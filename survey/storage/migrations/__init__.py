"""Alembic: the numbered steps from the first table to today."""
