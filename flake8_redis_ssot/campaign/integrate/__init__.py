"""A service's own implementation gives way to the shared one: what its users call, what fits, and what is written."""
