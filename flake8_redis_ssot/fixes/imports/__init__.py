"""RSS001: replace or remove imports of deprecated modules and names."""
