"""Reports of findings: the output formats of `check`, statistics and summaries."""
