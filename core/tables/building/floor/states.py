"""What the tables say of the shop floor: what has begun, is locked, is frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from core.problem.floor import Floor, JobState, Lock, Status
from core.tables.building.book import Book
from core.tables.building.floor.status_words import (
    CANCELLED,
    NO_LOCK,
    lock_of,
    says_states,
    status_of,
)
from core.tables.issues import Severity
from core.tables.mapping.records import Record, Records
from core.tables.rows import MINUTE, JobRow, ShiftRow
from core.tables.values.vocabulary import umlauts_folded


def _by_pieces(
    state: JobState, row: JobRow, processing: NDArray[np.float64]
) -> JobState:
    """Say what is left of a started job by its pieces, where nothing else says it."""
    if state.status is not Status.STARTED or state.remaining is not None:
        return state
    if state.machine is None or not row.quantity or not row.quantity_done:
        return state
    whole = float(processing[state.machine])
    left = max(1 - row.quantity_done / row.quantity, 0.0)
    return replace(state, remaining=round(whole * left)) if isfinite(whole) else state


def stated_now(
    book: Book, shift: Records[ShiftRow], now: datetime | None
) -> int | None:
    """Seconds since plan start that it is now, as told or as the sheet ``shift``."""
    if now is not None:
        seconds = book.seconds_or_none(now)
        if seconds is not None and seconds < 0:
            shift.report(
                None,
                "now",
                now,
                f"Now is before the plan start {book.start:%Y-%m-%d %H:%M}.",
                "Check both.",
            )
            return None
        return seconds
    for record in shift.records:
        seconds = book.seconds_or_none(record.row.now)
        if seconds is None:
            continue
        if seconds < 0:
            shift.report(
                record.number,
                "now",
                record.row.now,
                "Now is before the plan start.",
                "Check both.",
            )
            return None
        return seconds
    return None


# Columns of jobs without which each of them is planned and free.
SAYING = {"status", "lock", "actual_start", "actual_end", "remaining_minutes"}


def floor_of(
    book: Book, now: int | None, processing: NDArray[np.float64] | None = None
) -> Floor | None:
    """
    Return what the rows say of the shop floor; faults are reported.

    Parameters
    ----------
    book
        The rows, cancelled jobs left out.
    now
        Seconds since plan start; ``None``: nobody said.
    processing
        Shape (n, m), seconds of the whole job; ``None`` where there is no problem.

    Returns
    -------
    Floor or None
        ``None`` where nothing has begun, is locked, given to a machine or frozen.
    """
    reader = _States(book, now)
    states: dict[int, JobState] = {}
    says = SAYING & book.jobs.headers.keys()
    for j, record in enumerate(book.jobs.records if says else ()):
        state = reader.state(record)
        if state is not None and state != JobState():
            if processing is not None:
                state = _by_pieces(state, record.row, processing[j])
            states[j] = state
    reader.check_machines(states)
    freeze = reader.freeze()
    if now is None and any(state.has_begun for state in states.values()):
        first = min(j for j, state in states.items() if state.has_begun)
        record = book.jobs.records[first]
        book.jobs.report(
            record.number,
            "status",
            record.row.status,
            "Jobs have begun, and nothing says what time it is.",
            "Give the time: as Now, as --now, or as now in the sheet 'shift'.",
        )
        return None
    floor = Floor(now or 0, states, None, freeze)
    return floor if floor.binds or floor.freeze_until else None


class _States:
    """The rows of jobs, read one by one."""

    def __init__(self, book: Book, now: int | None) -> None:
        self.book, self.jobs, self.now = book, book.jobs, now

    def report(
        self, record: Record[JobRow], column: str, fault: str, mend: str
    ) -> None:
        """Report a cell."""
        value = getattr(record.row, column)
        self.jobs.report(record.number, column, value, fault, mend)

    def state(self, record: Record[JobRow]) -> JobState | None:
        """State of one job; ``None`` where it cannot be read, which is reported."""
        row = record.row
        word = status_of(row)
        if word is None:
            known = ", ".join([*Status, CANCELLED])
            self.report(record, "status", "This is no status.", f"Write {known}.")
            return None
        status = Status(word)
        lock = lock_of(row)
        said = umlauts_folded(row.lock or "")
        if said and lock is None and said not in NO_LOCK:
            mend = "Write machine, or start for machine and time; or clear it."
            self.report(record, "lock", "This is no lock.", mend)
            return None
        begun = status in (Status.STARTED, Status.FINISHED)
        if not begun:
            self._expect_not_begun(record, status)
        machine = self._machine(record, status, lock)
        if begun and machine is None:
            return None
        start = self._time(record, "actual_start") if begun else None
        end = self._time(record, "actual_end") if status is Status.FINISHED else None
        if start is not None and end is not None and end < start:
            mend = "Check the two times."
            fault = "The job ends before it starts."
            self.report(record, "actual_end", fault, mend)
            end = None
        if status is Status.FINISHED and row.actual_end is None:
            self._warn(
                record,
                "actual_end",
                "It is not said when the job ended: it is taken to have ended by now.",
            )
        if (
            status is Status.STARTED
            and row.actual_start is None
            and row.remaining_minutes is None
        ):
            self._warn(
                record,
                "actual_start",
                "It is not said when the job began, nor "
                "how long it still takes: all of it is taken to be left.",
            )
        remaining = row.remaining_minutes if status is Status.STARTED else None
        return JobState(
            status,
            machine,
            start,
            end,
            None if remaining is None else round(remaining * MINUTE),
            lock,
        )

    def _warn(self, record: Record[JobRow], column: str, fault: str) -> None:
        self.jobs.report(
            record.number, column, "", fault, "Fill it in.", Severity.WARNING
        )

    def _expect_not_begun(self, record: Record[JobRow], status: Status) -> None:
        """A job that has not begun has no actual times."""
        for column in ("actual_start", "actual_end"):
            if getattr(record.row, column) is not None:
                self.report(
                    record,
                    column,
                    f"The job is {status}, and has an actual time.",
                    "Write started or finished as its status, or clear the time.",
                )
        if record.row.remaining_minutes is not None:
            self.jobs.report(
                record.number,
                "remaining_minutes",
                record.row.remaining_minutes,
                "This counts for started jobs only, and is not used.",
                "Write started as the status, or clear it.",
                Severity.WARNING,
            )

    def _machine(
        self, record: Record[JobRow], status: Status, lock: Lock | None
    ) -> int | None:
        """Machine that a job names, where that says something."""
        begun = status in (Status.STARTED, Status.FINISHED)
        text = record.row.machine_id
        if text is None or (status is Status.PLANNED and lock is None):
            if begun and not self.jobs.is_faulty(record.number, "status"):
                self.jobs.report(
                    record.number,
                    "machine_id",
                    "",
                    f"The job is {status}, and it is not said on which machine.",
                    "Fill in the machine.",
                )
            return None
        places = self.book.machine_index.get(text)
        if places is None:
            meant = self.book.machine_index.meant(text)
            places = None if meant is None else self.book.machine_index[meant]
        if places is not None and len(places) == 1:
            return places[0]
        if begun and (places is not None or text in self.book.types):
            self.report(
                record,
                "machine_id",
                f"The job is {status}, and this is more than one machine.",
                "Name the one that it runs or ran on, e.g. M7/2.",
            )
        return None

    def _time(self, record: Record[JobRow], column: str) -> int | None:
        """Seconds since plan start of an actual time, not after now."""
        moment = getattr(record.row, column)
        seconds = self.book.seconds(self.jobs, record.number, column, moment)
        if seconds is not None and self.now is not None and seconds > self.now:
            said = self.book.moment(self.now)
            self.report(
                record,
                column,
                f"This is after now, {said:%Y-%m-%d %H:%M}.",
                "Check the time, or what time it is now.",
            )
            return None
        return seconds

    def check_machines(self, states: Mapping[int, JobState]) -> None:
        """Only one job at a time runs on a machine."""
        running: dict[int, int] = {}
        for j, state in sorted(states.items()):
            if state.status is not Status.STARTED or state.machine is None:
                continue
            first = running.setdefault(state.machine, j)
            if first != j:
                other = self.jobs.records[first]
                self.report(
                    self.jobs.records[j],
                    "status",
                    f"Two jobs have started on {self.book.units[state.machine].id} and "
                    f"not ended: this one and {other.row.job_id} in row "
                    f"{other.number}.",
                    "Write finished for one of them, or name another machine.",
                )

    def freeze(self) -> dict[int, int]:
        """Second until which each machine is frozen, where one is."""
        found: dict[int, int] = {}
        for k, unit in enumerate(self.book.units):
            moment = unit.record.row.freeze_until
            seconds = self.book.seconds(
                self.book.machines, unit.record.number, "freeze_until", moment
            )
            if seconds is None:
                continue
            if seconds <= (self.now or 0):
                self.book.machines.report(
                    unit.record.number,
                    "freeze_until",
                    moment,
                    "The freeze ends before now, and freezes nothing.",
                    "Nothing to do, or give a later time.",
                    Severity.WARNING,
                )
                continue
            found[k] = seconds
        return found


def is_under_way(book: Book, now: int | None) -> bool:
    """Whether the shift has begun: what is not in the list may be done already."""
    return bool(now) or says_states(book.jobs)
