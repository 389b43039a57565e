"""What improving a plan brings, and ways of it that are measured only."""
