"""Ways of planning side by side: on shifts, job shops, public instances."""
