"""Where managers used to live, before each got a module of its own."""
