"""What a table's header says: which of its columns are known."""

from __future__ import annotations

from core.tables.issues import Collector, Severity
from core.tables.raw import RawTable, column_letters
from core.tables.rows import ALL_SHEETS, known_column, likely_column
from core.tables.text import plain, shortened


def check_header(table: RawTable, collect: Collector) -> None:
    """Report missing, doubled, nameless and probably misspelled columns."""
    sheet, label, row = ALL_SHEETS[table.sheet], table.label, table.header_row
    found: dict[str, str] = {}
    for index, column in enumerate(table.columns, start=1):
        known = known_column(sheet, column)
        key = known or plain(column)
        shown = shortened(column, 60) or column_letters(index)
        if not column:
            collect.add(
                label,
                "This column has no name and was not read.",
                "Give it a name in the header, or remove it.",
                row=row,
                column=shown,
                severity=Severity.WARNING,
            )
        elif key in found:
            collect.add(
                label,
                f"{shown!r} and {found[key]!r} are the same column.",
                "Keep one of them.",
                row=row,
                column=shown,
            )
        else:
            found[key] = shown
    for column in sheet.required:
        if column not in found:
            collect.add(
                label,
                f"The column {column!r} is missing.",
                f"Add it to the header. Columns found: "
                f"{shortened(', '.join(found.values()), 200) or 'none'}.",
                row=row,
                column=column,
            )
    for key, shown in found.items():
        if key in sheet.columns:
            continue
        meant = likely_column(sheet, shown)
        if meant is not None and meant not in found:
            fault, mend = (
                f"{shown!r} is not a known column; it looks like {meant!r}.",
                f"Rename it to {meant!r} if that is what it is.",
            )
        elif sheet.keeps_unknown:
            continue
        else:
            fault, mend = (
                f"{shown!r} is not a known column and was not read.",
                f"Columns that are read: {', '.join(sheet.columns)}.",
            )
        collect.add(
            label, fault, mend, row=row, column=shown, severity=Severity.WARNING
        )
