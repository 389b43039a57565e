"""Prove harder: a better bound on what any plan of the shift costs."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

import streamlit as st

from core.planning.plan import Plan
from core.problem.measures.figure_words import quality_short
from core.problem.objective import gap
from pages.parts.background import BackgroundWork
from pages.parts.guard import friendly_errors
from pages.parts.state import Key

HELP = (
    "How far this plan may lie above the best possible one is proved by a bound. "
    "Looking into it for up to some minutes moves the bound closer; the plan stays "
    "as it is."
)

log = logging.getLogger("shiftwright")


class Proving(BackgroundWork):
    """
    One search for a better bound, in a thread of its own.

    Parameters
    ----------
    plan
        The plan whose shift and objective are looked into.
    """

    def __init__(self, plan: Plan) -> None:
        super().__init__()
        self.plan = plan
        self.proved = plan.lower_bound
        self.what = self._words()
        self.begin()

    def work(self) -> None:
        """Prove; at any stop what is proved by then holds."""
        from core.bounds.joint import joint_bound  # compiled on first use

        result = self.plan.result
        try:
            found = joint_bound(
                result.problem, result.objective, stop=self.over, progress=self._seen
            )
        except Exception:  # the border of the thread: nobody else would see
            log.exception("Proving failed.")
            self.fault = "The bound could not be improved; the plan is as it was."
        else:
            self.proved = max(self.proved, found.cost)
            if found.steps == 0 and not self.stopping:
                self.fault = (
                    "This shift is too large to be looked into further; the bound is "
                    "as it was."
                )

    def _seen(self, share: float, cost: float) -> None:
        self.proved = max(self.proved, cost)
        self.note(share, self._words())

    def _words(self) -> str:
        return f"Proving: {quality_short(gap(self.plan.result.cost, self.proved))}"


def offer_proof(plan: Plan) -> None:
    """
    Offer to prove harder, show how far that is, and keep what was proved.

    Parameters
    ----------
    plan
        The plan in hand; its figures are drawn again with a better bound.
    """
    proving: Proving | None = st.session_state.get(Key.PROVING)
    if proving is not None and proving.plan is not plan:
        proving.stop()  # another plan is in hand
        st.session_state[Key.PROVING] = proving = None
    if proving is None:
        if plan.figures["gap"]:
            st.button(
                "Prove harder",
                icon=":material/query_stats:",
                type="tertiary",
                help=HELP,
                on_click=_start,
                args=(plan,),
            )
    elif proving.done():
        _finish(proving)
    else:
        _follow()


def _start(plan: Plan) -> None:
    st.session_state[Key.PROVING] = Proving(plan)


def _finish(proving: Proving) -> None:
    """Take over what was proved: the same plan, with the better bound."""
    st.session_state[Key.PROVING] = None
    if proving.fault is not None:
        st.session_state[Key.NOTICE] = proving.fault
    if proving.proved > proving.plan.lower_bound:
        st.session_state[Key.PLAN] = replace(proving.plan, proved=proving.proved)
    elif proving.fault is None:
        st.session_state[Key.NOTICE] = "No better bound was found; the plan stands."
    st.rerun()


@st.fragment(run_every="1s")
def _follow() -> None:
    """How far it is, refreshed by itself, and a button to stop it."""
    with friendly_errors():
        proving: Proving | None = st.session_state.get(Key.PROVING)
        if proving is None:
            return
        proving.seen = time.monotonic()
        if proving.done():
            st.rerun()
        with st.container(horizontal=True, vertical_alignment="center", key="proving"):
            words = "Stopping" if proving.stopping else proving.what
            st.progress(proving.share, text=f"{words} …")
            st.button(
                "Stop, keep what is proved",
                icon=":material/stop_circle:",
                on_click=proving.stop,
                disabled=proving.stopping,
            )
