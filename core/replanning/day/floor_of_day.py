"""What the floor says after a day's events: as planned until now, but for those."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.replanning.commitments import floor_as_planned
from core.replanning.day.replayed import EventLock, EventState, Replayed


def previous_of(shift: Shift, schedule: Schedule, new: Shift) -> PreviousPlan:
    """
    Return a plan of a shift as the previous plan of another one; jobs match by id.

    Parameters
    ----------
    shift, schedule
        The plan.
    new
        What is planned next; it may start at another moment.
    """
    later = round((new.start - shift.start).total_seconds())
    return PreviousPlan.matched(
        schedule,
        (shift.problem.job_ids, shift.problem.machine_ids),
        (new.problem.job_ids, new.problem.machine_ids),
        later,
    )


def floor_of_day(
    replayed: Replayed,
    previous: PreviousPlan,
    now: datetime,
    freeze_until: datetime | None = None,
) -> Floor:
    """
    Return what the floor says: everything went as planned until now, but for events.

    Parameters
    ----------
    replayed
        The shift after its events, and what they say of jobs.
    previous
        The plan in hand, of the jobs of that shift.
    now
        The moment from which is planned.
    freeze_until
        Nothing changes before; ``None``: nothing is frozen.
    """
    shift = replayed.shift
    jobs = {name: j for j, name in enumerate(shift.problem.job_ids)}
    machines = {name: k for k, name in enumerate(shift.problem.machine_ids)}
    said = shift.floor  # by the files
    stated: dict[int, JobState] = {} if said is None else dict(said.states)
    for name, state in replayed.begun.items():
        stated[jobs[name]] = _state(state, machines)
    held = previous
    for name, lock in replayed.locks.items():
        job, machine = jobs[name], machines[lock.machine]
        stated[job] = _locked(stated.get(job), lock, machine)
        if lock.kind == "start":
            length = int(shift.problem.processing[job, machine])
            held = _at(held, job, machine, lock.start, length)
    second = max(_seconds(shift, now), 0 if said is None else said.now)
    frozen: dict[int, int] = {} if said is None else dict(said.freeze_until)
    for name, seconds in replayed.freeze.items():
        frozen[machines[name]] = seconds
    frozen = {k: seconds for k, seconds in frozen.items() if seconds > 0}
    if freeze_until is not None:
        until = _seconds(shift, freeze_until)
        for k in range(shift.problem.num_machines):
            frozen[k] = max(until, frozen.get(k, 0))
    return floor_as_planned(shift.problem, held, second, stated, frozen)


def without_locks(floor: Floor, said: Floor | None, jobs: Collection[int]) -> Floor:
    """
    Return a floor without what events forbid to change, or allow.

    Parameters
    ----------
    floor
        As :func:`floor_of_day` returns it.
    said
        What the files say; ``None``: nothing.
    jobs
        Those that events lock, or whose lock by the files they lift.
    """
    said = said or Floor()
    states = dict(floor.states)
    for job in jobs:
        state, by_files = states.get(job), said.states.get(job)
        if state is not None and state.has_begun:
            lock = None if by_files is None else by_files.lock
            states[job] = replace(state, lock=lock)
        elif by_files is not None:
            states[job] = by_files
        else:
            states.pop(job, None)  # nothing but the lock was known of it
    return replace(floor, states=states, freeze_until=said.freeze_until)


def _seconds(shift: Shift, moment: datetime) -> int:
    """Seconds since plan start, at least 0."""
    return max(round((moment - shift.start).total_seconds()), 0)


def _state(state: EventState, machines: Mapping[str, int]) -> JobState:
    """Return what an event says of a job's past."""
    if state.state == "planned":
        return JobState(Status.PLANNED)
    return JobState(
        Status.STARTED if state.state == "started" else Status.FINISHED,
        machines[state.machine],
        state.began,
        state.ended,
    )


def _locked(state: JobState | None, lock: EventLock, machine: int) -> JobState:
    """Return a job's state with its lock; whether it began is for the plan to say."""
    kind = Lock.START if lock.kind == "start" else Lock.MACHINE
    if state is not None and state.has_begun:
        return replace(state, lock=kind)
    if state is not None:
        return replace(state, machine=machine, start=None, lock=kind)
    return JobState(Status.RELEASED, machine, lock=kind)


def _at(
    previous: PreviousPlan, job: int, machine: int, start: int, length: int
) -> PreviousPlan:
    """Return a previous plan with a job somewhere else."""
    if previous.machine[job] == machine and previous.start[job] == start:
        return previous
    changed = {
        name: getattr(previous, name).copy()
        for name in ("machine", "setup_start", "setup_end", "start", "end")
    }
    changed["machine"][job] = machine
    changed["setup_start"][job] = changed["setup_end"][job] = start
    changed["start"][job], changed["end"][job] = start, start + length
    return replace(previous, **changed)
