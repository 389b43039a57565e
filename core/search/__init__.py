"""Local search: a plan made better, move by move, in machine code."""
