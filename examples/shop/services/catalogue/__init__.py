"""The catalogue: what the shop sells, at which price, and how much is left of it."""
