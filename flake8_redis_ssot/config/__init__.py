"""The configuration: where it is, what may stand in it, and every mistake at once."""
