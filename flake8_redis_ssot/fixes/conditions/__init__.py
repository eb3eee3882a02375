"""The conditions of a safe fix, a module each: what is recognised as safe, and the doubt that anything else raises."""
