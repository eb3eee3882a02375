"""The whole shop in one process, for work on a single machine."""
