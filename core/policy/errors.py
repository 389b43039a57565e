"""Why a model cannot plan."""

from __future__ import annotations


class ModelError(ValueError):
    """A model cannot be used; the message says which, why, and what to do."""


class TooLargeError(ValueError):
    """A problem has more jobs or machines than a fixed-size policy has places."""
