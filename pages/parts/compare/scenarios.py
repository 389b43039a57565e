"""Scenarios: plans with their shift and settings, kept under a name."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.charts import theme
from core.problem import phrases
from core.problem.objective import Objective
from core.store.errors import StoreError
from core.store.names import LONGEST_NAME
from core.store.shifts.scenarios import ScenarioEntry, Scenarios
from pages.parts.compare.run import compare_kept
from pages.parts.guard import friendly_errors
from pages.parts.kept.kept_plans import plan_of, scenario_of
from pages.parts.kept.stored import database
from pages.parts.sidebar.settings import EMPHASIS
from pages.parts.state import Key, current_plan, current_shift, keep_plan, keep_shift


def show_scenarios() -> None:
    """Show the scenarios, and what can be done with them."""
    with st.expander("Scenarios", icon=":material/bookmarks:"), friendly_errors():
        try:
            store = Scenarios(database())
            entries = store.all()
        except StoreError as error:
            st.warning(str(error), icon=":material/error:")
            return
        _keep(store)
        notice = st.session_state.pop(Key.SCENARIO_NOTICE, None)
        with st.container():  # a place of its own, or what is open below it would close
            if notice is not None:
                good, words = notice
                (st.success if good else st.warning)(words)
        if not entries:
            st.caption("Nothing kept yet.")
            return
        _choose(store, entries)


def _keep(store: Scenarios) -> None:
    """Keep the plan in hand under a name."""
    plan = current_plan()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.text_input(
            "Keep the plan in hand as",
            placeholder="A name",
            max_chars=LONGEST_NAME,
            key=Key.SCENARIO_NAME,
            disabled=plan is None,
            help="With its shift and its settings. It survives a restart.",
        )
        st.button(
            "Keep",
            icon=":material/bookmark_add:",
            disabled=plan is None,
            on_click=_do_keep,
            args=(store,),
        )
    if plan is None:
        st.caption("Plan the shift, or take over a plan below, to keep it.")


def _choose(store: Scenarios, entries: list[ScenarioEntry]) -> None:
    """List what is kept, and act on one."""
    by_id = {entry.id: entry for entry in entries}
    if st.session_state.get(Key.SCENARIO) not in by_id:
        st.session_state.pop(Key.SCENARIO, None)
    chosen = st.selectbox(
        "Kept scenarios",
        list(by_id),
        format_func=lambda i: _line(by_id[i]),
        key=Key.SCENARIO,
    )
    with st.container(horizontal=True):
        st.button(
            "Open the scenario",
            icon=":material/folder_open:",
            on_click=_do,
            args=(_open, store, chosen),
            key="scenario_open",
        )
        others = [i for i in by_id if i != chosen]
        if others:
            _offer_comparison(store, chosen, {i: by_id[i] for i in others})
        with st.popover("Rename", icon=":material/edit:"):
            st.text_input(
                "New name",
                placeholder=by_id[chosen].name,
                max_chars=LONGEST_NAME,
                key=Key.SCENARIO_NEW_NAME,
            )
            st.button(
                "Rename it",
                type="primary",
                on_click=_do,
                args=(_rename, store, chosen),
                key="scenario_rename",
            )
        with st.popover("Delete", icon=":material/delete:"):
            st.text(f"Delete “{by_id[chosen].name}” for good?")
            st.button(
                "Delete it",
                type="primary",
                on_click=_do,
                args=(_delete, store, chosen),
                key="scenario_delete",
            )


def _offer_comparison(
    store: Scenarios, chosen: str, others: dict[str, ScenarioEntry]
) -> None:
    """Choose another scenario to compare the chosen one with."""
    with st.popover("Compare with", icon=":material/compare:"):
        if st.session_state.get(Key.SCENARIO_OTHER) not in others:
            st.session_state.pop(Key.SCENARIO_OTHER, None)
        other = st.selectbox(
            "Another scenario of this shift",
            list(others),
            format_func=lambda i: _line(others[i]),
            key=Key.SCENARIO_OTHER,
        )
        st.button(
            "Compare the two",
            type="primary",
            on_click=_do,
            args=(partial(_compare, other=other), store, chosen),
            key="scenario_compare",
        )


def _line(entry: ScenarioEntry) -> str:
    """Return a scenario with the figures that it was kept with."""
    cost, late = entry.figures.get("cost"), entry.figures.get("late_jobs")
    words = [entry.name]
    if isinstance(cost, float):
        words.append(f"cost {cost:.4f}")
    if isinstance(late, int):
        words.append(phrases.many(late, "late job"))
    return " · ".join(words)


def _do(action: Any, store: Scenarios, scenario_id: str) -> None:
    """Act on a scenario; what goes wrong is said beside the list."""
    try:
        words = action(store, scenario_id)
    except (StoreError, ValueError) as error:
        st.session_state[Key.SCENARIO_NOTICE] = (False, str(error))
    else:
        st.session_state[Key.SCENARIO_NOTICE] = (True, words)


def _do_keep(store: Scenarios) -> None:
    """Keep the plan in hand."""
    state, plan = st.session_state, current_plan()
    if plan is None:
        return
    try:
        entry = store.save(state[Key.SCENARIO_NAME], scenario_of(plan))
    except (StoreError, ValueError) as error:
        state[Key.SCENARIO_NOTICE] = (False, str(error))
        return
    state[Key.SCENARIO_NAME] = ""
    state[Key.SCENARIO] = entry.id
    state[Key.SCENARIO_NOTICE] = (True, f"Kept as “{theme.unmarked(entry.name)}”.")


def _open(store: Scenarios, scenario_id: str) -> str:
    """Take a scenario in hand: shift, plan and settings."""
    state = st.session_state
    name = next(x.name for x in store.all() if x.id == scenario_id)
    plan = plan_of(store.load(scenario_id), name)
    state[Key.OPENED] = plan.shift
    keep_shift(plan.shift)
    keep_plan(plan)
    settings, default = plan.settings, Objective()
    state[Key.SCHEDULER] = settings.scheduler
    state[Key.SAMPLES] = settings.samples
    state[Key.EFFORT] = settings.effort
    state[Key.CAUTIOUS] = settings.cautious
    state[Key.REFINE_SECONDS] = int(settings.refine_seconds)
    for key, weight, usual in zip(
        (Key.FINISH_EARLY, Key.ON_TIME, Key.FEW_SETUPS),
        settings.objective.weights,
        default.weights,
        strict=True,
    ):
        word = min(EMPHASIS, key=lambda x: abs(EMPHASIS[x] * usual - weight))
        state[key] = word
    return f"“{theme.unmarked(name)}” is open, with its plan."


def _compare(store: Scenarios, scenario_id: str, other: str) -> str:
    """Show two scenarios side by side; their shift is in hand then."""
    names = {entry.id: entry.name for entry in store.all()}
    kept = {}
    for i in (scenario_id, other):
        if i not in names:
            raise ValueError("One of the two is not there any more.")
        kept[f"“{names[i]}”"] = plan_of(store.load(i), names[i])
    compare_kept(kept)
    first, second = (theme.unmarked(name) for name in kept)
    shift, in_hand = next(iter(kept.values())).shift, current_shift()
    if in_hand is None or in_hand.content_hash != shift.content_hash:
        st.session_state[Key.OPENED] = shift
        keep_shift(shift)
    return f"{first} and {second} stand below, judged by what mattered to the first."


def _rename(store: Scenarios, scenario_id: str) -> str:
    """Give a scenario the new name that was typed."""
    entry = store.rename(scenario_id, st.session_state[Key.SCENARIO_NEW_NAME])
    st.session_state[Key.SCENARIO_NEW_NAME] = ""
    return f"It is “{theme.unmarked(entry.name)}” now."


def _delete(store: Scenarios, scenario_id: str) -> str:
    """Delete a scenario."""
    store.delete(scenario_id)
    return "Deleted."
