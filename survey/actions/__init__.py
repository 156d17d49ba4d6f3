"""Verbs: what a person can do, one file each. An action owns its transaction and knows no Flask."""
