"""Whether a text file writes its numbers with a decimal comma."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import get_args

from core.tables.raw import NumberedRow
from core.tables.rows import ALL_SHEETS, known_column

# A comma followed by three digits may be a mark of thousands: it tells nothing.
_DECIMAL_COMMA = re.compile(
    r"\s*[+-]?(?:[0-9]+,(?:[0-9]{1,2}|[0-9]{4,})|[0-9]{1,3}(?:\.[0-9]{3})+,[0-9]+)\s*"
)


def has_decimal_comma(
    kind: str, columns: tuple[str, ...], rows: Sequence[NumberedRow], delimiter: str
) -> bool:
    """
    Whether a number column holds a comma that can only be a decimal sign.

    Lists such as ``1,2`` stand in other columns and tell nothing.
    """
    sheet = ALL_SHEETS[kind]
    fields = sheet.model.model_fields
    numeric = {x for x, entry in fields.items() if float in get_args(entry.annotation)}
    places = [i for i, x in enumerate(columns) if known_column(sheet, x) in numeric]
    return delimiter != "," and any(
        isinstance(cells[i], str) and _DECIMAL_COMMA.fullmatch(str(cells[i]))
        for _, cells in rows
        for i in places
    )
