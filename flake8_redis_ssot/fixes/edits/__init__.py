"""Edit statements and import lists in place, with minimal changes that keep comments and layout."""
