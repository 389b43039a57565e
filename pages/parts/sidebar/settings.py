"""Sidebar: how to plan."""

from __future__ import annotations

import streamlit as st

from core.planning.catalogue import SCHEDULERS, names, title
from core.planning.effort import EFFORTS
from core.planning.keeping import KEEPS
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.objective import Objective
from pages.parts.state import Key

# How much each aim counts, as a multiple of its default weight.
EMPHASIS = {"off": 0.0, "low": 0.4, "normal": 1.0, "high": 2.5, "most": 6.0}
MOST_SAMPLES = 256
USUAL_SAMPLES = 8  # together still well under a second on a shift of 411 jobs
MOST_SECONDS = 300


def settings_from_sidebar() -> PlanSettings | None:
    """
    Show the settings; ``None``, with a message, when they ask for nothing.

    Raises
    ------
    ValueError
        When samples or seconds are above their widget's limit, which the widget
        holds in the browser only.
    """
    with st.sidebar:
        st.subheader("What matters", anchor=False)
        default = Objective()
        weights = [
            _emphasis("Finish early", Key.FINISH_EARLY, "The last job ends soon.")
            * default.makespan,
            _emphasis(
                "On time",
                Key.ON_TIME,
                "Jobs end by their due dates; important ones count most.",
            )
            * default.tardiness,
            _emphasis("Few setups", Key.FEW_SETUPS, "Machines are set up rarely.")
            * default.setup,
        ]
        keep = _keep_the_plan()
        # Effort stands before who plans, which decides whether there is an effort.
        effort_place = st.container()
        with st.expander("Details", icon=":material/tune:"):
            scheduler = st.selectbox(
                "Planned by",
                names(),
                format_func=title,
                help="\n".join(
                    f"- **{entry.title}**: {entry.words}"
                    for entry in SCHEDULERS.values()
                ),
                key=Key.SCHEDULER,
                persist_state="session",
            )
            samples = st.number_input(
                "Plans to try",
                min_value=1,
                max_value=MOST_SAMPLES,
                value=USUAL_SAMPLES,
                help="The policy draws so many plans; the best one is kept.",
                key=Key.SAMPLES,
                persist_state="session",
            )
            seconds = st.number_input(
                "Seconds to refine",
                min_value=0,
                max_value=MOST_SECONDS,
                value=0,
                step=5,
                help="The plan is improved for so long. You can stop at any time and "
                "keep the best plan so far.",
                key=Key.REFINE_SECONDS,
                persist_state="session",
            )
        effort = effort_place.selectbox(
            "Effort",
            list(EFFORTS),
            index=list(EFFORTS).index("normal"),
            format_func=lambda name: EFFORTS[name].title,
            help="How long the best plan is searched for, counted in moves: the same "
            "files and settings give the same plan on every computer. You can stop at "
            "any time and keep the best plan so far.",
            disabled="effort" not in SCHEDULERS[scheduler].reads,
            key=Key.EFFORT,
            persist_state="session",
        )
        cautious = effort_place.radio(
            "Plan for",
            (False, True),
            format_func=lambda x: "Cautious" if x else "As planned",
            horizontal=True,
            help="As planned: the plan that costs least if every time is kept. "
            "Cautious: the one that costs least when times vary; it gives "
            "some away as planned, and says how much.",
            key=Key.CAUTIOUS,
            persist_state="session",
        )
        if not any(weights):
            st.warning("Turn at least one aim on.", icon=":material/tune:")
            return None
    if samples > MOST_SAMPLES or seconds > MOST_SECONDS:
        raise ValueError(
            f"Expected at most {MOST_SAMPLES} samples and {MOST_SECONDS} seconds, got "
            f"{samples} and {seconds}."
        )
    return PlanSettings(
        scheduler=scheduler,
        objective=Objective(*weights),
        samples=int(samples),
        refine_seconds=float(seconds),
        effort=effort,
        cautious=bool(cautious),
        keep=keep,
    )


def _keep_the_plan() -> str:
    """How much of the plan in hand a new one keeps; asked once there is a plan."""
    plan: Plan | None = st.session_state.get(Key.PLAN)
    if plan is None:
        return PlanSettings().keep
    chosen: str = st.select_slider(
        "Keep the plan",
        list(KEEPS),
        value=PlanSettings().keep,
        help="When something has happened: a job changes its machine or its start only "
        "where that is worth it.",
        key=Key.KEEP,
        persist_state="session",
    )
    problem, price = plan.shift.problem, KEEPS[chosen].price
    # One change costs so many weighted seconds of lateness.
    worth = price * problem.total_weight * problem.ideal_horizon
    seconds = worth / (10 * problem.num_jobs)
    if seconds:
        st.caption(
            f"One change has to save {phrases.duration(seconds)} of weighted lateness."
        )
    return chosen


def _emphasis(label: str, key: Key, text: str) -> float:
    """How much one aim counts, as a multiple of its default."""
    chosen = st.select_slider(
        label,
        list(EMPHASIS),
        value="normal",
        help=text,
        key=key,
        persist_state="session",
    )
    return EMPHASIS[chosen]
