"""RSS002 and RSS003: constructor calls replaced by the accessor, and what that would change."""
