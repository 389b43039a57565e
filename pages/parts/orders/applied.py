"""A remedy that was taken over: the plan, the shift that changed, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import streamlit as st

from core.charts import theme
from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.problem import phrases
from core.problem.measures.orders import Order
from core.problem.shift import Shift
from core.remedies.remedy import Remedy
from core.replanning.day.events import JobLocked, JobMoved, JobUnlocked, PlanFrozen
from core.replanning.day.floor_of_day import without_locks
from pages.parts.day.history.kept_versions import note_cause
from pages.parts.day.in_force import (
    DayInHand,
    base_shift,
    day_in_hand,
    keep_day,
    replayed,
)
from pages.parts.state import Key, current_plan, keep_plan, keep_shift

REMEDY = "remedy"  # what made a plan that was taken over here, as files name it
# Events that change no job and no machine, but what may be planned of them.
OF_THE_PLAN = (JobLocked, JobMoved, JobUnlocked, PlanFrozen)


@dataclass(frozen=True, eq=False)
class Applied:
    """
    A remedy that was taken over.

    Parameters
    ----------
    plan_hash
        Of the plan that it led to: while that is in hand, it can be taken back.
    words
        What was done.
    before, opened, day
        The plan before, the shift that was opened rather than chosen then, and the
        day with what had happened.
    """

    plan_hash: str
    words: str
    before: Plan
    opened: Shift | None
    day: DayInHand | None


def apply(plan: Plan, wanted: Sequence[Order], way: Remedy) -> None:
    """Take a remedied plan over, and with it the shift where that changes."""
    state, shift = st.session_state, plan.shift
    if current_plan() is not plan:
        return  # pressed on a page that was drawn for another plan
    opened: Shift | None = state.get(Key.OPENED)
    day = day_in_hand()
    names = phrases.listed([order.name for order in wanted])
    if way.problem is not shift.problem:
        name = f"{shift.name}; {way.change}"
        floor = shift.floor if way.floor is None else way.floor
        shift = replace(shift, problem=way.problem, name=name, floor=floor)
        state[Key.OPENED] = _base_of(shift)
        keep_shift(shift)
    made = Plan(
        shift,
        plan.settings,
        Result(
            problem=shift.problem,
            schedule=way.schedule,
            objective=plan.result.objective,
            scheduler=REMEDY,
            seconds=0.0,
            decisions=0,
            reason=f"The plan before, changed for {names}: {way.change}.",
            floor=way.floor,
            rest=way.rest,
        ),
    )
    keep_plan(made)
    jobs = [job for order in wanted for job in order.jobs]
    before = int(plan.result.schedule.end[jobs].max())
    ends = "ends" if len(wanted) == 1 else "end"
    words = f"{names} {ends} {phrases.moment(shift.start, way.end)}, "
    words += f"{phrases.later(way.end - before)}: {way.change}."
    state[Key.REMEDY_APPLIED] = Applied(made.content_hash, words, plan, opened, day)
    note_cause(f"{names} helped: {way.change}")


def _base_of(shift: Shift) -> Shift:
    """
    Return a shift that a remedy changed as one that the day goes on from.

    What happened is in its problem by now. Locks and freeze are still events, so that
    they can be seen and taken away; what they say is no longer of the shift itself.
    """
    day, before = day_in_hand(), base_shift()
    if day is None or before is None or not day.events:
        return shift
    kept = tuple(x for x in day.events if isinstance(x, OF_THE_PLAN))
    floor = shift.floor
    if floor is not None:
        made = replayed(before, day.events)
        named = made.locks.keys() | made.lifted
        jobs = {j for j, name in enumerate(shift.problem.job_ids) if name in named}
        floor = without_locks(floor, before.floor, jobs)
    base = replace(shift, floor=floor)
    keep_day(replace(day, base_hash=base.content_hash, events=kept))
    return base


def show_applied(plan: Plan) -> None:
    """Say what was taken over, and offer to take it back, while it is in hand."""
    applied: Applied | None = st.session_state.get(Key.REMEDY_APPLIED)
    if applied is None or applied.plan_hash != plan.content_hash:
        return
    with st.container(border=True, key="applied"):
        st.markdown(f":green[**Taken over.**] {theme.unmarked(applied.words)}")
        st.button(
            "Take the plan before back",
            icon=":material/undo:",
            on_click=_take_back,
            args=(applied,),
            key="take_back_remedy",
        )


def _take_back(applied: Applied) -> None:
    """Put the plan before in hand, and the shift that it is of."""
    state = st.session_state
    if state.get(Key.REMEDY_APPLIED) is not applied:
        return  # pressed twice: it is back already
    state.pop(Key.REMEDY_APPLIED)
    if applied.opened is None:
        state.pop(Key.OPENED, None)
    else:
        state[Key.OPENED] = applied.opened
    now = day_in_hand()
    if now is not None and applied.day is not None:
        told = applied.day
        keep_day(replace(now, base_hash=told.base_hash, events=told.events))
    keep_shift(applied.before.shift)
    keep_plan(applied.before)
