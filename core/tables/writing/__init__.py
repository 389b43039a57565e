"""Shifts, plans and templates to files that are safe to open in a spreadsheet."""
