"""Who may read a name of a module: other files by name, by string or by reflection, tests, and text files."""
