"""Shifts that are kept: in hand, as scenarios, and the versions of their plans."""
