"""Replace a service's own implementation of a resource by the shared one, or by an adapter to it."""
