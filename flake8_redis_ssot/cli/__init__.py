"""The command line interface: options, errors, and one module for each command."""
