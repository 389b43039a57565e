"""Planning beside the page: progress while it lasts, and a way to stop it."""

from __future__ import annotations

import gc
import logging
import threading
import time
from dataclasses import replace
from math import inf

import streamlit as st

from core.charts import theme
from core.planning.catalogue import scheduler_entry
from core.planning.effort import EFFORTS
from core.planning.plan import Plan
from core.planning.scheduler import PlanningCancelled, Result
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from pages.parts.background import TURNS, BackgroundWork
from pages.parts.guard import friendly_errors
from pages.parts.models import chosen_model, model_fault, with_chosen_model
from pages.parts.state import (
    Key,
    current_plan,
    keep_plan,
    keep_shift,
)

QUICK_SECONDS = 2.0  # a plan that takes no longer is shown without a progress bar

QUIET_SECONDS = 5.0  # before what no plan needs is loaded: the first press comes sooner
FIRST_SHARE = 0.05  # of the work; before, its speed says nothing of its end

log = logging.getLogger("shiftwright")


class Planning(BackgroundWork):
    """
    One planning in a thread of its own.

    Parameters
    ----------
    shift, settings
        What to plan, and how.

    Attributes
    ----------
    grown
        The best plan on the way, verified; ``None`` before there is one.
    curve
        When each plan on the way was found, in seconds since the beginning, and its
        cost.
    bound
        Cost that no plan can beat; ``None`` while that is not known.
    plan
        The outcome; ``None`` before the end, or when there is a fault.
    """

    def __init__(self, shift: Shift, settings: PlanSettings) -> None:
        super().__init__()
        self.shift = shift
        self.settings = settings
        self.grown: Plan | None = None
        self.curve: tuple[tuple[float, float], ...] = ()
        self.bound: float | None = None
        self.plan: Plan | None = None
        self.notice: str | None = None  # of a plan that is not by what was asked for
        self.begin()

    @property
    def seconds_left(self) -> float | None:
        """By the speed so far; ``None`` where nobody knows."""
        endless = EFFORTS[self.settings.effort].factor == inf
        if self.share < FIRST_SHARE or endless:
            return None
        return self.seconds * (1 - self.share) / self.share

    def work(self) -> None:
        """Plan; the outcome is a plan, or a fault in words."""
        try:
            self.plan = self._plan()
        except PlanningCancelled:
            self.fault = "Planning was stopped before there was a plan."
        except Exception as error:  # the border of the thread: nobody else would see
            log.exception("Planning failed.")
            known = isinstance(error, ValueError | KeyError | FileNotFoundError)
            reason = f" ({error})" if known else ""
            self.fault = (
                f"This scheduler could not plan the shift{reason}. Choose another one "
                "under “Planned by” and plan again."
            )

    def _take(self, schedule: Schedule, cost: float) -> None:
        """Show a plan on the way."""
        first, seconds = self.grown is None, self.seconds
        result = Result(
            problem=self.shift.problem,
            schedule=schedule,
            objective=self.settings.objective,
            scheduler=self.settings.scheduler,
            seconds=seconds,
            decisions=self.shift.problem.num_jobs,
            reason="A plan on the way.",
        )
        self.grown = Plan(self.shift, self.settings, result)
        self.curve = (*self.curve, (seconds, cost))
        if first:
            threading.Thread(target=self._prove, daemon=True).start()

    def _prove(self) -> None:
        """Find what no plan can beat, beside the planning."""
        from core.bounds.cost_bound import cost_bound  # its solver takes time to load

        try:
            self.bound = cost_bound(self.shift.problem, self.settings.objective)
        except Exception:  # the border of the thread; the plan does without
            log.exception("No bound was found.")

    def _plan(self) -> Plan:
        # Loading the policy takes seconds; the page is drawn before that.
        from core.schedulers.registry import plan

        self.notice = model_fault(self.settings)
        made = plan(
            self.shift,
            with_chosen_model(self.settings),
            stop=self.over,
            progress=self.note,
            found=self._take,
        )
        reads = scheduler_entry(self.settings.scheduler).reads
        if "model" in reads and made.result.model is None and made.result.decisions:
            self.notice = self.notice or made.result.reason  # why rules planned
        return replace(made, settings=self.settings)


@st.cache_resource(show_spinner=False)
def warm_up() -> threading.Thread:
    """Load what planning needs while the planner looks at the shift; once."""
    thread = threading.Thread(target=_load, daemon=True)
    thread.start()
    return thread


