"""Schedulers around another one: what is done with its plan."""
