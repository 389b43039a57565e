"""How far times may turn out otherwise, and how machines break down, as stated."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.problem.checks import MOST_TIMES, SHORTEST_BETWEEN
from core.tables.building.book import Book
from core.tables.mapping.records import Record
from core.tables.rows import MINUTE, JobRow, MachineRow

HOUR = 3600.0
DIGITS = 6  # of a multiple: written as minutes and read again, it is the same
LONGEST_REPAIR = 100 * 24 * 60.0  # minutes


class Variation(NamedTuple):
    """
    What the tables say of times that vary, as a problem holds it.

    Parameters
    ----------
    time_low, time_high
        Shape (n,), multiples of the planned time; 0 where not stated.
    between_breakdowns, repair
        Shape (m,), mean seconds; 0 where the machine does not break down.
    """

    time_low: NDArray[np.float64]
    time_high: NDArray[np.float64]
    between_breakdowns: NDArray[np.float64]
    repair: NDArray[np.float64]


def variation_of(book: Book, processing: NDArray[np.float64]) -> Variation:
    """
    Return how far times may vary.

    Parameters
    ----------
    book
        All rows; takes the faults.
    processing
        Shape (n, m), seconds of each job on each machine, +inf: not eligible. A job
        whose minutes are not stated is planned with the mean of its own.
    """
    low, high = np.zeros((2, len(book.jobs.records)))
    for j, record in enumerate(book.jobs.records):
        planned = record.row.processing_minutes
        times = processing[j][np.isfinite(processing[j])]
        if planned is None and len(times):
            planned = float(times.mean()) / MINUTE
        if planned is not None and _is_pair_of_job(book, record, planned):
            low[j] = round((record.row.minutes_low or 0.0) / planned, DIGITS)
            high[j] = round((record.row.minutes_high or 0.0) / planned, DIGITS)
    stated = {
        x.number: x.row for x in book.machines.records if _is_pair_of_machine(book, x)
    }
    rows = [stated.get(unit.record.number) for unit in book.units]
    between = [round((x.mtbf_hours or 0.0) * HOUR, DIGITS) if x else 0.0 for x in rows]
    repair = [
        round((x.mttr_minutes or 0.0) * MINUTE, DIGITS) if x else 0.0 for x in rows
    ]
    return Variation(low, high, np.array(between), np.array(repair))


def _is_pair_of_job(book: Book, record: Record[JobRow], planned: float) -> bool:
    """Whether a job states low and high minutes; takes the faults of them."""
    row, number = record.row, record.number
    low, high = row.minutes_low, row.minutes_high
    for mine, name, other, wanted in (
        (low, "minutes_low", high, "minutes_high"),
        (high, "minutes_high", low, "minutes_low"),
    ):
        if mine is not None and other is None:
            if not book.jobs.is_faulty(number, wanted):
                book.jobs.report(
                    number,
                    name,
                    f"{mine:g}",
                    f"{wanted} is empty: only one of the pair is stated.",
                    f"Fill in {wanted}, too, or clear {name}.",
                )
            return False
    if low is None or high is None:
        return False
    said = f"{planned:g}"
    if low > high:
        fault = f"The low time is above the high one ({high:g} minutes)."
        column, value, mend = "minutes_low", low, "Exchange them, or correct one."
    elif low > planned:
        fault = f"The low time is above the planned one ({said} minutes)."
        column, value, mend = "minutes_low", low, f"State {said} at most."
    elif high < planned:
        fault = f"The high time is below the planned one ({said} minutes)."
        column, value, mend = "minutes_high", high, f"State {said} at least."
    elif high > MOST_TIMES * planned:
        fault = f"The high time is more than {MOST_TIMES:g} times the planned one "
        fault += f"({said} minutes)."
        column, value, mend = "minutes_high", high, "Check unit and digits."
    else:
        return True
    book.jobs.report(number, column, f"{value:g}", fault, mend)
    return False


def _is_pair_of_machine(book: Book, record: Record[MachineRow]) -> bool:
    """Whether a machine states how it breaks down; takes the faults of that."""
    row, number = record.row, record.number
    between, repair = row.mtbf_hours, row.mttr_minutes
    if between is None and repair is None:
        return False
    if between is None or repair is None:
        given, missing = ("mtbf_hours", "mttr_minutes")[:: 1 if repair is None else -1]
        if not book.machines.is_faulty(number, missing):
            book.machines.report(
                number,
                given,
                f"{between if repair is None else repair:g}",
                f"{missing} is empty: only one of the pair is stated.",
                f"Fill in {missing}, too, or clear {given}.",
            )
        return False
    if between * HOUR < SHORTEST_BETWEEN:
        column, value = "mtbf_hours", between
        fault = "A machine that breaks down more often than every six minutes is none."
        mend = "State the mean hours of work between two breakdowns."
    elif not 0 < repair <= LONGEST_REPAIR:
        column, value = "mttr_minutes", repair
        fault = "A repair takes longer than nothing, and less than a hundred days."
        mend = "State the mean minutes of a repair."
    else:
        return True
    book.machines.report(number, column, f"{value:g}", fault, mend)
    return False
