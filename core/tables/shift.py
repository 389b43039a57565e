"""A planner's files, read: the shift they hold, and everything found in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from core.problem.shift import Origin, Shift, check_start
from core.tables.building.build import build
from core.tables.issues import Collector, Issues, Severity
from core.tables.mapping.mapping import Mapping as ColumnMapping
from core.tables.reading.read import read_tables


@dataclass(frozen=True)
class Reading:
    """
    What came of reading a planner's files.

    Parameters
    ----------
    shift
        The shift; ``None`` when there are errors.
    issues
        Everything found: errors, warnings, and notes of what was assumed.
    start
        Plan start, also where there is no shift; ``None`` where it is not known.
    """

    shift: Shift | None
    issues: Issues
    start: datetime | None = None


def read_shift(
    files: Mapping[str, bytes],
    start: datetime | None,
    name: str = "shift",
    *,
    kinds: Mapping[str, str] | None = None,
    origin: Origin = "upload",
    mapping: ColumnMapping | None = None,
) -> Reading:
    """
    Read a planner's files; no content ever raises.

    Parameters
    ----------
    files
        Content by file name: CSV files, workbooks, or both. A CSV file is
        recognised by a table's name in its own name, else by its columns.
    start
        Plan start; ``None``: what the table ``shift`` says, else what the dates in
        the files propose. Where it was taken from is among the issues, as a note.
    name
        What to call the shift, unless the table ``shift`` has a title.
    kinds
        Which table a CSV file holds, by file name, where that is known.
    origin
        Where the files came from.
    mapping
        How columns are read, where the planner decided.

    Raises
    ------
    ValueError
        When the start is not a local time in whole seconds.
    """
    if start is not None:
        check_start(start)
    collect = Collector()
    built = build(read_tables(files, collect, kinds), start, collect, mapping)
    if origin == "sample":  # how our own files are read is no news to a planner
        collect.found = [x for x in collect.found if x.severity is not Severity.NOTE]
    if built.problem is None:
        return Reading(None, collect.issues, built.start)
    shift = Shift(
        built.problem,
        built.start,
        built.title or name,
        origin,
        built.extras,
        built.materials if any(built.materials) else (),
    )
    return Reading(shift, collect.issues, built.start)
