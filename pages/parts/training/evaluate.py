"""Evaluating a model beside the page, and whether it may become the default."""

from __future__ import annotations

import logging
import threading
from typing import Any

import streamlit as st

from core.charts import theme
from core.problem import phrases
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.store.background.runs import Runs
from core.store.errors import StoreError
from core.store.models import Models
from pages.parts.guard import friendly_errors
from pages.parts.kept.stored import database
from pages.parts.state import Key

HELD_OUT = "held-out"

log = logging.getLogger("shiftwright")


class Evaluating:
    """
    One evaluation in a thread of its own; its figures go to the store.

    Parameters
    ----------
    name
        The model.
    shift, objective
        What to plan, and what counts; ``None``: the held-out problems of its run.
    """

    def __init__(
        self, name: str, shift: Shift | None, objective: Objective | None
    ) -> None:
        self.name = name
        self.shift = shift
        self.objective = objective
        self.share = 0.0
        self.fault: str | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def is_done(self) -> bool:
        """Whether it has ended."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        try:
            what, figures = self._figures()
            Models(database()).record_evaluation(self.name, what, figures)
        except Exception as error:  # the border of the thread: nobody else would see
            log.exception("An evaluation failed.")
            known = isinstance(error, StoreError | ValueError)
            self.fault = (
                f"“{self.name}” could not be evaluated"
                + (f": {error}" if known else ".")
                + " Choose other problems, or train the model again."
            )

    def _figures(self) -> tuple[str, dict[str, Any]]:
        # Loads the policies; needed to draw nothing of the page.
        from core.policy.shipped import folder_model
        from core.runs.judging import default_of, held_out_of
        from core.training.evaluation import evaluate
        from core.training.tasks import Task

        models = Models(database())
        stored = models.get(self.name)
        if self.shift is not None:
            objective = self.objective or Objective()
            tasks = [Task(self.shift.problem, objective, 0.0, "this shift")]
            what = f"shift {self.shift.name}"
        else:
            tasks = held_out_of(Runs(database()), stored)
            what = HELD_OUT
        found = evaluate(
            folder_model(stored.folder), tasks, default_of(models), self._note
        )
        return what, found.figures()

    def _note(self, share: float) -> None:
        self.share = min(max(share, 0.0), 1.0)


def start_evaluating(
    name: str, shift: Shift | None = None, objective: Objective | None = None
) -> None:
    """Evaluate a model beside the page."""
    st.session_state[Key.EVALUATING] = Evaluating(name, shift, objective)


def follow_evaluating() -> bool:
    """Show an evaluation under way; whether there is one."""
    running: Evaluating | None = st.session_state.get(Key.EVALUATING)
    if running is None:
        return False
    if running.is_done:
        st.session_state[Key.EVALUATING] = None
        if running.fault is not None:
            st.error(theme.unmarked(running.fault), icon=":material/error:")
        return False
    _progress()
    return True


@st.fragment(run_every="1s")
def _progress() -> None:
    """How far the evaluation is, refreshed by itself."""
    with friendly_errors():
        running: Evaluating | None = st.session_state.get(Key.EVALUATING)
        if running is None or running.is_done:
            st.rerun()
        name = theme.unmarked(running.name)
        st.progress(running.share, text=f"Evaluating “{name}” …")


def judged(models: Models, name: str, default: str) -> dict[str, Any] | None:
    """Newest held-out figures of a model against the current default, if there are."""
    for what, figures, _ in models.evaluations(name):
        if what == HELD_OUT and figures.get("default") == default:
            return figures
    return None


def held_out_costs(models: Models, name: str) -> dict[str, Any] | None:
    """Newest held-out costs of a model, those of refined plans where there are."""
    for what, figures, _ in models.evaluations(name):
        if what == HELD_OUT:
            return dict(figures.get("refined") or figures)
    return None


def verdict(figures: dict[str, Any]) -> str:
    """Return held-out or other figures in words; what is refined decides, and leads."""
    plans = phrases.many(figures["problems"], "plan")
    default = figures.get("default")
    refined = figures.get("refined")  # was not looked into before
    if refined is None:
        return theme.unmarked(f"{_differences(figures, f' on {plans}', default)}.")
    return theme.unmarked(
        f"After a short refinement: {_differences(refined, f' on {plans}', default)}. "
        f"Before it: {_differences(figures, '', default)}."
    )


def _differences(costs: dict[str, Any], on: str, default: str | None) -> str:
    """Mean cost, and its difference from each yardstick with the interval."""
    words = [f"cost {costs['cost']:.4f}{on}"]
    for key, name in (
        ("against_rule", "the best rule"),
        ("against_default", f"“{default}”"),
    ):
        found = costs.get(key)
        if found is None:
            continue
        if found["mean"] is None:
            words.append(f"{name} cost nothing")
            continue
        interval = ""
        if found["low"] is not None:
            interval = f" (95 %: {_signed(found['low'])} … {_signed(found['high'])})"
        words.append(f"{_signed(found['mean'])} against {name}{interval}")
    return "; ".join(words)


def _signed(share: float) -> str:
    return f"{100 * share:+.1f} %".replace("-", "−")
