"""Repositories that nobody should trust, and the commands that are run in them."""
