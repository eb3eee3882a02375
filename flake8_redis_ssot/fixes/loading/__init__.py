"""What loading a module does besides defining names: its statements, each of which has to be of a known kind."""
