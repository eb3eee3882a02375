"""Flow analysis: which origins each name may have at each statement."""
