"""The language server: diagnostics, explanations and fixes while people type."""
