"""How fast we are beside our peers: `python -m benchmarks` builds a monorepo, or takes one, and times all of them."""
