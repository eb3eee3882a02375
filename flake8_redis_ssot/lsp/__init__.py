"""The language server: diagnostics, hover and code actions of open documents."""
