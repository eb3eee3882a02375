"""A first configuration, from the code alone: what is shared, where it lives, and what passes it on."""
