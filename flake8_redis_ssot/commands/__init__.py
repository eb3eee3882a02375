"""The commands of `redis-ssot`, one module each with a `main(arguments) -> exit code`."""
