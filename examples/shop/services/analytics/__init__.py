"""Analytics: who came, what was bought."""
