"""What binds the names of a module: its own statements, star imports, and other files."""
