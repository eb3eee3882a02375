"""What one file says, from its own text: scopes, symbols, bindings, facts."""
