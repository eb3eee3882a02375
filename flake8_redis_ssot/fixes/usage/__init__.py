"""How a value is used: followed through names, attributes, arguments and returns, also across files."""
