"""
The day in hand: the shift as its files say it, and what happened since.

The files and the events in force together say what is planned. A day goes on when
files are edited or the start changes: its events are applied to what is then in hand.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from core.planning.plan import Plan
from core.problem.shift import Shift
from core.replanning.day.event_file import events_from_json, events_to_json
from core.replanning.day.events import Event
from core.replanning.day.replay import replay
from core.replanning.day.replayed import EventFault, EventsRefusedError, Replayed
from pages.parts.state import Key

SAME_DAY = 0.5  # share of the jobs that two shifts of one day have in common, at least


@dataclass(frozen=True)
class DayInHand:
    """
    What a session knows of its day; another state is another object.

    Parameters
    ----------
    base_hash, jobs
        Of the shift as its files say it: its content hash, and each job by id, order
        and setup group: two random shifts have the same ids.
    events
        Those in force, in the order in which they were told.
    now
        The moment from which is planned; ``None``: plan start.
    id, revision
        Of the day in the store; ``None``: it is not kept yet.
    versions
        Number and plan hash of the versions that this session saw, the one in force
        last.
    head_base, head_events
        What the version in force was planned from: content hash of the shift as its
        files said it then, and ids of the events.
    """

    base_hash: str
    jobs: frozenset[str]
    events: tuple[Event, ...] = ()
    now: datetime | None = None
    id: str | None = None
    revision: int = 0
    versions: tuple[tuple[int, str], ...] = ()
    head_base: str = ""
    head_events: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to keep of it."""
        return bool(self.events or self.id or self.now)

    @property
    def head(self) -> int | None:
        """Number of the version in force; ``None``: there is none."""
        return self.versions[-1][0] if self.versions else None

    @property
    def head_hash(self) -> str | None:
        """Hash of the plan in force."""
        return self.versions[-1][1] if self.versions else None

    def at_version(self, number: int, plan_hash: str) -> DayInHand:
        """Return the day with another version in force."""
        rest = tuple(x for x in self.versions if x[0] != number)
        versions = (*rest, (number, plan_hash))
        return replace(
            self,
            versions=versions,
            head_base=self.base_hash,
            head_events=self.event_ids,
        )

    @property
    def event_ids(self) -> tuple[str, ...]:
        """Ids of the events in force."""
        return tuple(x.id for x in self.events)

    def is_in_force(self, plan_hash: str) -> bool:
        """Whether a plan is the version in force, with the events in force."""
        return plan_hash == self.head_hash and self.event_ids == self.head_events

    def number_of(self, plan_hash: str) -> int | None:
        """Return the newest version that has a plan; ``None``: none has."""
        numbers = [number for number, known in self.versions if known == plan_hash]
        return max(numbers, default=None)


def day_in_hand() -> DayInHand | None:
    """Return the day in hand; ``None`` before there is a shift."""
    day: DayInHand | None = st.session_state.get(Key.DAY)
    return day


def keep_day(day: DayInHand) -> None:
    """Take a day in hand."""
    st.session_state[Key.DAY] = day


def base_shift() -> Shift | None:
    """Return the shift in hand as its files say it, without the events."""
    shift: Shift | None = st.session_state.get(Key.BASE)
    return shift


def now_in_hand(shift: Shift) -> datetime:
    """Return the moment from which is planned."""
    day = day_in_hand()
    return shift.start if day is None or day.now is None else day.now


def now_line() -> datetime:
    """Return where the chart draws the present: as it was said, else by the clock."""
    day = day_in_hand()
    return datetime.now() if day is None or day.now is None else day.now


def lived(shift: Shift) -> Shift | tuple[EventFault, ...]:
    """
    Take a shift in hand as its files say it; returns it after the events of its day.

    Returns
    -------
    Shift or tuple of EventFault
        The faults, where events cannot be applied to it any more; nothing of them is.
    """
    state = st.session_state
    state[Key.BASE] = shift
    day = _day_of(shift)
    if day is not day_in_hand():
        _put_aside(day_in_hand())
        keep_day(day)
    try:
        made = replayed(shift, day.events).shift if day.events else shift
    except EventsRefusedError as error:
        return error.faults
    return _as_planned(made, day)


