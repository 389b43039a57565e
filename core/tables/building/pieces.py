"""What a work-order list says of a job: pieces left to make, and its machine."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.tables import limits
from core.tables.building.book import Book, names_in
from core.tables.building.floor.status_words import has_begun, is_bound
from core.tables.issues import Severity
from core.tables.mapping.records import Record, Records
from core.tables.rows import JobRow


class Work(NamedTuple):
    """
    What there is to do of a job.

    Parameters
    ----------
    minutes
        Of the whole job on a machine of speed 1; ``None`` where it states none.
    left
        Share that is left to do, above 0; 1 where no pieces are done.
    """

    minutes: float | None
    left: float = 1.0


def work_to_do(book: Book, record: Record[JobRow]) -> Work:
    """
    Minutes of a job and what is left of it; faults are reported.

    The quantity times the minutes per piece goes before stated minutes. Pieces that
    are done reduce the work in proportion, also where stated minutes or exact times
    say how long the whole job takes.
    """
    row, number = record.row, record.number
    done = row.quantity_done or 0.0
    minutes = row.processing_minutes
    if row.minutes_per_piece is not None and row.quantity is not None:
        minutes = row.quantity * row.minutes_per_piece
    elif row.minutes_per_piece is not None and minutes is None:
        _report_no_quantity(book, record)
        return Work(None)
    if has_begun(row):
        # What is left of it counts from now on, and its whole work up to then.
        return Work(minutes)
    by_pieces = row.minutes_per_piece is not None or done
    if row.quantity is not None and by_pieces and row.quantity <= done:
        book.jobs.report(
            number,
            "quantity_done" if done else "quantity",
            f"{done or row.quantity:g}",
            "No pieces are left to make, so there is nothing to plan.",
            "Remove the row, or correct the quantities.",
        )
        return Work(None)
    if minutes is not None and minutes > limits.MAX_MINUTES:
        book.jobs.report(
            number,
            "minutes_per_piece",
            f"{row.minutes_per_piece:g}",
            f"{row.quantity:g} pieces take more than a year.",
            "Check the unit.",
        )
        return Work(None)
    return Work(minutes, 1 - done / row.quantity if done and row.quantity else 1.0)


def _report_no_quantity(book: Book, record: Record[JobRow]) -> None:
    """Report minutes per piece of nobody knows how many pieces."""
    if not book.jobs.is_faulty(record.number, "quantity"):
        book.jobs.report(
            record.number,
            "quantity",
            "",
            "There are minutes per piece, but no quantity.",
            "Fill in the quantity, or processing_minutes.",
        )
    elif "quantity" not in book.jobs.headers:
        book.jobs.report(
            record.number,
            "minutes_per_piece",
            f"{record.row.minutes_per_piece:g}",
            "There are minutes per piece, but no column 'quantity'.",
            "Add the quantity, or processing_minutes.",
        )


def say_how_pieces_count(book: Book) -> None:
    """Say how quantities are used, or that they are not."""
    jobs = book.jobs
    if "quantity" in jobs.headers:
        _say_what_is_used(jobs)
    for column in ("quantity", "quantity_done", "minutes_per_piece"):
        if column not in jobs.headers:
            continue
        idle = [x for x in jobs if _is_idle(jobs, x, column)]
        if not idle:
            continue
        missing = "quantity"
        if column == "quantity":
            missing = "minutes per piece"
        jobs.report(
            idle[0].number,
            column,
            f"{getattr(idle[0].row, column):g}",
            f"{jobs.headers[column]!r} is kept but not used: there "
            + (
                "are no minutes per piece."
                if column == "quantity"
                else "is no quantity."
            ),
            f"Fill in the {missing} to plan by pieces.",
            Severity.WARNING,
        )


def _is_idle(jobs: Records[JobRow], record: Record[JobRow], column: str) -> bool:
    """Whether a cell on pieces is there and changes nothing."""
    row = record.row
    if getattr(row, column) is None:
        return False
    others = ("minutes_per_piece", "quantity_done")
    if column == "quantity":
        faulty = any(
            x in jobs.headers and jobs.is_faulty(record.number, x) for x in others
        )
        used = row.minutes_per_piece is not None or row.quantity_done
        # Where nothing says how long the job takes, that is reported.
        return not faulty and not used and row.processing_minutes is not None
    faulty = "quantity" in jobs.headers and jobs.is_faulty(record.number, "quantity")
    if column == "minutes_per_piece" and row.processing_minutes is None:
        return False  # reported: there is no quantity
    return not faulty and row.quantity is None and bool(getattr(row, column))


def _say_what_is_used(jobs: Records[JobRow]) -> None:
    """Say once that pieces make the minutes, and that pieces are done."""
    first: Record[JobRow] | None = None
    done: Record[JobRow] | None = None
    differing: list[Record[JobRow]] = []
    for record in jobs:
        row = record.row
        if row.quantity is None or row.quantity <= (row.quantity_done or 0.0):
            continue
        if row.quantity_done and done is None:
            done = record
        if row.minutes_per_piece is None:
            continue
        first = first or record
        pieces = row.quantity * row.minutes_per_piece
        stated = row.processing_minutes
        # Whole minutes, or whole hundredths of an hour, of the same time.
        if stated is not None and abs(pieces - stated) > max(0.5, 0.01 * pieces):
            differing.append(record)
    if first is not None:
        row = first.row
        jobs.report(
            None,
            "minutes_per_piece",
            "",
            "Processing is the quantity times the minutes per piece: in row "
            f"{first.number}, {row.quantity:g} by {row.minutes_per_piece:g}.",
            "Nothing to do.",
            Severity.NOTE,
        )
    if done is not None:
        jobs.report(
            None,
            "quantity_done",
            "",
            f"Pieces that are done reduce the work: in row {done.number}, "
            f"{done.row.quantity_done:g} of {done.row.quantity:g}.",
            "Nothing to do.",
            Severity.NOTE,
        )
    if differing:
        row, more = differing[0].row, len(differing) - 1
        many = f" So do {more} more rows." if more else ""
        jobs.report(
            differing[0].number,
            "processing_minutes",
            f"{row.processing_minutes:g}",
            f"{row.quantity:g} pieces by {row.minutes_per_piece:g} min take "
            f"{(row.quantity or 0) * (row.minutes_per_piece or 0):g} min, and this "
            f"says otherwise: the pieces count.{many}",
            "Clear one of the two.",
            Severity.WARNING,
        )


def bound_machines(book: Book, record: Record[JobRow]) -> NDArray[np.bool_] | None:
    """
    Shape (m,): machines that a job names; ``None`` where it names none.

    A name that is no machine but a machine type is read as that type, which is said.
    """
    text = record.row.machine_id
    jobs, number = book.jobs, record.number
    if text is None or not book.machine_index or not is_bound(jobs, record):
        return None
    allowed = np.zeros(len(book.units), dtype=np.bool_)
    for name in names_in(jobs, number, "machine_id", text, book.machine_index):
        if name in book.machine_index:
            allowed[book.machine_index[name]] = True
            continue
        kind = book.types.meant(name)
        if kind is not None:
            allowed[book.types[kind]] = True
            book.say_once(
                jobs,
                number,
                "machine_id",
                name,
                f"{name!r} is no machine but a machine type: the job may run on every "
                "machine of it.",
            )
            continue
        if book.machine_index.hint(name) is None and book.types.hint(name) is not None:
            jobs.unknown(number, "machine_id", name, "machine", book.types)
        else:
            jobs.unknown(number, "machine_id", name, "machine", book.machine_index)
    if allowed.any():
        book.say_once(
            jobs,
            number,
            "machine_id",
            text,
            f"{jobs.headers['machine_id']!r} is binding: a job runs nowhere else."
            if not {"status", "lock"} & jobs.headers.keys()
            else f"{jobs.headers['machine_id']!r} is binding for jobs that have begun, "
            "are given to it or locked.",
        )
    return allowed
