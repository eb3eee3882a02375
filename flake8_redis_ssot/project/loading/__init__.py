"""What runs while modules are loaded, and which modules that imports."""
