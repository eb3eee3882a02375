"""Which files have to be read: a search through bytes before anything is parsed."""
