"""A tree for every text: newer syntax is levelled down in place, and what is no Python is left out and told."""
