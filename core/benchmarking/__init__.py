"""Protocols behind the figures that the project prints."""
