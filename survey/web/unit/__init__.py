"""Responsible units."""
