"""Whether a schedule is valid, by rules written apart from all that plans."""
