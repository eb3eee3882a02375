"""RSS002 and RSS003: replace constructor calls by the accessor, and check what that changes."""