def _as_planned(shift: Shift, day: DayInHand) -> Shift:
    """Return a shift with what had begun when it was planned last, if it was."""
    plan: Plan | None = st.session_state.get(Key.PLAN)
    if plan is None or plan.shift.floor is None:
        return shift
    if plan.content_hash == day.head_hash and day.head_base != day.base_hash:
        return shift  # planned before its files were changed
    without = replace(plan.shift, floor=shift.floor)
    if without.content_hash != shift.content_hash:
        return shift
    return replace(shift, floor=plan.shift.floor)


def replayed(shift: Shift, events: Iterable[Event]) -> Replayed:
    """
    Apply events to a shift as its files say it.

    Raises
    ------
    EventsRefusedError
        When some cannot be applied; see :func:`core.replanning.day.replay.replay`.
    """
    told = tuple(events)
    if not told:
        return Replayed(shift, {}, {})
    now = max([now_in_hand(shift), *(x.time for x in told)])
    key = json.dumps(events_to_json(told))
    return _replayed(shift.content_hash, shift.name, key, now, shift, told)


@st.cache_resource(max_entries=16, ttl="4h", show_spinner=False)
def _replayed(
    base_hash: str,
    name: str,
    key: str,
    now: datetime,
    _shift: Shift,
    _events: tuple[Event, ...],
) -> Replayed:
    return replay(_shift, _events, now)


def _day_of(shift: Shift) -> DayInHand:
    """
    Return the day that a shift is of: the one in hand, an earlier one, a new one.

    A shift that was opened, from a scenario or changed by a remedy, holds what had
    happened already; one from files does not.
    """
    day, base_hash, jobs = day_in_hand(), shift.content_hash, _jobs_of(shift)
    if day is not None and day.base_hash == base_hash:
        return day
    aside: dict[str, DayInHand] = st.session_state.get(Key.DAYS, {})
    kept = aside.get(base_hash)
    if day is None or not _alike(day.jobs, jobs):
        return kept or DayInHand(base_hash, jobs)
    events = day.events if kept is None else kept.events
    if kept is None and st.session_state.get(Key.OPENED) is not None:
        events = ()
    return replace(day, base_hash=base_hash, jobs=jobs, events=events)


def _jobs_of(shift: Shift) -> frozenset[str]:
    """Return what the jobs of a shift are known by."""
    problem = shift.problem
    return frozenset(
        f"{name}|{problem.family_names[family]}|{problem.group_names[group]}"
        for name, family, group in zip(
            problem.job_ids, problem.family, problem.group, strict=True
        )
    )


def _put_aside(day: DayInHand | None) -> None:
    """Keep a day for when its shift is chosen again."""
    if day:
        aside: dict[str, DayInHand] = st.session_state.get(Key.DAYS, {})
        st.session_state[Key.DAYS] = aside | {day.base_hash: day}


def _alike(first: frozenset[str], second: frozenset[str]) -> bool:
    """Whether two shifts have so many jobs in common that they are of one day."""
    return len(first & second) >= SAME_DAY * max(len(first), len(second))


def day_to_bytes(day: DayInHand) -> bytes:
    """Return a day as bytes that outlast the session."""
    kept = {
        "base_hash": day.base_hash,
        "jobs": sorted(day.jobs),
        "events": events_to_json(day.events),
        "now": None if day.now is None else day.now.isoformat(),
        "id": day.id,
        "revision": day.revision,
        "versions": [list(x) for x in day.versions],
        "head_base": day.head_base,
        "head_events": list(day.head_events),
    }
    return json.dumps(kept).encode()


def day_from_bytes(data: bytes) -> DayInHand:
    """
    Return the day that :func:`day_to_bytes` wrote.

    Raises
    ------
    ValueError
        When it is something else.
    """
    try:
        kept = json.loads(data)
        now = kept["now"]
        return DayInHand(
            kept["base_hash"],
            frozenset(kept["jobs"]),
            events_from_json(kept["events"]),
            None if now is None else datetime.fromisoformat(now),
            kept["id"],
            kept["revision"],
            tuple((int(number), str(known)) for number, known in kept["versions"]),
            kept["head_base"],
            tuple(kept["head_events"]),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"the day lacks {error}") from error
