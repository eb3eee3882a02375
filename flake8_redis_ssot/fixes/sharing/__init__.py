"""Whether an instance can be replaced by a shared one: its class, its constructor, its methods, and who reaches it."""
