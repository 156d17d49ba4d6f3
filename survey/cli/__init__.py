"""The command line: read the arguments, act, print."""
