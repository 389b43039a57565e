"""Which jobs wait for which: sequences within families, and named predecessors."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.tables import limits
from core.tables.building.book import Book, names_in
from core.tables.issues import Severity
from core.tables.mapping.records import Records
from core.tables.rows import JobRow
from core.tables.text import shortened
from core.tables.values.names import Known


def precedences(book: Book) -> NDArray[np.int64]:
    """
    Pairs (job before, job after), sorted by the job after; faults are reported.

    Jobs of a family with the same number in ``sequence`` run side by side: all of
    them after all with the next smaller number.

    Parameters
    ----------
    book
        The rows of jobs, the position of each id, and how families are spelled.

    Returns
    -------
    NDArray
        Shape (e, 2), no pair twice.
    """
    jobs = book.jobs
    pairs = _of_sequences(jobs, book.families) | _of_predecessors(book)
    ordered = [(x, y) for y, x in sorted((y, x) for x, y in pairs)]
    _report_cycles(jobs, ordered)
    return np.array(ordered, dtype=np.int64).reshape(-1, 2)


def _of_sequences(
    jobs: Records[JobRow], spelled: Mapping[str, str]
) -> set[tuple[int, int]]:
    """Pairs that follow from family and sequence."""
    families: dict[str, dict[float, list[int]]] = {}
    for j, record in enumerate(jobs.records):
        if record.row.sequence is None:
            continue
        if record.row.family is None:
            jobs.report(
                record.number,
                "sequence",
                record.row.sequence,
                "A sequence without a family orders nothing.",
                "Fill in the family, or clear the cell.",
                Severity.WARNING,
            )
            continue
        steps = families.setdefault(spelled[record.row.family], {})
        steps.setdefault(record.row.sequence, []).append(j)
    pairs: set[tuple[int, int]] = set()
    for family, steps in families.items():
        levels = [steps[number] for number in sorted(steps)]
        size = sum(len(x) * len(y) for x, y in pairwise(levels))
        if len(pairs) + size > limits.MAX_PRECEDENCES:
            jobs.report(
                None,
                "sequence",
                family,
                "Too many jobs of this family have the same number.",
                "Number the steps of a family 1, 2, 3, …",
            )
            continue
        for x, y in pairwise(levels):
            pairs.update((before, after) for before in x for after in y)
    return pairs


def _of_predecessors(book: Book) -> set[tuple[int, int]]:
    """Pairs named in ``predecessors``: of a job, or of every job of an order."""
    jobs, index, spelled = book.jobs, book.job_index, book.families
    if all(x.row.predecessors is None for x in jobs):
        return set()
    gone: list[tuple[int, str]] = []
    orders: dict[str, list[int]] = {}
    for j, record in enumerate(jobs.records):
        if record.row.family is not None:
            orders.setdefault(spelled[record.row.family], []).append(j)
    known: Known[list[int]] = Known({**orders, **{x: [j] for x, j in index.items()}})
    pairs: set[tuple[int, int]] = set()
    said = False
    for j, record in enumerate(jobs.records):
        number, text = record.number, record.row.predecessors
        if text is None:
            continue
        # An id with a comma in it, typed without quotes, means itself.
        for name in names_in(jobs, number, "predecessors", text, known):
            if name in book.cancelled:
                _report(
                    jobs,
                    number,
                    name,
                    "This job is cancelled, and the job that waits for it is not.",
                    "Cancel this one too, or take the other out of its predecessors.",
                )
                continue
            if name not in known:
                if book.is_under_way:
                    gone.append((number, name))
                else:
                    jobs.unknown(number, "predecessors", name, "job or order", known)
                continue
            before = known[name]
            own = j in orders.get(name, ())  # and nothing waits for itself
            if name in index and orders.get(name, before) != before and not own:
                _report(
                    jobs,
                    number,
                    name,
                    f"{name!r} is a job and an order of {len(orders[name])} jobs: "
                    "which of them must end first?",
                    "Name the jobs one by one, or call the order otherwise.",
                )
                continue
            if name not in index and j in before:
                _report(
                    jobs,
                    number,
                    name,
                    "This job is of that order itself, and cannot wait for all of it.",
                    "Name the jobs of the order that must end first.",
                )
                continue
            if len(pairs) + len(before) > limits.MAX_PRECEDENCES:
                _report(
                    jobs,
                    number,
                    name,
                    f"The jobs wait for more than {limits.MAX_PRECEDENCES:,} others.",
                    "Name only the last jobs of an order.",
                )
                return pairs
            if name not in index and not said:
                said = True
                many = f"all its {len(before)} jobs" if len(before) > 1 else "its job"
                jobs.report(
                    number,
                    "predecessors",
                    name,
                    f"{name!r} is an order: the job waits for {many}.",
                    "Nothing to do.",
                    Severity.NOTE,
                )
            pairs.update((first, j) for first in before)
    if gone:
        more = f"{len(gone) - 1} more" if len(gone) > 1 else ""
        jobs.report(
            gone[0][0],
            "predecessors",
            gone[0][1],
            "This job is not in the list and is taken as finished"
            + (f"; so are {more}." if more else "."),
            "Nothing to do, if it is.",
            Severity.WARNING,
        )
    return pairs


def _report(
    jobs: Records[JobRow], number: int, name: str, fault: str, mend: str
) -> None:
    jobs.report(number, "predecessors", name, fault, mend)


def _report_cycles(jobs: Records[JobRow], pairs: list[tuple[int, int]]) -> None:
    """Report every circle of jobs that wait for each other, one per knot."""
    before: dict[int, set[int]] = {}
    after: dict[int, list[int]] = {}
    for first, second in pairs:
        before.setdefault(second, set()).add(first)
        after.setdefault(first, []).append(second)
    waiting = {job: len(jobs_before) for job, jobs_before in before.items()}
    queue = [job for job in after if job not in waiting]
    while queue:
        for successor in after.get(queue.pop(), ()):
            waiting[successor] -= 1
            if not waiting[successor]:
                del waiting[successor]
                queue.append(successor)
    seen: set[int] = set()
    for job in waiting:
        path: dict[int, None] = {}
        while job not in seen and job not in path:
            path[job] = None
            job = min(x for x in before[job] if x in waiting)
        if job in path:
            members = list(path)
            circle = members[members.index(job) :]
            _report_cycle(jobs, circle)
        seen.update(path)


def _report_cycle(jobs: Records[JobRow], circle: list[int]) -> None:
    """Report one circle, each job behind its successor, at its first row."""
    first = circle.index(min(circle))
    ordered = [circle[first], *reversed(circle[first + 1 :]), *reversed(circle[:first])]
    names = [str(jobs.records[j].row.job_id) for j in ordered]
    shown = [*names[:6], "…"] if len(names) > 6 else [*names, names[0]]
    record = jobs.records[ordered[0]]
    column = "sequence" if record.row.predecessors is None else "predecessors"
    jobs.report(
        record.number,
        column,
        record.row.predecessors or record.row.sequence,
        f"These jobs wait for each other: {shortened(' → '.join(shown), 200)}.",
        "Remove one of the predecessors.",
    )
