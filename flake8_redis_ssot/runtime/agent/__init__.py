"""What runs inside of an observed program: it must not change what the program does, and imports little."""
