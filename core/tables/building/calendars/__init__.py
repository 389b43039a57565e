"""When machines are open, and what may not be interrupted."""
