"""What lasts: runs, scenarios and models, on disk and in one database; no torch."""
