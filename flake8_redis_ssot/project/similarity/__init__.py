"""Classes that resemble a class of a resource."""
