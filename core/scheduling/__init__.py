"""Everything that turns a problem into a schedule."""
