"""Checked rows to a problem: how they refer to each other, and what they mean."""
