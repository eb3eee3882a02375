"""First steps in a repository: a proposed configuration, checks of the setup, exports for other tools."""
