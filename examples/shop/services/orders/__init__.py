"""Orders: from the cart to the invoice."""
