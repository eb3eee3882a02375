"""Everything outside the process: files, folders, git, caches, worker processes."""
