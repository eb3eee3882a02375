"""The layout of changed import statements: merged, sorted and wrapped as their neighbours are."""
