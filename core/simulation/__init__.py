"""Schedules built decision by decision, many problems at once."""
