"""Networks that give the two distributions: which job, then which machine."""
