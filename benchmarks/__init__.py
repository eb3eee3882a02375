"""Benchmarks of this tool and its peers: `python -m benchmarks` times them on a generated or given tree."""
