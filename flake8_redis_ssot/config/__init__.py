"""Finding, reading and validating the configuration."""
