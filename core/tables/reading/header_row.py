"""Which row of a file is the header."""

from __future__ import annotations

from collections.abc import Sequence

from core.tables import limits
from core.tables.issues import Collector, Severity
from core.tables.mapping.recognise import named_columns
from core.tables.raw import NumberedRow, is_blank
from core.tables.reading.totals import number_readings
from core.tables.sheets import Sheet
from core.tables.text import row_ranges, shortened

_LONGEST_TITLE = 60  # rows above a header, with addresses, filters and the like


def header_index(rows: Sequence[NumberedRow], sheets: Sequence[Sheet]) -> int:
    """
    Position, among rows that are not empty, of the header.

    It is the first row with all required columns of a table, else the first that
    names most columns; where none is known, the first that looks like a header: text
    in at least two cells and in half of those that the widest row has.
    """
    rows = rows[: _LONGEST_TITLE + 1]
    counts = []
    for i, (_, cells) in enumerate(rows):
        is_complete, count = _score(cells, sheets)
        if is_complete:
            return i
        counts.append(count)
    first = next((i for i, count in enumerate(counts) if count), None)
    if first is None:
        return _plausible(rows)
    # A cell below may happen to be called like a column ("setup").
    best = max(range(len(rows)), key=counts.__getitem__)
    return best if counts[best] >= counts[first] + 2 else first


def _score(cells: tuple[object, ...], sheets: Sequence[Sheet]) -> tuple[bool, int]:
    """Whether a row names all required columns of a table, and how many it names."""
    if not _is_text(cells) or len(cells) > limits.MAX_COLUMNS:
        return False, 0
    named = named_columns(cells)
    return max(
        (not sheet.missing(named[sheet.name]), len(named[sheet.name]))
        if sheet.name in named
        else (False, 0)
        for sheet in sheets
    )


def _plausible(rows: Sequence[NumberedRow]) -> int:
    """First row that looks like the header of columns nobody knows."""
    widest = max(_filled(cells) for _, cells in rows)
    return next(
        (
            i
            for i, (_, cells) in enumerate(rows)
            if _is_text(cells) and _filled(cells) >= 2 and 2 * _filled(cells) >= widest
        ),
        0,
    )


def _filled(cells: tuple[object, ...]) -> int:
    return sum(not is_blank(x) for x in cells)


def _is_text(cells: tuple[object, ...]) -> bool:
    """Whether most filled cells are text and no numbers."""
    filled = [x for x in cells if not is_blank(x)]
    texts = [x for x in filled if isinstance(x, str) and number_readings(x) is None]
    return 2 * len(texts) > len(filled)


def report_titles(
    label: str, titles: Sequence[NumberedRow], header_row: int, collect: Collector
) -> None:
    """Say which row is the header, and what stands above it."""
    if not titles:
        return
    texts = [str(x).strip() for _, cells in titles for x in cells if not is_blank(x)]
    numbers = [number for number, _ in titles]
    many = len(numbers) > 1
    collect.add(
        label,
        f"Row {header_row} is read as the header; row{'s' if many else ''} "
        f"{row_ranges(numbers)} above it {'are' if many else 'is'} left out.",
        "Delete what stands above the header if another row is meant.",
        row=header_row,
        value=shortened(" ".join(texts), 80),
        severity=Severity.NOTE,
    )
