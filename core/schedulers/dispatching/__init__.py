"""Dispatch rules as schedulers."""
