"""Planning with several schedulers beside the page, and what came of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import streamlit as st

from core.charts import theme
from core.charts.comparison import ComparedPlan
from core.comparison.side_by_side import Attempt
from core.planning import catalogue
from core.planning.plan import Plan
from core.planning.scheduler import PlanningCancelled
from core.planning.settings import PlanSettings
from core.planning.visibility import batch_of_job, visible_jobs
from core.problem.shift import Shift
from pages.parts.background import BackgroundWork
from pages.parts.guard import friendly_errors
from pages.parts.models import model_fault, with_chosen_model
from pages.parts.planning import QUICK_SECONDS
from pages.parts.state import Key, current_plan

IN_HAND = "plan"  # the plan in hand, beside what is planned anew
LIMIT_SECONDS = 600.0  # for one plan, refinement counted

log = logging.getLogger("shiftwright")


def title(name: str) -> str:
    """Return a scheduler as planners read it; a kept plan has its name for one."""
    return "The plan in hand" if name == IN_HAND else catalogue.title(name)


@dataclass(frozen=True, eq=False)
class Comparison:
    """
    Plans of one shift, side by side.

    Parameters
    ----------
    shift, settings
        What was planned, and how; each scheduler took the place of that in it.
    outcomes
        One for each scheduler or kept plan, in the order they were chosen.
    kept
        Plans that were there before, by the name of their outcome.
    """

    shift: Shift
    settings: PlanSettings
    outcomes: tuple[Attempt, ...]
    kept: Mapping[str, Plan] = field(default_factory=dict)

    @property
    def made_before(self) -> bool:
        """Whether none of its plans was made to be compared."""
        return all(outcome.scheduler in self.kept for outcome in self.outcomes)

    @cached_property
    def plans(self) -> dict[str, Plan]:
        """Plans by scheduler, as the other pages show them; those that there are."""
        return {
            outcome.scheduler: Plan(
                self.shift, self._settings_of(outcome.scheduler), outcome.result
            )
            for outcome in self.outcomes
            if outcome.result is not None
        }

    def _settings_of(self, name: str) -> PlanSettings:
        """How one of the plans was made, judged by what matters now."""
        if name in self.kept:
            settings = self.kept[name].settings
            return replace(settings, objective=self.settings.objective)
        return replace(self.settings, scheduler=name)

    @cached_property
    def compared(self) -> tuple[ComparedPlan, ...]:
        """What the charts need of each plan."""
        return tuple(
            ComparedPlan(
                title(name), plan, batch_of_job(plan.result), visible_jobs(plan.result)
            )
            for name, plan in self.plans.items()
        )


class Comparing(BackgroundWork):
    """
    One comparison in a thread of its own.

    Parameters
    ----------
    shift, settings
        See :class:`Comparison`.
    names
        The schedulers.
    in_hand
        The plan in hand, where it is one of them.
    """

    def __init__(
        self,
        shift: Shift,
        settings: PlanSettings,
        names: tuple[str, ...],
        in_hand: Plan | None,
    ) -> None:
        super().__init__()
        self.shift, self.settings = shift, settings
        self.names, self.in_hand = names, in_hand
        self.found: Comparison | None = None
        self.notice: str | None = None  # of plans that are not by what was asked for
        self.begin()

    def work(self) -> None:
        """Plan with each; the outcome is a comparison, or a fault in words."""
        try:
            self.found = self._compared()
        except PlanningCancelled:
            self.fault = "The comparison was stopped before there was a plan."
        except Exception:  # the border of the thread: nobody else would see
            log.exception("Comparing failed.")
            self.fault = "The schedulers could not be compared. Choose others."

    def _compared(self) -> Comparison:
        from core.comparison.side_by_side import compare
        from core.schedulers.registry import scheduler

        anew = [name for name in self.names if name != IN_HAND]
        asked = with_chosen_model(self.settings)
        faults = (model_fault(replace(self.settings, scheduler=x)) for x in anew)
        self.notice = next((fault for fault in faults if fault is not None), None)
        made = [scheduler(replace(asked, scheduler=name)) for name in anew]
        planned = compare(
            made,
            self.shift.problem,
            self.settings.objective,
            limit=LIMIT_SECONDS,
            stop=self.over,
            progress=self.note,
        )
        found = dict(zip(anew, planned, strict=True))
        kept = {} if self.in_hand is None else {IN_HAND: self.in_hand}
        for name, plan in kept.items():
            found[name] = _judged(name, plan, self.settings)
        outcomes = tuple(replace(found[x], scheduler=x) for x in self.names)
        return Comparison(self.shift, self.settings, outcomes, kept)


def _judged(name: str, plan: Plan, settings: PlanSettings) -> Attempt:
    """Judge a plan by what matters now, so that all costs can be compared."""
    result = replace(plan.result, objective=settings.objective)
    return Attempt(name, result.seconds, result)


def compare_kept(kept: Mapping[str, Plan]) -> None:
    """
    Show kept plans side by side, judged by what mattered to the first.

    Parameters
    ----------
    kept
        Plans by the names that they are to have; none is that of a scheduler.

    Raises
    ------
    ValueError
        When they are of different shifts.
    """
    first, *others = kept.values()
    if any(x.shift.content_hash != first.shift.content_hash for x in others):
        raise ValueError(
            "These scenarios are of different shifts. Choose two plans of the same "
            "jobs, machines and plan start."
        )
    outcomes = tuple(_judged(x, plan, first.settings) for x, plan in kept.items())
    found = Comparison(first.shift, first.settings, outcomes, kept)
    st.session_state[Key.COMPARED] = found


def start_comparing(
    shift: Shift, settings: PlanSettings, names: tuple[str, ...]
) -> None:
    """Compare; another comparison of this session is stopped."""
    state = st.session_state
    running: Comparing | None = state.get(Key.COMPARING)
    if running is not None:
        running.stop()
    state.pop(Key.COMPARE_NOTICE, None)
    in_hand = current_plan() if IN_HAND in names else None
    state[Key.COMPARING] = Comparing(shift, settings, names, in_hand)


def follow_comparing() -> None:
    """Wait for a comparison under way: at once when quick, else with its progress."""
    comparing: Comparing | None = st.session_state.get(Key.COMPARING)
    if comparing is None:
        return
    if comparing.share == 0.0 and not comparing.stopping:
        with st.spinner("Comparing …", show_time=False):
            comparing.done(QUICK_SECONDS)
    if not comparing.done():
        _progress()
        return
    st.session_state[Key.COMPARING] = None
    if comparing.found is not None:
        st.session_state[Key.COMPARED] = comparing.found
    words = comparing.fault or comparing.notice
    st.session_state[Key.COMPARE_NOTICE] = (
        None if words is None else theme.unmarked(words)
    )


@st.fragment(run_every="0.5s")
def _progress() -> None:
    """How far the comparison is, refreshed by itself, and a button to stop it."""
    with friendly_errors():
        comparing: Comparing | None = st.session_state.get(Key.COMPARING)
        if comparing is None:
            return
        comparing.seen = time.monotonic()
        if comparing.done():
            st.rerun()
        with st.container(border=True, key="compare_progress"):
            words = "Stopping" if comparing.stopping else comparing.what
            st.progress(comparing.share, text=f"{words} …")
            st.button(
                "Stop, keep the plans so far",
                icon=":material/stop_circle:",
                on_click=comparing.stop,
                disabled=comparing.stopping,
            )


def current_comparison(shift: Shift) -> Comparison | None:
    """Return the comparison, if it is of the shift in hand."""
    found: Comparison | None = st.session_state.get(Key.COMPARED)
    if found is None or found.shift.content_hash != shift.content_hash:
        return None
    return found
