"""Moves and locks: what a planner does to one job of the plan in hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.charts.bars.floor_marks import FloorMarks
from core.planning.plan import Plan
from core.planning.scheduler import Result, Stopwatch
from core.problem import phrases
from core.problem.floor import Lock
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.replanning.day.events import Event, JobLocked, JobMoved, JobUnlocked
from core.replanning.day.floor_of_day import floor_of_day, previous_of
from core.replanning.day.replayed import EventLock, EventsRefusedError, Replayed
from core.replanning.moving import MoveRefusedError, moved
from core.timing.commitments import ImpossibleLockError, remaining
from core.timing.committing import committed
from pages.parts.day.from_now import with_floor
from pages.parts.day.history.kept_versions import note_cause
from pages.parts.day.in_force import (
    base_shift,
    day_in_hand,
    keep_day,
    now_in_hand,
    replayed,
)
from pages.parts.day.lock_notice import lock_notice
from pages.parts.day.taking import take_plan
from pages.parts.state import Key

MOVED = "moved"  # what made the plan, as files name it


def lock_of(plan: Plan, job: int) -> EventLock | None:
    """Return the lock of a job; ``None``: it may be planned anew."""
    day, base = day_in_hand(), base_shift()
    if day is None or base is None:
        return None
    made = replayed(base, day.events)
    name = plan.shift.problem.job_ids[job]
    if name in made.locks:
        return made.locks[name]
    kind = _locks_of_files(made).get(name)
    if kind is None:
        return None
    schedule = plan.result.schedule
    machine = plan.shift.problem.machine_ids[schedule.machine[job]]
    return EventLock(kind.value, machine, int(schedule.start[job]), by_files=True)


def _locks_of_files(made: Replayed) -> dict[str, Lock]:
    """Kinds of the locks of the files that count and no event lifted, by job id."""
    floor, ids = made.shift.floor, made.shift.problem.job_ids
    states = {} if floor is None else floor.states
    return {
        ids[j]: state.lock
        for j, state in states.items()
        if state.lock is not None and not state.has_begun
    }


def marks_of(plan: Plan) -> FloorMarks:
    """Return what of a plan is past change: what has begun by now, and locks."""
    problem, floor, base = plan.shift.problem, plan.shift.floor, base_shift()
    now, day = 0, day_in_hand()
    if base is not None:
        now = round((now_in_hand(base) - plan.shift.start).total_seconds())
    begun = plan.result.schedule.start < now
    locked = np.zeros(problem.num_jobs, dtype=np.bool_)
    freeze: dict[int, int] = {}
    if floor is not None:
        begun[floor.begun()] = True
        freeze = dict(floor.freeze_until)
    if base is not None and day is not None:
        said = replayed(base, day.events)
        where = {name: k for k, name in enumerate(problem.machine_ids)}
        freeze |= {where[x]: until for x, until in said.freeze.items() if x in where}
        named = said.locks.keys() | _locks_of_files(said).keys()
        locked = np.isin(problem.job_ids, list(named))
        waiting = [name for name, x in said.begun.items() if x.state == "planned"]
        begun &= ~np.isin(problem.job_ids, waiting)
    freeze = {k: until for k, until in freeze.items() if until > now}
    return FloorMarks(now, begun, locked, freeze)


def has_begun(plan: Plan, job: int) -> bool:
    """Whether a job has begun by now, if the plan in hand ran so."""
    return bool(marks_of(plan).begun[job])


def movable(plan: Plan) -> NDArray[np.bool_]:
    """Shape (n,): jobs that have not begun and are not locked."""
    marks = marks_of(plan)
    return ~(marks.begun | marks.locked)


def lock(plan: Plan, jobs: Sequence[int], *, start: bool) -> None:
    """Lock jobs to their machines, or also to their starts; one step, however many."""
    shift, schedule = plan.shift, plan.result.schedule
    events = [
        JobLocked(
            time=now_in_hand(shift),
            job=shift.problem.job_ids[job],
            machine=shift.problem.machine_ids[schedule.machine[job]],
            lock="start" if start else "machine",
            start=shift.start + timedelta(seconds=int(schedule.start[job])),
        )
        for job in jobs
        if not _is_locked(plan, job, start=start)
    ]
    tell(*events)


def _is_locked(plan: Plan, job: int, *, start: bool) -> bool:
    """Whether a job is locked so already, where the plan has it."""
    held, schedule = lock_of(plan, job), plan.result.schedule
    if held is None or held.kind != ("start" if start else "machine"):
        return False
    machine = plan.shift.problem.machine_ids[schedule.machine[job]]
    return held.machine == machine and (not start or held.start == schedule.start[job])


def unlock(plan: Plan, jobs: Sequence[int]) -> None:
    """Let jobs be planned anew; one step, however many."""
    now, ids = now_in_hand(plan.shift), plan.shift.problem.job_ids
    held = [job for job in jobs if lock_of(plan, job) is not None]
    tell(*(JobUnlocked(time=now, job=ids[job]) for job in held))


def tell(*told: Event) -> None:
    """Put events in force that change no time and no machine; all of them, or none."""
    day, base = day_in_hand(), base_shift()
    if day is None or base is None or not told:
        return
    st.session_state.pop(Key.DAY_NOTICE, None)
    events = (*day.events, *told)
    try:
        replayed(base, events)
    except EventsRefusedError as error:
        st.session_state[Key.DAY_NOTICE] = str(error)
        return
    keep_day(replace(day, events=events))
    note_cause(" ".join(event.what for event in told))


def move(plan: Plan, job: int, machine: int, start: int, leeway: int = 0) -> None:
    """
    Move a job; where it cannot go, say why and leave the plan as it is.

    Parameters
    ----------
    plan
        In hand when the form or the chart was drawn: pressed twice at once, it moves
        once.
    job, machine
        Indices of the job and of the machine it goes to.
    start, leeway
        Seconds since plan start at which it shall start, and by how much later it may.
    """
    if st.session_state.get(Key.PLAN) is not plan:
        return
    st.session_state.pop(Key.DAY_NOTICE, None)
    try:
        _move(plan, job, machine, start, leeway)
    except (MoveRefusedError, EventsRefusedError) as error:
        st.session_state[Key.DAY_NOTICE] = str(error)
    except ImpossibleLockError as error:
        st.session_state[Key.DAY_NOTICE] = lock_notice(plan.shift, error)


def _move(plan: Plan, job: int, machine: int, start: int, leeway: int) -> None:
    day, base = day_in_hand(), base_shift()
    if day is None or base is None:
        return
    watch, now = Stopwatch(), now_in_hand(base)
    shift = with_floor(plan, base, day.events, now)
    if shift is None or shift.floor is None:
        return
    schedule = moved(shift, shift.floor, job, machine, start, leeway)
    event = JobMoved(
        time=now,
        job=shift.problem.job_ids[job],
        machine=shift.problem.machine_ids[machine],
        lock="start",
        start=shift.start + timedelta(seconds=int(schedule.start[job])),
    )
    made = _plan_of(plan, base, (*day.events, event), schedule, watch)
    take_plan(made, (event,), event.what)
    st.session_state[Key.JOB] = job


def _plan_of(
    plan: Plan,
    base: Shift,
    events: tuple[Event, ...],
    schedule: Schedule,
    watch: Stopwatch,
) -> Plan:
    """Return the plan after a move; its locks are where it has the jobs."""
    made = replayed(base, events)
    previous = previous_of(made.shift, schedule, made.shift)
    floor = floor_of_day(made, previous, now_in_hand(base))
    commitments = committed(made.shift.problem, floor)
    rest = None
    if commitments.open_jobs.size:
        rest = remaining(made.shift.problem, commitments)
    changed = int((schedule.start != plan.result.schedule.start).sum())
    result = Result(
        problem=made.shift.problem,
        schedule=schedule,
        objective=plan.result.objective,
        scheduler=MOVED,
        seconds=watch.seconds,
        decisions=0,
        reason=f"{events[-1].what} {phrases.many(changed, 'job')} start at another "
        "time for it.",
        floor=floor,
        rest=rest,
    )
    return Plan(replace(made.shift, floor=floor), plan.settings, result)
