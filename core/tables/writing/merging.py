"""A table of jobs that comes in another form: new, changed and gone, row by row."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Literal

from core.tables.headings import known_column
from core.tables.raw import NumberedRow, RawTable, is_blank
from core.tables.sheets import SHEETS
from core.tables.values.vocabulary import folded
from core.tables.writing.edited import cell_text

Cells = dict[str, object]


@dataclass(frozen=True)
class RowChange:
    """
    What becomes of one job.

    Parameters
    ----------
    job
        Its id.
    kind
        It comes in, says something else, or is not listed any more.
    words
        What differs, by column.
    """

    job: str
    kind: Literal["new", "changed", "gone"]
    words: str


def row_changes(before: RawTable, after: RawTable) -> list[RowChange] | None:
    """
    Compare two tables of jobs; jobs are matched by id.

    Returns
    -------
    list of RowChange or None
        In the order of the rows, jobs that are gone last; ``None`` where a table does
        not say the id of each job, once.
    """
    old, new = _by_id(before), _by_id(after)
    if old is None or new is None:
        return None
    found = []
    for job, (_, cells) in new.items():
        if job not in old:
            found.append(RowChange(job, "new", _said({}, cells)))
        elif words := _said(old[job][1], cells):
            found.append(RowChange(job, "changed", words))
    found += [RowChange(job, "gone", "") for job in old if job not in new]
    return found


def merged(before: RawTable, after: RawTable, refused: Collection[str]) -> RawTable:
    """
    Return the table that came, but for jobs that stay as they were.

    Parameters
    ----------
    before, after
        The tables of jobs; each says the id of every job, once.
    refused
        Ids of the jobs of :func:`row_changes` that are not to change.

    Raises
    ------
    ValueError
        When a table does not say the id of each job, once.
    """
    old, new = _by_id(before), _by_id(after)
    if old is None or new is None:
        raise ValueError("Expected tables that say the id of each job, once.")
    kept = [job for job in refused if job in old]
    names = {folded(x): x for x in after.columns}
    own = {folded(x): x for x in before.columns}
    lost = [
        column
        for column in own
        if column not in names and any(_filled(old[job][1], column) for job in kept)
    ]
    columns = (*names, *lost)
    rows: list[NumberedRow] = []
    for job, (number, cells) in new.items():
        if job not in refused:
            rows.append((number, _row(cells, columns)))
        elif job in old:
            rows.append((number, _row(old[job][1], columns)))
    last = max((number for number, _ in after.rows), default=after.header_row)
    gone = [job for job in kept if job not in new]
    rows += [
        (last + i, _row(old[job][1], columns)) for i, job in enumerate(gone, start=1)
    ]
    headers = (*after.columns, *(own[column] for column in lost))
    units = (*after.units, *("" for _ in lost)) if after.units else ()
    return replace(
        after, columns=headers, rows=tuple(rows), units=units, faulty=frozenset()
    )


def _by_id(table: RawTable) -> dict[str, tuple[int, Cells]] | None:
    """Return row number and cells by column of each job; ``None``: ids are missing."""
    names = [folded(x) for x in table.columns]
    ids = [
        i
        for i, column in enumerate(table.columns)
        if known_column(SHEETS["jobs"], column) == "job_id"
    ]
    if len(ids) != 1 or len(set(names)) != len(names):
        return None
    found: dict[str, tuple[int, Cells]] = {}
    for number, cells in table.rows:
        job = cell_text(cells[ids[0]]).strip()
        if not job or job in found:
            return None
        found[job] = (number, dict(zip(names, cells, strict=True)))
    return found


def _filled(cells: Cells, column: str) -> bool:
    return not is_blank(cells.get(column))


def _row(cells: Cells, columns: Collection[str]) -> tuple[object, ...]:
    return tuple(cells.get(column) for column in columns)


def _said(old: Cells, new: Cells) -> str:
    """Say which cells differ, and how."""
    words = []
    for column in dict.fromkeys((*new, *old)):
        was, now = cell_text(old.get(column)), cell_text(new.get(column))
        if was.strip() == now.strip():
            continue
        words.append(f"{column}: {was or '–'} → {now or '–'}" if old else now)
    return ", ".join(words)
