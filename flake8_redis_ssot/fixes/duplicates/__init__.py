"""Whether a class that duplicates a shared one does the same."""
