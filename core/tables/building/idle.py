"""Tables and rows that change nothing in any plan; each is a warning."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.tables.building.book import Book
from core.tables.issues import Severity
from core.tables.mapping.records import Record, Records
from core.tables.rows import JobRow
from core.tables.text import shortened
from core.tables.values.amounts import number_readings
from core.tables.values.names import Known
from core.tables.values.vocabulary import folded

_MOST_SHOWN = 5
_OTHER_MACHINE = re.compile(r"alt|ausweich|ersatz|backup|second|zweit|spare|2")


def _listed(names: Sequence[str]) -> str:
    """Names in one line, the first of many."""
    more = len(names) - _MOST_SHOWN
    rest = f" and {more} more" if more > 0 else ""
    return shortened(", ".join(names[:_MOST_SHOWN]), 200) + rest


def warn_of_idle_calendars(book: Book, used: Container[str]) -> None:
    """Warn of calendars that no machine names."""
    numbers: dict[str, int] = {}
    for record in book.calendars.records:
        if record.row.calendar is not None:
            numbers.setdefault(record.row.calendar, record.number)
    idle = [name for name in numbers if name not in used]
    if not idle:
        return
    none = len(idle) == len(numbers)
    many = len(idle) > 1
    fault = f"Calendar{'s' if many else ''} {_listed(idle)} {'are' if many else 'is'} "
    fault += "used by no machine" + (": all machines are always open." if none else ".")
    book.calendars.report(
        numbers[idle[0]],
        "calendar",
        idle[0],
        fault,
        "Name it in the column 'calendar' of the machines, or remove its rows.",
        Severity.WARNING,
    )


def warn_of_idle_setups(
    book: Book,
    groups: Container[str | None],
    pairs: Collection[tuple[str, str]],
    spelled: Mapping[str, str],
) -> None:
    """
    Warn of setups in one direction only, and of groups that ``setups`` does not name.

    Parameters
    ----------
    book
        All rows; takes the warnings.
    groups
        Setup groups of this shift.
    pairs
        Groups before and after, of every row.
    spelled
        Spelling that each group of a job is taken for.
    """
    records = book.setups
    if not records.records:
        return
    own: dict[str, bool] = {}  # whether every job of the group says its own minutes
    numbers: dict[str, int] = {}
    for job in book.jobs.records:
        if job.row.setup_group is not None:
            name = spelled[job.row.setup_group]
            stated = job.row.setup_minutes is not None
            own[name] = own.get(name, True) and stated
            numbers.setdefault(name, job.number)
    missing = [
        (y, x)
        for x, y in dict.fromkeys(pairs)
        if x != y
        and (y, x) not in pairs
        and x in groups
        and y in groups
        and not own.get(x, False)
        and x in own
    ]
    if missing:
        shown = [f"{x} to {y}" for x, y in sorted(missing)]
        records.report(
            None,
            None,
            shown[0],
            "Setups in one direction only: there is no row, and so no time, for "
            f"{_listed(shown)}, but the way back has one.",
            "Add rows for them; write 0 minutes if that is meant.",
            Severity.WARNING,
        )
    named = Known({name: 0 for pair in pairs for name in pair})
    bare = [x for x in own if not own[x] and x not in named]
    if bare and any(name in groups for name in named):
        likely = named.hint(bare[0])
        mend = f"Did you mean {likely!r}? " if likely else ""
        book.jobs.report(
            numbers[bare[0]],
            "setup_group",
            bare[0],
            f"{len(bare)} setup group{'s have' if len(bare) > 1 else ' has'} no row in "
            f"'setups', so changing to them takes no time: {_listed(bare)}.",
            f"{mend}Add rows for them, or fill in setup_minutes.",
            Severity.WARNING,
        )


def warn_of_idle_downtime(book: Book, until: int) -> None:
    """
    Warn of downtimes that lie before the plan, or after the end of any plan.

    Parameters
    ----------
    book
        All rows; takes the warnings.
    until
        Seconds since plan start within which every plan without them ends.
    """
    past: list[int] = []
    later: list[int] = []
    for record in book.downtime.records:
        begins, ends = (
            book.seconds_or_none(record.row.start),
            book.seconds_or_none(record.row.end),
        )
        if begins is None or ends is None or ends <= begins:
            continue
        if ends <= 0:
            past.append(record.number)
        elif begins >= until:
            later.append(record.number)
    for numbers, where in (
        (past, "ends before the plan starts"),
        (later, "begins after every job of this shift has ended"),
    ):
        if numbers:
            count = f" ({len(numbers)} rows)" if len(numbers) > 1 else ""
            book.downtime.report(
                numbers[0],
                "start",
                "",
                f"This downtime {where} and changes nothing{count}.",
                "Check its date, and the plan start.",
                Severity.WARNING,
            )


def warn_of_idle_materials(book: Book, wanted: Container[int]) -> None:
    """
    Warn of materials that no job waits for.

    Parameters
    ----------
    book
        All rows; takes the warnings.
    wanted
        Places of the materials that jobs name.
    """
    records = book.materials
    idle = [
        x
        for i, x in enumerate(records.records)
        if i not in wanted and x.row.material is not None
    ]
    if not idle:
        return
    names = [str(x.row.material) for x in idle]
    many = len(idle) > 1
    none = len(idle) == len(records.records)
    fault = f"No job waits for material{'s' if many else ''} {_listed(names)}"
    records.report(
        idle[0].number,
        "material",
        names[0],
        fault + (": the table changes nothing." if none else "."),
        "Name it in the column 'materials' of the jobs, or remove its row.",
        Severity.WARNING,
    )


def warn_of_machine_columns(book: Book) -> None:
    """
    Warn of a column of jobs that is not used, and names a machine in every cell.

    Beside a machine that binds, only one that is called another machine is told of.
    """
    records = book.jobs
    bound = "machine_id" in records.headers
    mend = (
        "Rename it to 'machine_id' if a job may run there only, to "
        "'preferred_machine' if it had better, or say it in the mapping."
    )
    if bound:
        mend = "List all machines in one cell, e.g. M-1|M-2, if a job may run on each."
    for header, found in _filled_extras(records).items():
        if bound and not _OTHER_MACHINE.search(folded(header)):
            continue
        if all(book.machine_index.meant(text) is not None for _, text in found):
            record, text = found[0]
            records.report(
                record.number,
                header,
                text,
                f"{header!r} is kept but not used; its cells are machines.",
                mend,
                Severity.WARNING,
            )


def warn_of_job_columns(book: Book) -> None:
    """Warn of a column that is not used, and names other jobs in every cell."""
    records = book.jobs
    if "predecessors" in records.headers:
        return
    names = {x.row.job_id for x in records} | {x.row.family for x in records}
    for header, found in _filled_extras(records).items():
        others = all(
            text in names and text not in (record.row.job_id, record.row.family)
            for record, text in found
        )
        if others and not all(number_readings(text) for _, text in found):
            record, text = found[0]
            records.report(
                record.number,
                header,
                text,
                f"{header!r} is kept but not used; its cells are jobs.",
                "Rename it to 'predecessors' if they come before, or say it in the "
                "mapping; for jobs that come after, name this one as predecessor "
                "there.",
                Severity.WARNING,
            )


def _filled_extras(
    records: Records[JobRow],
) -> dict[str, list[tuple[Record[JobRow], str]]]:
    """Return the filled cells of every column that is not used, with their rows."""
    cells: dict[str, list[tuple[Record[JobRow], str]]] = {}
    for record in records:
        for header, text in record.extras.items():
            if text.strip():
                cells.setdefault(header, []).append((record, text.strip()))
    return cells


def warn_of_idle_waits(
    book: Book, wait_after: NDArray[np.int64], precedence: NDArray[np.int64]
) -> None:
    """
    Warn of waiting times when none of them is between two jobs.

    Parameters
    ----------
    book
        All rows; takes the warning.
    wait_after
        Shape (n,), seconds.
    precedence
        Shape (e, 2): job before, job after.
    """
    waits = np.flatnonzero(wait_after)
    if not len(waits) or (wait_after[precedence[:, 0]] > 0).any():
        return
    first = book.jobs.records[int(waits[0])]
    book.jobs.report(
        first.number,
        "wait_after_minutes",
        f"{first.row.wait_after_minutes:g}",
        "No job comes after a job with a waiting time, so it changes nothing.",
        "Say which jobs come after it, by sequence or predecessors.",
        Severity.WARNING,
    )
