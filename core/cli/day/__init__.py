"""Commands about a shift under way."""