def _load() -> None:
    """
    Import the schedulers, compile what they need and read the default model.

    What only Step through and training need comes later, in a quiet moment: loading
    tensors takes longer than a plan, which does without.
    """
    from core.policy.errors import ModelError
    from core.policy.shipped import folder_model, load_default_model
    from core.schedulers.warm_up import warm_up as compile_ahead
    from core.schedulers.warm_up import warm_up_simulators

    try:
        chosen = chosen_model()
        load_default_model() if chosen is None else folder_model(chosen)
    except ModelError:
        log.warning("There is no default model; the best rule plans instead.")
    compile_ahead()
    _keep_what_is_loaded()
    while True:
        time.sleep(QUIET_SECONDS)
        if TURNS.nobody:
            break
    warm_up_simulators()
    _keep_what_is_loaded()


def _keep_what_is_loaded() -> None:
    """It stays for good: no later collection of garbage has to look at it again."""
    gc.collect()
    gc.freeze()


def plan_or_ask(shift: Shift, settings: PlanSettings) -> None:
    """Plan a shift; where choices of the planner would be dropped, ask first."""
    plan = current_plan()
    if plan is not None and plan.choices:
        st.session_state[Key.QUESTION] = plan
    else:
        start_planning(shift, settings)


def show_question(shift: Shift, settings: PlanSettings | None) -> None:
    """Ask whether to plan anew, where that was asked about the plan in hand."""
    asked: Plan | None = st.session_state.get(Key.QUESTION)
    if asked is None or asked is not current_plan():
        return
    choices = phrases.many(asked.choices, "choice")
    verb = "is" if asked.choices == 1 else "are"
    with st.container(border=True, key="question"):
        st.markdown(f"This plan holds {choices} of yours, kept on Step through.")
        with st.container(horizontal=True):
            st.button(
                f"Plan anew, {choices} of yours {verb} dropped",
                icon=":material/play_arrow:",
                disabled=settings is None,
                on_click=_plan_anew,
                args=(shift, settings),
            )
            st.button(
                "Keep this plan", icon=":material/close:", on_click=_forget_question
            )


def _plan_anew(shift: Shift, settings: PlanSettings) -> None:
    """Plan, whatever the plan in hand holds."""
    _forget_question()
    start_planning(shift, settings)


def _forget_question() -> None:
    st.session_state.pop(Key.QUESTION, None)


def start_planning(shift: Shift, settings: PlanSettings) -> None:
    """Plan a shift; another planning of this session is stopped."""
    running = current_planning()
    if running is not None:
        running.stop()
    st.session_state.pop(Key.NOTICE, None)
    st.session_state[Key.PLANNING] = Planning(shift, settings)


def current_planning() -> Planning | None:
    """Return the planning under way, or just done and not looked at; else ``None``."""
    planning: Planning | None = st.session_state.get(Key.PLANNING)
    return planning


def follow_planning() -> None:
    """
    Wait for a planning under way: at once when quick, else with its progress.

    What there is to say of the last one is said.
    """
    planning = current_planning()
    if planning is not None:
        if planning.share == 0.0 and not planning.stopping:
            with st.spinner("Planning …", show_time=False):
                planning.done(QUICK_SECONDS)
        if planning.done():
            finish_planning(planning)
        else:
            _progress()
    if st.session_state.get(Key.NOTICE):
        st.warning(st.session_state[Key.NOTICE], icon=":material/info:")


def offer_to_plan(
    words: str, first: str, shift: Shift, settings: PlanSettings | None
) -> None:
    """
    Say what a page shows of a plan, and offer to make one; there is none yet.

    Parameters
    ----------
    words, first
        What the page shows, and what has to be done before; Markdown.
    shift, settings
        What would be planned, and how; ``None``: the settings ask for nothing.
    """
    if current_planning() is not None:
        st.markdown(f"{words} It is shown here as soon as the plan is made.")
        return
    st.markdown(f"{words} {first}")
    if settings is not None:
        st.button(
            "Plan the shift",
            type="primary",
            icon=":material/play_arrow:",
            on_click=start_planning,
            args=(shift, settings),
        )


@st.fragment(run_every="1s")
def _progress() -> None:
    """How far the planning is, refreshed by itself, and a button to stop it."""
    with friendly_errors():
        planning = current_planning()
        if planning is None:
            return
        planning.seen = time.monotonic()
        if planning.done():
            st.rerun()
        with st.container(border=True, key="progress"):
            words = "Stopping" if planning.stopping else planning.what
            st.progress(planning.share, text=f"{words} …")
            st.button(
                "Stop, keep the best plan so far",
                icon=":material/stop_circle:",
                on_click=planning.stop,
                disabled=planning.stopping,
            )


def finish_planning(planning: Planning) -> None:
    """Take over the outcome of a planning that is done."""
    st.session_state[Key.PLANNING] = None
    if planning.plan is not None:
        keep_plan(planning.plan)
        keep_shift(planning.plan.shift)  # it says what had begun by then
    words = planning.fault or planning.notice
    st.session_state[Key.NOTICE] = None if words is None else theme.unmarked(words)
