"""Classes that do what a guarded one does: what they are compared with, what they are like, and what that says."""
