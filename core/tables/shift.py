"""A planner's files, read: the shift they hold, and everything found in them."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from core.problem.shift import Origin, Shift, check_start
from core.tables.building.build import build
from core.tables.issues import Collector, Issues, Severity
from core.tables.mapping.mapping import Mapping as ColumnMapping
from core.tables.reading.read import read_tables


class _Pauses:
    """
    Pauses of the garbage collector, which may overlap in threads.

    Rows hold no circles, and there are hundreds of thousands of objects at once: the
    collector, which goes through all of them again and again, took a third of the
    time to read 20,000 rows.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held = 0
        self._was_on = False

    @contextmanager
    def held(self) -> Iterator[None]:
        """Pause the collector until the last of those who ask for it is done."""
        with self._lock:
            if self._held == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._held += 1
        try:
            yield
        finally:
            with self._lock:
                self._held -= 1
                if self._held == 0 and self._was_on:
                    gc.enable()


_PAUSES = _Pauses()


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
    now: datetime | None = None,
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
    now
        What time it is; ``None``: what the table ``shift`` says.

    Raises
    ------
    ValueError
        When the start is not a local time in whole seconds.
    """
    if start is not None:
        check_start(start)
    collect = Collector()
    with _PAUSES.held():
        tables = read_tables(files, collect, kinds)
        built = build(tables, start, collect, mapping, now)
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
        built.floor,
    )
    return Reading(shift, collect.issues, built.start)
