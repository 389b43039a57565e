"""On which days a calendar's row is open."""

from __future__ import annotations

from collections.abc import Sequence

from core.tables.mapping.headers import Layout
from core.tables.mapping.places import MatchedColumn
from core.tables.values.vocabulary import YES, without_accents


def _is_yes(value: object) -> bool:
    """Whether a calendar's cell for a day says that it is open."""
    if isinstance(value, bool | int | float):
        return bool(value)
    return value is not None and without_accents(str(value).strip()) in YES


def open_days(
    days: Sequence[MatchedColumn], layout: Layout, cells: tuple[object, ...]
) -> tuple[int, ...] | None:
    """Days on which a calendar's row is open; ``None``: it opens nothing."""
    found = tuple(int(str(x.day)) for x in days if _is_yes(cells[x.index]))
    return None if not found or _is_closed(layout, cells) else found


def _is_closed(layout: Layout, cells: tuple[object, ...]) -> bool:
    """Whether a calendar's row has a value of 0: a closed time, as frePPLe says it."""
    for place in layout.places:
        if place.ours is None and place.header.strip().casefold() == "value":
            return str(cells[place.index]).strip() in ("0", "0.0")
    return False
