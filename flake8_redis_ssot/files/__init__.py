"""Access to files, directories, git, the cache and worker processes."""
