"""Start: what to learn from, for how long, and everything else below the fold."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.charts import theme
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.runs.launch import launch_next
from core.runs.run_plan import RunPlan, from_tonight
from core.store.background.runs import Runs
from core.store.errors import StoreError
from core.store.models import Models
from core.store.shifts.scenarios import Scenarios
from pages.parts.kept.stored import database
from pages.parts.state import Key
from pages.parts.training.advanced import show_advanced
from pages.parts.training.choices import (
    plan_of_choices,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TONIGHT = 5  # newest kept shifts that "learn from tonight" takes
DATA = {"mine": "This shift", "kinds": "Random shifts", "kept": "Kept scenarios"}


def show_start(shift: Shift | None, settings: PlanSettings | None) -> None:
    """Show the choices and the two buttons that start a run."""
    objective = Objective() if settings is None else settings.objective
    models = Models(database())
    with st.container(border=True, key="train_start"):
        st.subheader("Train on your shifts", anchor=False)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            data = st.segmented_control(
                "Learn from",
                list(DATA),
                default="mine" if shift is not None else "kinds",
                required=True,
                format_func=DATA.__getitem__,
                key=Key.TRAIN_DATA,
                persist_state="session",
            )
            budget = st.number_input(
                "Minutes" if _unit() == "minutes" else "Decisions",
                min_value=0.0,
                value=10.0,
                step=5.0,
                format="%g",
                key=Key.TRAIN_BUDGET,
                persist_state="session",
                width=150,
            )
            name = st.text_input(
                "Name of the model",
                placeholder=_usual_name(shift, data),
                max_chars=100,
                key=Key.TRAIN_NAME,
                persist_state="session",
                width=260,
            )
        kept = _kept() if data == "kept" else []
        parent, advanced, fault = show_advanced(models, data, shift)
        with st.container(horizontal=True):
            pressed = st.button(
                "Start training",
                type="primary",
                icon=":material/model_training:",
                key="press_train",
            )
            tonight = st.button(
                "Learn from tonight",
                icon=":material/nights_stay:",
                key="press_tonight",
                help="Five minutes, from the default model, on this shift and the "
                f"{MOST_TONIGHT} scenarios kept last. Small steps: it stays good at "
                "other shifts.",
            )
        st.caption(
            "It runs beside the app, with less priority, and goes on when you close "
            "the page or the app. The default model stays until you promote another."
        )
        weights = objective.weights
        if pressed and fault is not None:
            st.error(fault, icon=":material/error:")
        elif pressed:
            try:
                shifts, about = _shifts(data, shift, kept)
                plan = plan_of_choices(
                    name.strip() or _usual_name(shift, data),
                    float(budget),
                    shifts,
                    weights,
                    parent,
                    advanced,
                )
                _start(models, plan, shifts, about)
            except (StoreError, ValueError) as error:
                st.error(theme.unmarked(str(error)), icon=":material/error:")
        elif tonight:
            try:
                shifts, about = _tonight(shift)
                plan = from_tonight(
                    shifts, parent=models.default_model().name, objective=weights
                )
                _start(models, plan, shifts, about)
            except (StoreError, ValueError) as error:
                st.error(theme.unmarked(str(error)), icon=":material/error:")


def _start(
    models: Models, plan: RunPlan, shifts: list[Problem], about: Mapping[str, Any]
) -> None:
    """Queue a run and start its worker, if no other run is at work."""
    # Loads the policies; needed to draw nothing of the page.
    from core.runs.training_queue import queue_training

    runs = Runs(database())
    run = queue_training(runs, models, plan, shifts, about=about)
    launch_next(runs)
    st.session_state[Key.TRAIN_SHOWN] = [run.id]
    st.toast(f"“{theme.unmarked(run.name)}” is in the queue.")


def _shifts(
    data: str, shift: Shift | None, kept: list[str]
) -> tuple[list[Problem], dict[str, Any]]:
    """Return what a run learns from, and words about it."""
    if data == "kinds":
        return [], {"words": "random shifts"}
    if data == "kept":
        if not kept:
            raise ValueError(
                "No scenario is chosen. Keep one on the Compare page, choose it "
                "here, or learn from this shift."
            )
        store = Scenarios(database())
        names = {entry.id: entry.name for entry in store.all()}
        shifts = [store.load(entry).problem for entry in kept]
        return shifts, {"words": phrases.listed([names[entry] for entry in kept])}
    if shift is None:
        raise ValueError(
            "There is no shift in hand. Upload your files on the left, or learn from "
            "random shifts."
        )
    return [shift.problem], {"words": shift.name}


def _tonight(shift: Shift | None) -> tuple[list[Problem], dict[str, Any]]:
    """Return the planner's last shifts: the one in hand, and those kept last."""
    store = Scenarios(database())
    shifts = [] if shift is None else [shift.problem]
    names = [] if shift is None else [shift.name]
    for entry in store.all()[:MOST_TONIGHT]:
        problem = store.load(entry.id).problem
        if all(problem.content_hash != other.content_hash for other in shifts):
            shifts.append(problem)
            names.append(entry.name)
    return shifts, {"words": phrases.listed(names), "preset": "tonight"}


def _kept() -> list[str]:
    """Let the planner choose scenarios."""
    entries = {entry.id: entry.name for entry in Scenarios(database()).all()}
    if not entries:
        st.caption("No scenario is kept yet; keep one on the Compare page.")
    return st.multiselect(
        "Scenarios",
        list(entries),
        format_func=entries.__getitem__,
        key=Key.TRAIN_KEPT,
        persist_state="session",
    )


def _unit() -> str:
    return str(st.session_state.get(Key.TRAIN_UNIT, "minutes"))


def _usual_name(shift: Shift | None, data: str) -> str:
    """Name of a model that was given none."""
    about = shift.name if data == "mine" and shift is not None else DATA[data].lower()
    return f"{about[:60]}, {datetime.now():%d %b %H:%M}"
