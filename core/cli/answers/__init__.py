"""Commands that answer a question about a plan in hand."""
