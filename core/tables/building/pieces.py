"""What a work-order list says of a job: pieces left to make, and its machine."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.tables import limits
from core.tables.building.book import Book, names_in
from core.tables.issues import Severity
from core.tables.mapping.records import Record
from core.tables.rows import JobRow


def minutes_to_do(book: Book, record: Record[JobRow]) -> float | None:
    """
    Minutes of a job on a machine of speed 1; ``None`` where it states none.

    Stated minutes go before pieces. Otherwise these are the minutes per piece times
    the pieces that are left to make.
    """
    row, number = record.row, record.number
    if row.processing_minutes is not None or row.minutes_per_piece is None:
        return row.processing_minutes
    if row.quantity is None:
        if not book.jobs.is_faulty(number, "quantity"):
            book.jobs.report(
                number,
                "quantity",
                "",
                "There are minutes per piece, but no quantity.",
                "Fill in the quantity, or processing_minutes.",
            )
        elif "quantity" not in book.jobs.headers:
            book.jobs.report(
                number,
                "minutes_per_piece",
                row.minutes_per_piece,
                "There are minutes per piece, but no column 'quantity'.",
                "Add the quantity, or processing_minutes.",
            )
        return None
    left = row.quantity - (row.quantity_done or 0.0)
    if left <= 0:
        book.jobs.report(
            number,
            "quantity_done" if row.quantity_done else "quantity",
            row.quantity_done or row.quantity,
            "No pieces are left to make, so there is nothing to plan.",
            "Remove the row, or correct the quantities.",
        )
        return None
    minutes = left * row.minutes_per_piece
    if minutes > limits.MAX_MINUTES:
        book.jobs.report(
            number,
            "minutes_per_piece",
            row.minutes_per_piece,
            f"{left:g} pieces take more than a year.",
            "Check the unit.",
        )
        return None
    return minutes


def warn_of_idle_pieces(book: Book) -> None:
    """Say how quantities are used, or that they are not."""
    jobs = book.jobs
    used = [
        x
        for x in jobs
        if x.row.processing_minutes is None
        and x.row.minutes_per_piece is not None
        and x.row.quantity is not None
        and x.row.quantity > (x.row.quantity_done or 0.0)
    ]
    if used:
        row = used[0].row
        done = f" less {row.quantity_done:g} done" if row.quantity_done else ""
        jobs.report(
            None,
            "minutes_per_piece",
            "",
            f"Processing is the quantity times the minutes per piece: in row "
            f"{used[0].number} {row.quantity:g}{done} by {row.minutes_per_piece:g}.",
            "Nothing to do.",
            Severity.NOTE,
        )
    for column in ("quantity", "quantity_done", "minutes_per_piece"):
        idle = [
            x
            for x in jobs
            if getattr(x.row, column) is not None
            and not (
                "minutes_per_piece" in jobs.headers
                and jobs.is_faulty(x.number, "minutes_per_piece")
            )
            and (
                x.row.processing_minutes is not None
                or "minutes_per_piece" not in jobs.headers
            )
        ]
        if not idle:
            continue
        both = any(x.row.minutes_per_piece is not None for x in idle)
        jobs.report(
            idle[0].number,
            column,
            f"{getattr(idle[0].row, column):g}",
            f"{jobs.headers.get(column, column)!r} is kept but not used: "
            + (
                "processing_minutes says how long the job takes."
                if both or column == "minutes_per_piece"
                else "there are no minutes per piece."
            ),
            "Clear processing_minutes to plan by pieces."
            if both or column == "minutes_per_piece"
            else "Add minutes_per_piece and leave processing_minutes empty, to plan by "
            "pieces.",
            Severity.WARNING,
        )


def bound_machines(book: Book, record: Record[JobRow]) -> NDArray[np.bool_] | None:
    """
    Shape (m,): machines that a job names; ``None`` where it names none.

    A name that is no machine but a machine type is read as that type, which is said.
    """
    text = record.row.machine_id
    if text is None or not book.machine_index:
        return None
    jobs, number = book.jobs, record.number
    allowed = np.zeros(len(book.machines.records), dtype=np.bool_)
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
            f"{jobs.headers['machine_id']!r} is binding: a job runs nowhere else.",
        )
    return allowed
