"""Many repositories: cloned, scanned on a cluster, reported from one SQLite file, and fixed with all-repos."""
