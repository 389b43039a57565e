"""The other way round: what a job, a machine, a delivery or a closure makes late."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from core.decisions.lateness import Blame, Why
from core.planning.plan import Plan
from core.problem import phrases
from pages.parts.orders.standing import effect_of
from pages.parts.state import Key
from pages.parts.tables import worded

WORDS = {
    "job": "job {} is in the way",
    "machine": "{} does one job at a time",
    "closure": "{} is closed",
    "release": "job {} is released so late",
    "delivery": "{} arrives so late",
}


def show_effects(plan: Plan, why: Why) -> None:
    """Let the planner choose something of the chain, and show what it makes late."""
    problem = plan.shift.problem
    options = _options(why)
    if st.session_state.get(Key.ORDERS_EFFECT) not in options:
        st.session_state[Key.ORDERS_EFFECT] = options[0]

    def words(option: tuple[str, int]) -> str:
        kind, index = option
        if kind == "delivery":
            return WORDS[kind].format(plan.shift.material(index))
        names = problem.job_ids if kind in ("job", "release") else problem.machine_ids
        return WORDS[kind].format(names[index])

    kind, index = st.selectbox(
        "What is late because",
        options,
        format_func=words,
        help="The plan is timed again without it: every machine runs its jobs in the "
        "same order as now.",
        key=Key.ORDERS_EFFECT,
    )
    if kind == "job" and problem.num_jobs == 1:
        st.info("It is the only job.")
        return
    try:
        effect = effect_of(plan, kind, index)
    except ValueError as error:
        st.info(str(error), icon=":material/info:")
        return
    made = effect.made_late
    if not made:
        st.info("It makes no order late.", icon=":material/check:")
        return
    late = phrases.duration(effect.late)
    st.markdown(f"It makes {phrases.many(len(made), 'order')} late, by {late} in all.")
    start = pd.Timestamp(plan.shift.start)

    def moments(seconds: list[float]) -> pd.Series[pd.Timestamp]:
        return start + pd.to_timedelta(pd.Series(seconds, dtype=float), unit="s")

    table = pd.DataFrame(
        {
            "Order": [x.order.name for x in made],
            "Makes late": [x.late / 60 for x in made],
            "Due": moments([x.order.due for x in made]),
            "Ends": moments([x.end for x in made]),
            "Without it": moments([x.end_without for x in made]),
        }
    )
    st.dataframe(
        worded(table, ["Makes late"]),
        hide_index=True,
        placeholder="–",
        height="content" if len(table) <= 10 else 400,
    )


def _options(why: Why) -> list[tuple[str, int]]:
    """Machines of the chain, the last first, then jobs, closures and releases."""
    links = why.counted
    jobs = [*why.order.jobs, *(link.job for link in reversed(links))]
    closed = [link.machine for link in links if link.cause is Blame.CLOSURE]
    released = [link.job for link in links if link.cause is Blame.RELEASE]
    delivered = [link.job for link in links if link.cause is Blame.MATERIAL]
    found = [
        *(("machine", link.machine) for link in reversed(links)),
        *(("job", job) for job in jobs),
        *(("closure", machine) for machine in closed),
        *(("release", job) for job in released),
        *(("delivery", job) for job in delivered),
    ]
    return list(dict.fromkeys(found))
