"""What classes offer, and what functions return, as far as the text tells."""
