"""What events do to a shift: the files and the log together say what is planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from functools import singledispatch

from core.problem.shift import Shift
from core.replanning.day.draft import Draft
from core.replanning.day.events import (
    Event,
    JobBegan,
    JobEnded,
    JobLocked,
    JobLonger,
    JobNotBegun,
    JobUnlocked,
    MachineBack,
    MachineDown,
    MaterialLate,
    PlanFrozen,
    RushOrder,
)
from core.replanning.day.replayed import (
    EventFault,
    EventLock,
    EventsRefusedError,
    EventState,
    Replayed,
)

Refuse = Callable[[str, str, str], None]


def apply(shift: Shift, events: Iterable[Event], now: datetime) -> Shift:
    """
    Return the shift that is planned after some events; see :func:`replay`.

    Raises
    ------
    EventsRefusedError
        As :func:`replay`.
    """
    return replay(shift, events, now).shift


def replay(shift: Shift, events: Iterable[Event], now: datetime) -> Replayed:
    """
    Apply a log of events to a shift as its files say it.

    The same shift and events give the same problem, byte for byte, however often and
    wherever they are replayed.

    Parameters
    ----------
    shift
        As the files say it.
    events
        Those in force, in the order in which they were told.
    now
        The moment from which is planned; local time.

    Raises
    ------
    EventsRefusedError
        When an event names what does not exist, lies after now, or cannot be after
        those before it. All faults at once; nothing is applied.
    """
    draft = Draft(shift)
    past: dict[str, EventState] = {}
    locks: dict[str, EventLock] = {}
    freeze: dict[str, int] = {}
    faults: list[EventFault] = []
    for event in events:

        def refuse(value: str, fault: str, mend: str, event: Event = event) -> None:
            faults.append(EventFault(event, value, fault, mend))

        count = len(faults)
        _check_names(event, draft, now, refuse)
        if len(faults) == count:
            _apply(event, _Log(draft, past, locks, freeze, refuse))
    if faults:
        raise EventsRefusedError(tuple(faults))
    return Replayed(draft.shift(), past, locks, freeze, frozenset(draft.lifted))


@dataclass(frozen=True)
class _Log:
    """What the events so far have led to."""

    draft: Draft
    past: dict[str, EventState]
    locks: dict[str, EventLock]
    freeze: dict[str, int]
    refuse: Refuse

    def is_begun(self, job: str) -> bool:
        """Whether an event says that a job has begun."""
        return job in self.past and self.past[job].state != "planned"


def _check_names(event: Event, draft: Draft, now: datetime, refuse: Refuse) -> None:
    """Refuse an event of the future, or of what nobody knows."""
    if event.time > now:
        refuse(
            f"{event.time:%a %H:%M}",
            f"This is told for {event.time:%a %H:%M}, which is after now "
            f"({now:%a %H:%M}).",
            "Correct the time, or move now on.",
        )
    for what, names, known in (
        ("machine", event.machines_meant, draft.machines),
        ("job", event.jobs_meant, draft.jobs),
    ):
        for name in names:
            if name not in known:
                close = get_close_matches(name, known, n=1)
                mend = f"Did you mean {close[0]}?" if close else f"Choose a {what}."
                refuse(name, f"There is no {what} {name!r} in this shift.", mend)


@singledispatch
def _apply(event: Event, log: _Log) -> None:
    """Apply one event whose names are known; a kind without a rule is our fault."""
    raise TypeError(f"Expected an event with a rule, got {type(event).__name__}.")


@_apply.register
def _(event: MachineDown, log: _Log) -> None:
    if event.until <= event.begin:
        log.refuse(
            f"{event.until:%a %H:%M}",
            f"{event.machine} would be back before it is down.",
            "Choose a later end.",
        )
        return
    log.draft.close(event.machine, event.begin, event.until)


@_apply.register
def _(event: MachineBack, log: _Log) -> None:
    if not log.draft.reopen(event.machine, event.time):
        log.refuse(
            event.machine,
            f"No event says that {event.machine} is down at {event.time:%a %H:%M}.",
            "Downtime of your files is mended in the table downtime.",
        )


@_apply.register
def _(event: JobLonger, log: _Log) -> None:
    if log.past.get(event.job, EventState("planned")).state == "finished":
        log.refuse(event.job, f"{event.job} has ended already.", "Choose another job.")
    elif event.seconds == 0:
        log.refuse(event.job, f"{event.job} would change by nothing.", "Say by what.")
    elif not log.draft.lengthen(event.job, event.seconds):
        log.refuse(
            event.job,
            f"{event.job} would take no time at all.",
            "Say that it has ended, or take less away.",
        )


@_apply.register
def _(event: JobBegan, log: _Log) -> None:
    if log.is_begun(event.job):
        log.refuse(event.job, f"{event.job} has begun already.", "Choose another job.")
        return
    if not _may_run(event.job, event.machine, log):
        return
    busy = next(
        (
            job
            for job, x in log.past.items()
            if x.state == "started" and x.machine == event.machine
        ),
        None,
    )
    if busy is not None:
        log.refuse(
            event.machine,
            f"{event.machine} still runs {busy}.",
            f"Say that {busy} has ended first.",
        )
        return
    began = log.draft.seconds(event.time)
    log.past[event.job] = EventState("started", event.machine, began)


@_apply.register
def _(event: JobEnded, log: _Log) -> None:
    known = log.past.get(event.job)
    if known is not None and known.state == "finished":
        log.refuse(event.job, f"{event.job} has ended already.", "Choose another job.")
    elif event.time < event.began:
        log.refuse(
            f"{event.began:%a %H:%M}",
            f"{event.job} would end before it began.",
            "Correct one of the times.",
        )
    elif _may_run(event.job, event.machine, log):
        began = log.draft.seconds(event.began)
        ended = log.draft.seconds(event.time)
        if known is not None and known.state == "started" and known.began is not None:
            began = known.began
        log.past[event.job] = EventState("finished", event.machine, began, ended)
        log.locks.pop(event.job, None)


@_apply.register
def _(event: JobNotBegun, log: _Log) -> None:
    if log.is_begun(event.job):
        log.refuse(
            event.job,
            f"An event says that {event.job} has begun.",
            "Withdraw that event instead.",
        )
        return
    log.past[event.job] = EventState("planned")


@_apply.register
def _(event: MaterialLate, log: _Log) -> None:
    begun = [job for job in event.jobs if log.is_begun(job)]
    for job in begun:
        log.refuse(job, f"{job} has begun already.", "Leave it out.")
    if not event.jobs:
        log.refuse("", "No job waits for this material.", "Choose the jobs.")
    if not begun:
        for job in event.jobs:
            log.draft.release(job, event.arrives)


@_apply.register
def _(event: RushOrder, log: _Log) -> None:
    if not event.jobs:
        log.refuse("", "This rush order has no job.", "Fill in at least one row.")
        return
    for value, fault, mend in log.draft.faults_of_rush(event.jobs):
        log.refuse(value, fault, mend)
    if not log.draft.faults_of_rush(event.jobs):
        log.draft.add(event.jobs)


@_apply.register
def _(event: JobLocked, log: _Log) -> None:
    if log.is_begun(event.job):
        log.refuse(
            event.job,
            f"{event.job} has begun and stays where it is.",
            "It needs no lock.",
        )
        return
    if _may_run(event.job, event.machine, log):
        log.draft.unlock(event.job)  # this lock counts, not that of the files
        start = log.draft.seconds(event.start)
        moved = event.kind == "job_moved"
        log.locks[event.job] = EventLock(event.lock, event.machine, start, moved)


@_apply.register
def _(event: JobUnlocked, log: _Log) -> None:
    by_event = log.locks.pop(event.job, None) is not None
    if not log.draft.unlock(event.job) and not by_event:
        log.refuse(event.job, f"{event.job} is not locked.", "Nothing to do.")


@_apply.register
def _(event: PlanFrozen, log: _Log) -> None:
    if event.until is not None and event.until <= event.time:
        log.refuse(
            f"{event.until:%a %H:%M}",
            f"Nothing is left to freeze before {event.until:%a %H:%M}.",
            "Choose a moment after now.",
        )
        return
    until = 0 if event.until is None else log.draft.seconds(event.until)
    log.freeze.update(dict.fromkeys(event.machines or log.draft.machines, until))


def _may_run(job: str, machine: str, log: _Log) -> bool:
    """Whether a job may run on a machine; else it is said."""
    if log.draft.is_eligible(job, machine):
        return True
    others = log.draft.eligible_machines(job)
    log.refuse(
        machine,
        f"{job} may not run on {machine}.",
        f"It may run on {', '.join(others[:5])}{' …' if len(others) > 5 else ''}.",
    )
    return False
