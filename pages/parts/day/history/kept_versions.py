"""
Every plan that comes in hand becomes a version of its day; undo and redo find it.

A version is written after the run of a page that brought another plan in hand, however
that was: planned, repaired, moved, taken back. Two sessions on one day never overwrite
each other: the second is told, and chooses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace

import streamlit as st

from core.planning.plan import Plan
from core.problem.measures.figures import figures_of
from core.problem.shift import Shift
from core.replanning.day.event_file import events_from_json, events_to_json
from core.store.errors import DayChangedError, NoVersionError, StoreError
from core.store.shifts.version import Day, Version, VersionEntry
from core.store.shifts.versions import Versions
from pages.parts.day.in_force import (
    DayInHand,
    base_shift,
    day_in_hand,
    keep_day,
)
from pages.parts.kept.kept_plans import (
    plan_of,
    scenario_of,
    scenario_of_shift,
    shift_of,
)
from pages.parts.kept.stored import database, opened, store_fault
from pages.parts.state import Key, current_plan, keep_plan, keep_shift

FIRST, AGAIN = "Planned", "Planned anew"

log = logging.getLogger("shiftwright")


@dataclass(frozen=True)
class Conflict:
    """
    A plan that could not become a version: somebody else was first.

    Parameters
    ----------
    plan_hash
        Of the plan.
    words
        What happened, for the planner.
    cause
        Why the plan was made.
    """

    plan_hash: str
    words: str
    cause: str


def note_cause(cause: str) -> None:
    """Say why the next plan comes in hand."""
    st.session_state[Key.CAUSE] = cause


def keep_version() -> None:
    """Make the plan in hand a version, where it is not one yet."""
    plan, day, base = current_plan(), day_in_hand(), base_shift()
    if plan is None or day is None or base is None or store_fault() is not None:
        return
    if day.is_in_force(plan.content_hash):
        st.session_state.pop(Key.CAUSE, None)  # what was done led to the same plan
        return
    conflict = conflict_of(plan)
    if conflict is not None:
        return  # the planner has been asked
    state = st.session_state
    cause = state.pop(Key.CAUSE, None)
    versions = Versions(database())
    known = day.number_of(plan.content_hash)
    try:
        if known is not None and day.id is not None and cause is None:
            stored = versions.go_to(day.id, day.revision, known)
        else:
            stored, day = _accept(versions, day, plan, base, cause)
    except DayChangedError as error:
        said = cause or AGAIN
        state[Key.CONFLICT] = Conflict(plan.content_hash, str(error), said)
        return
    keep_day(_known(day, stored, plan))


def _accept(
    versions: Versions, day: DayInHand, plan: Plan, base: Shift, cause: str | None
) -> tuple[Day, DayInHand]:
    """Accept a plan; its day is begun where there is none."""
    day_id = day.id
    if day_id is None:
        begun = versions.begin(base.name)
        day_id = begun.id
        day = replace(day, id=day_id, revision=begun.revision)
        keep_day(day)
    figures = figures_of(plan.result)
    kept = replace(scenario_of(plan, listed=False), figures=dict(figures))
    version = Version(
        cause or (FIRST if not day.versions else AGAIN),
        kept,
        base.content_hash,
        scenario_of_shift(base),
        events_to_json(day.events),
    )
    return versions.accept(day_id, day.revision, version), day


def _known(day: DayInHand, stored: Day, plan: Plan) -> DayInHand:
    """Return the day with what the store says of it, and a plan in force."""
    moved = replace(day, revision=stored.revision)
    if stored.head is None:
        return moved
    return moved.at_version(stored.head, plan.content_hash)


def conflict_of(plan: Plan | None) -> Conflict | None:
    """Return why a plan could not become a version; ``None``: it could."""
    conflict: Conflict | None = st.session_state.get(Key.CONFLICT)
    if conflict is None or plan is None or conflict.plan_hash != plan.content_hash:
        return None
    return conflict


def take_theirs() -> None:
    """Take the version in force in hand, which somebody else accepted."""
    st.session_state.pop(Key.CONFLICT, None)
    _go(lambda versions, day_id, _: versions.day(day_id))


def put_mine_after() -> None:
    """Make the plan in hand a version after the one that somebody else accepted."""
    day, plan = day_in_hand(), current_plan()
    conflict = conflict_of(plan)
    st.session_state.pop(Key.CONFLICT, None)
    if day is None or day.id is None or conflict is None:
        return
    try:
        stored = Versions(database()).day(day.id)
    except StoreError as error:
        _note(error)
        return
    note_cause(conflict.cause)
    keep_day(replace(day, revision=stored.revision))


def undo(seen: int) -> None:
    """
    Go back one version.

    Parameters
    ----------
    seen
        The version that was in force when the button was drawn: pressed twice at once,
        it does one thing.
    """
    if _is_head(seen):
        _go(lambda versions, day_id, revision: versions.undo(day_id, revision))


def redo(seen: int) -> None:
    """Go on one version; see :func:`undo`."""
    if _is_head(seen):
        _go(lambda versions, day_id, revision: versions.redo(day_id, revision))


def _is_head(number: int) -> bool:
    """Whether a version is in force, as far as this session knows."""
    day = day_in_hand()
    return day is not None and day.head == number


def go_to(number: int) -> None:
    """Put a version in force again."""
    _go(lambda versions, day_id, revision: versions.go_to(day_id, revision, number))


def keep_at_once() -> None:
    """Make the plan in hand a version before the page is drawn, where that works."""
    try:
        keep_version()
    except StoreError as error:
        opened().note(error)


def entries_after_keeping() -> list[VersionEntry]:
    """Return the versions of the day, the plan in hand among them; may be none."""
    keep_at_once()
    day = day_in_hand()
    if day is None or day.id is None or store_fault() is not None:
        return []
    try:
        return Versions(database()).all(day.id)
    except StoreError as error:
        opened().note(error)
        return []


def plan_of_version(number: int) -> Plan:
    """
    Open the plan of a version of the day in hand.

    Raises
    ------
    StoreError, ValueError
        When it cannot be read.
    """
    day = day_in_hand()
    if day is None or day.id is None:
        raise ValueError("There are no versions yet.")
    kept = Versions(database()).load(day.id, number).plan
    return plan_of(kept, kept.origin)


def _go(move: Callable[[Versions, str, int], Day]) -> None:
    """Move to another version, and take it in hand."""
    day = day_in_hand()
    if day is None or day.id is None:
        return
    st.session_state.pop(Key.DAY_NOTICE, None)
    try:
        versions = Versions(database())
        stored = move(versions, day.id, day.revision)
        if stored.head is None:
            return
        version = versions.load(day.id, stored.head)
        _take_in_hand(replace(day, revision=stored.revision), stored.head, version)
    except NoVersionError as error:
        st.session_state[Key.DAY_NOTICE] = str(error)
    except DayChangedError as error:
        plan = current_plan()
        known = "" if plan is None else plan.content_hash
        st.session_state[Key.CONFLICT] = Conflict(known, str(error), AGAIN)
    except (StoreError, ValueError) as error:
        log.warning("A version cannot be taken in hand.", exc_info=True)
        _note(error)


def _take_in_hand(day: DayInHand, number: int, version: Version) -> None:
    """Take a version in hand: its plan, its events, and the shift it was made from."""
    state = st.session_state
    plan = _in_session(plan_of(version.plan, version.plan.origin))
    base = shift_of(version.base)
    events = events_from_json(version.events)
    now = base_shift()
    if now is None or now.content_hash != version.base_digest:
        state[Key.OPENED] = base  # its files are no longer those in hand
        state[Key.BASE] = base
    day = replace(day, events=events, base_hash=version.base_digest)
    keep_day(day.at_version(number, plan.content_hash))
    keep_shift(plan.shift)
    keep_plan(plan)


def _in_session(plan: Plan) -> Plan:
    """Return the same plan as the session has it, with all it has worked out."""
    kept = (st.session_state.get(key) for key in (Key.PLAN, Key.PREVIOUS))
    known = (x for x in kept if x is not None)
    return next((x for x in known if x.content_hash == plan.content_hash), plan)


def _note(error: Exception) -> None:
    """Say why a version could not be taken in hand."""
    if isinstance(error, StoreError):
        opened().note(error)
    st.session_state[Key.DAY_NOTICE] = f"This could not be done: {error}"
