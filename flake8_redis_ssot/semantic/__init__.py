"""Names of one file: what each stands for, and what is imported, called, handed over and offered to other files."""
