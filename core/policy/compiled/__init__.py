"""Planning with a trained network in machine code, without torch."""
