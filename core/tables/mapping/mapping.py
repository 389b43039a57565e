"""The mapping: which of a planner's columns is which of ours, and how it is read."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from core.tables.raw import RawTable
from core.tables.sheets import SHEETS
from core.tables.values.form import Form
from core.tables.values.vocabulary import folded


@dataclass(frozen=True)
class ColumnMap:
    """
    One column of a planner's table.

    Parameters
    ----------
    theirs
        Its header.
    ours
        Column that it is; empty: it is kept and shown, and not used.
    form
        How its cells are read; what is empty there follows from the cells.
    """

    theirs: str
    ours: str = ""
    form: Form = field(default_factory=Form)


@dataclass(frozen=True)
class TableMap:
    """
    One table of a planner's files.

    Parameters
    ----------
    table
        Which of our tables it is, e.g. ``jobs``.
    columns
        Those that the planner decided on; the others are read as without a mapping.
    headers
        Digest of the headers that it is for, see :func:`headers_digest`; empty: any.
    skip_rows
        Rows to leave out, as the spreadsheet counts them.

    Raises
    ------
    ValueError
        When there is no such table or column, or two columns are the same of ours.
    """

    table: str
    columns: tuple[ColumnMap, ...] = ()
    headers: str = ""
    skip_rows: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.table not in SHEETS:
            raise ValueError(
                f"There is no table {self.table!r}; known: {', '.join(SHEETS)}."
            )
        taken: dict[str, str] = {}
        for column in self.columns:
            known = SHEETS[self.table].columns
            if column.ours and column.ours not in known:
                raise ValueError(
                    f"{self.table} has no column {column.ours!r}; known: "
                    f"{', '.join(known)}."
                )
            if column.ours and column.ours in taken:
                raise ValueError(
                    f"{taken[column.ours]!r} and {column.theirs!r} are both "
                    f"{column.ours!r} of {self.table}."
                )
            taken[column.ours] = column.theirs

    def column(self, header: str) -> ColumnMap | None:
        """What was decided on a column, by its header as headers are matched."""
        key = folded(header)
        return next((x for x in self.columns if folded(x.theirs) == key), None)


@dataclass(frozen=True)
class Mapping:
    """
    How a planner's tables are read.

    Parameters
    ----------
    tables
        A table may be there several times, each for other headers.
    """

    tables: tuple[TableMap, ...] = ()

    def of(self, table: RawTable) -> TableMap | None:
        """Return what was decided on a table with these headers, if anything was."""
        digest = headers_digest(table.columns)
        for wanted in (digest, ""):
            for entry in self.tables:
                if entry.table == table.sheet and entry.headers == wanted:
                    return entry
        return None

    def knows(self, sheet: str) -> bool:
        """Whether anything was decided on a table, whatever its headers."""
        return any(entry.table == sheet for entry in self.tables)

    def with_table(self, entry: TableMap) -> Mapping:
        """Return the mapping with one table decided on anew."""
        others = [
            x
            for x in self.tables
            if (x.table, x.headers) != (entry.table, entry.headers)
        ]
        return Mapping((*others, entry))


def headers_digest(columns: Iterable[str]) -> str:
    """
    Return what files with the same headers share, whatever their order and spelling.

    Parameters
    ----------
    columns
        Header cells.
    """
    names = sorted({folded(column) for column in columns} - {""})
    return hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
