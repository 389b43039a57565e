"""In the table of jobs: which of them stay, and ways to lock and unlock some."""

from __future__ import annotations

import streamlit as st

from core.planning.plan import Plan
from core.problem import phrases
from pages.parts.day.moving.moves import lock, lock_of, marks_of, unlock


def stays_words(plan: Plan) -> tuple[str, ...]:
    """Say of each job what of it stays; nothing of one that may be planned anew."""
    marks = marks_of(plan)
    frozen = marks.frozen(plan.result.schedule)
    words = []
    for job in range(plan.shift.problem.num_jobs):
        held = lock_of(plan, job) if marks.locked[job] else None
        if marks.begun[job]:
            words.append("has begun")
        elif held is not None:
            at = "machine and start" if held.kind == "start" else "machine"
            words.append(f"locked: {at}")
        else:
            words.append("frozen" if frozen[job] else "")
    return tuple(words)


def offer_locks(plan: Plan) -> None:
    """Offer to lock and unlock some jobs of the table."""
    problem, marks = plan.shift.problem, marks_of(plan)
    with st.container(
        horizontal=True, vertical_alignment="bottom", key="locks_of_table"
    ):
        jobs = st.multiselect(
            "Lock or unlock jobs",
            range(problem.num_jobs),
            format_func=problem.job_ids.__getitem__,
            placeholder="Which jobs?",
            label_visibility="collapsed",
            key=f"locked_jobs_{problem.content_hash[:16]}",
        )
        held = [job for job in jobs if marks.locked[job]]
        free = [job for job in jobs if not marks.begun[job]]
        for start, label in ((False, "Lock machine"), (True, "Lock start")):
            st.button(
                label,
                icon=":material/lock_clock:" if start else ":material/lock:",
                disabled=not free,
                help="They stay on their machines and at their starts, to the second."
                if start
                else "They stay on their machines, whatever is planned.",
                on_click=lock,
                args=(plan, free),
                kwargs={"start": start},
                key=f"lock_rows_{'start' if start else 'machine'}",
            )
        st.button(
            "Unlock",
            icon=":material/lock_open:",
            disabled=not held,
            on_click=unlock,
            args=(plan, held),
            key="unlock_rows",
        )
    begun = len(jobs) - len(free)
    if begun:
        st.caption(f"{phrases.count(begun)} of them have begun: no lock is needed.")
