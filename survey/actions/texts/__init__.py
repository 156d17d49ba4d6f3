"""Verbs of step 6 for open answers: read and count words, code by hand, settle, compare coders, weigh categories."""
