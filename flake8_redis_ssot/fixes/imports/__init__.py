"""RSS001: imports of deprecated modules and names, replaced or removed."""
