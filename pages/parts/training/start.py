"""Start: what to learn from, for how long, and everything else below the fold."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

import streamlit as st

from core.charts import theme
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.runs.launch import launch_next
from core.runs.run_plan import RunPlan, from_tonight, recommended
from core.store.background.runs import Runs
from core.store.errors import StoreError
from core.store.models import Models
from core.store.shifts.scenarios import Scenarios
from pages.parts.kept.stored import database
from pages.parts.sidebar.shift import KINDS
from pages.parts.state import Key
from pages.parts.training.choices import (
    COLUMNS,
    Advanced,
    plan_of_choices,
    rows_of,
    stages_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST_TONIGHT = 5  # newest kept shifts that "learn from tonight" takes
DATA = {"mine": "This shift", "kinds": "Random shifts", "kept": "Kept scenarios"}
POLICIES: dict[Literal["set", "fixed", "flat"], str] = {
    "set": "Any size",
    "fixed": "Fixed size",
    "flat": "Flat, the old way",
}
REWARDS: dict[Literal["cost", "shaped"], str] = {
    "cost": "The cost of the plan",
    "shaped": "Rules of thumb",
}
UNITS: list[Literal["minutes", "decisions"]] = ["minutes", "decisions"]
SCRATCH = ""


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
        parent, advanced, fault = _advanced(models, data, shift)
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


def _advanced(
    models: Models, data: str, shift: Shift | None
) -> tuple[str | None, Advanced, str | None]:
    """Show what is below the fold; parent, choices, and a fault in them."""
    with st.expander("Advanced", icon=":material/tune:"):
        first, second, third = st.columns(3)
        with first:
            policy = st.selectbox(
                "Policy",
                list(POLICIES),
                format_func=POLICIES.__getitem__,
                help="Any size: plans shifts of all sizes. The others have a fixed "
                "number of places and are there for comparison.",
                key=Key.TRAIN_POLICY,
                persist_state="session",
            )
            parent = _parent(models, policy)
            reward = st.selectbox(
                "Reward",
                list(REWARDS),
                format_func=REWARDS.__getitem__,
                key=Key.TRAIN_REWARD,
                persist_state="session",
            )
            unit = st.radio(
                "Budget in",
                UNITS,
                horizontal=True,
                key=Key.TRAIN_UNIT,
                persist_state="session",
            )
        shape = recommended(
            [shift.problem] if data == "mine" and shift is not None else [],
            name="x",
            parent=parent,
        ).settings
        with second:
            places = (500, 50)
            if policy != "set":
                places = (
                    _number("Places for jobs", Key.TRAIN_JOBS, 500, 1, 5000),
                    _number("Places for machines", Key.TRAIN_MACHINES, 50, 1, 500),
                )
            rate = st.select_slider(
                "Learning rate",
                [1e-5, 3e-5, 1e-4, 3e-4, 5e-4, 1e-3, 3e-3],
                value=shape.ppo.learning_rate,
                format_func=lambda x: f"{x:g}",
                key=f"{Key.TRAIN_RATE}_{parent is None}",
            )
            job = st.slider(
                "Random jobs at the start",
                0.0, 0.5, shape.exploration.job_epsilon, 0.05,
                key=f"{Key.TRAIN_JOB_EPSILON}_{parent is None}",
            )  # fmt: skip
            machine = st.slider(
                "Random machines at the start",
                0.0, 0.5, shape.exploration.machine_epsilon, 0.05,
                key=f"{Key.TRAIN_MACHINE_EPSILON}_{parent is None}",
            )  # fmt: skip
        with third:
            seed = _number("Seed", Key.TRAIN_SEED, 0, 0, 10**6)
            held_out = _number("Held-out problems", Key.TRAIN_HELD_OUT, 12, 2, 200)
            kinds: list[str] = []
            if data == "kinds":
                kinds = st.multiselect(
                    "Kinds of shifts",
                    list(KINDS),
                    default=["shift_calendar", "tight"],
                    format_func=KINDS.__getitem__,
                    key=Key.TRAIN_KINDS,
                    persist_state="session",
                )
        stages, fault = _curriculum(rows_of(shape.stages), data)
    chosen = Advanced(
        policy=policy,
        places=places,
        reward=reward,
        unit=unit,
        stages=stages,
        job_epsilon=job,
        machine_epsilon=machine,
        learning_rate=rate,
        seed=seed,
        held_out=held_out,
        kinds=tuple(kinds),
    )
    return parent, replace(chosen), fault


def _curriculum(rows: list[dict[str, float]], data: str) -> tuple[Any, str | None]:
    """Show the stages; those chosen, or what is wrong with them."""
    st.caption("Curriculum: sizes of the problems, stage by stage.")
    columns: dict[str, Any] = {
        "until": st.column_config.NumberColumn("Until % of the run", min_value=0),
        "jobs_low": st.column_config.NumberColumn("Jobs, from", min_value=1),
        "jobs_high": st.column_config.NumberColumn("to", min_value=1),
        "machines_low": st.column_config.NumberColumn("Machines, from", min_value=1),
        "machines_high": st.column_config.NumberColumn("to ", min_value=1),
    }
    order = COLUMNS if data == "kinds" else COLUMNS[:3]  # shifts bring their machines
    edited = st.data_editor(
        rows,
        num_rows="dynamic",
        column_config=columns,
        column_order=order,
        key=f"{Key.TRAIN_STAGES}_{data}_{rows[-1]['jobs_high']:g}",
    )
    if data != "kinds":
        machines = {"machines_low": 1, "machines_high": 1}
        edited = [{**row, **machines} for row in edited]
    try:
        return stages_of(edited), None
    except ValueError as error:
        fault = theme.unmarked(str(error))
        st.warning(fault, icon=":material/warning:")
        return None, fault


def _parent(models: Models, policy: str) -> str | None:
    """Let the planner choose the model to start from; ``None``: from scratch."""
    fitting = [m.name for m in models.all() if m.card.policy == policy]
    try:
        current = models.default_model().name
    except StoreError:
        current = SCRATCH
    fitting.sort(key=lambda name: name != current)
    chosen = st.selectbox(
        "Start from",
        [*fitting, SCRATCH],
        format_func=lambda name: name or "Scratch",
        help="A model that can plan already needs minutes to learn your shifts; from "
        "scratch it takes an hour or more.",
        key=f"{Key.TRAIN_PARENT}_{policy}_{current}",
    )
    return chosen or None


def _number(label: str, key: Key, value: int, low: int, high: int) -> int:
    """Show a whole number; the widget's limits hold in the browser only."""
    shown = st.number_input(label, low, high, value, key=key, persist_state="session")
    return min(max(int(shown), low), high)
