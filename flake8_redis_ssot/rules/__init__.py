"""The rules, one module each, whose file name is the rule's code and name."""
