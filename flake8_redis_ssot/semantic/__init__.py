"""Analysis of one file by itself: scopes, symbols, bindings, facts."""
