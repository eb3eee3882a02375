"""Infers the members of classes, the return types of functions and the types of variables."""
