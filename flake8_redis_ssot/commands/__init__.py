"""The commands of `redis-ssot`, one module each with `add_arguments(parser)` and `main(arguments)`, an exit code."""
