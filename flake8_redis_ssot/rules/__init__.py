"""One file per code; its name says the code and the rule's name."""
