"""What learning costs and brings."""
