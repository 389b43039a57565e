"""The ways from the plan in hand to a new one, in words for planners."""

from __future__ import annotations

from enum import StrEnum


class Repair(StrEnum):
    """A way from the previous plan to a new one."""

    PUSH = "push"
    FROZEN = "frozen"
    GENTLE = "gentle"
    FREE = "free"

    @property
    def label(self) -> str:
        """What planners read."""
        return _TITLES[self][0]

    @property
    def words(self) -> str:
        """What it does, in one sentence for planners."""
        return _TITLES[self][1]


_TITLES = {
    Repair.PUSH: ("Push right", "Every order stays; what has to start later does."),
    Repair.FROZEN: ("Freeze the next hours", "They stay; the rest moves more freely."),
    Repair.GENTLE: ("Gentle", "Changes only what is worth a change."),
    Repair.FREE: ("Free", "All that has not begun is planned anew."),
}
