"""Plans by dispatch rules in machine code, without torch."""
