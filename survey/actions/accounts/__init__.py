"""Accounts of people and programs: added, recognised, changed. Every step."""
