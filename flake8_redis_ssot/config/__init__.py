"""The configuration: where it is found, which settings there are, and every mistake in them."""
