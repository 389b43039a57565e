"""What happened in a day, and the shift that follows from it."""
