"""A cell that its column cannot hold, and why."""

from __future__ import annotations

from typing import NoReturn


class RefusedCell(ValueError):
    """
    A cell that its column cannot hold; both texts reach the planner.

    Parameters
    ----------
    fault
        What is wrong, to be read after "This".
    mend
        How to mend it.
    """

    def __init__(self, fault: str, mend: str) -> None:
        super().__init__(fault)
        self.fault, self.mend = fault, mend


def refuse(fault: str, mend: str) -> NoReturn:
    """Refuse a cell; see :class:`RefusedCell`."""
    raise RefusedCell(fault, mend)


def is_empty(value: object) -> bool:
    """Whether a cell holds nothing."""
    return value is None or (isinstance(value, str) and not value.strip())
