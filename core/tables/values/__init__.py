"""What cells may hold: numbers, durations, moments, words, and how they are written."""
