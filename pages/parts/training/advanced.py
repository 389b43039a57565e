"""Everything below the fold of a training: network, budget, exploration, curriculum."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

import streamlit as st

from core.charts import theme
from core.problem.shift import Shift
from core.runs.run_plan import recommended
from core.store.errors import StoreError
from core.store.models import Models
from pages.parts.sidebar.shift import KINDS
from pages.parts.state import Key
from pages.parts.training.choices import COLUMNS, Advanced, rows_of, stages_of

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


def show_advanced(
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
