"""The baseline: findings that are known and pass, so that new ones fail. Entries hold no line numbers."""
