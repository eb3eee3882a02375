"""The `redis-ssot` command: its options, its errors, and one module for each command."""
