"""Everything that turns a problem into a schedule, and who they are by name."""
