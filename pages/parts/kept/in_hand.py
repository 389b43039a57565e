"""
The shift in hand stays in hand: kept in the store, and taken up again on a refresh.

A refresh is a new session to Streamlit. What was chosen, uploaded and planned is
therefore kept under an id of 128 random bits, which stands in the address. It is
written after a run of the page that changed something, and read by the first run of a
session. Two windows of one address go ways of their own as soon as both change
something. Without the store a session works on from its own memory.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import streamlit as st

from core.charts import theme
from core.store.errors import (
    HandChangedError,
    StoreError,
    UnknownHandError,
)
from core.store.shifts.hands import Hand, Hands
from pages.parts.background import BackgroundWork
from pages.parts.day.history.kept_versions import keep_version
from pages.parts.kept.hand_parts import CHOICES, PARTS
from pages.parts.kept.stored import database, opened, show_store_fault, store_fault
from pages.parts.state import Key, keep_shift

ADDRESS = "shift"  # where the id stands: /compare?shift=…
FORMAT = 1  # of the choices; another one is not taken up


# What a fresh start is without, beside the parts below.
FORGOTTEN = (
    *(Key.QUESTION, Key.NOTICE, Key.UPLOAD_NOTICE, Key.HAND_NOTICE),
    *(Key.BASE, Key.DAYS, Key.CAUSE, Key.CONFLICT, Key.DAY_NOTICE),
    *(Key.RETURNED, Key.VERSION),
    *(Key.COMPARED, Key.COMPARE_NOTICE, Key.SCENARIO_NOTICE),
    *(Key.DECISIONS, Key.ALTERNATIVE, Key.OVERRIDDEN),
)
WORKS = (Key.PLANNING, Key.COMPARING, Key.EVALUATING)

log = logging.getLogger("shiftwright")


@dataclass
class InStore:
    """
    What the store holds of this session, as far as the session knows.

    Parameters
    ----------
    id, revision
        Of the hand; ``None``: nothing is kept yet.
    waiting
        Id in the address of a hand that could not be read yet.
    choices, parts
        As last written or read; parts by name, the objects themselves.
    fresh
        What each choice was when it was first seen: what "Start over" goes back to.
    page
        The page drawn last.
    """

    id: str | None = None
    revision: int = 0
    waiting: str | None = None
    choices: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    fresh: dict[str, Any] = field(default_factory=dict)
    page: str | None = None


@contextmanager
def shift_in_hand(page: str) -> Iterator[None]:
    """
    Run a page with the shift in hand taken up before it and kept after it.

    Parameters
    ----------
    page
        Its name in the address.
    """
    told = st.empty()
    fault = store_fault()
    try:
        _take_up(fault is None)
    except StoreError as error:
        opened().note(error)
        fault = error
    if fault is not None:
        with told:
            show_store_fault(fault)
    _carry_over(page)
    notice = st.session_state.pop(Key.HAND_NOTICE, None)
    if notice is not None:
        st.warning(theme.unmarked(notice), icon=":material/history:")
    try:
        yield
    finally:
        # Also when the page stopped early: faulty files are files in hand.
        if fault is None:
            try:
                keep_version()
                _keep()
            except StoreError as error:
                opened().note(error)
                with told:
                    show_store_fault(error)


def offer_start_over() -> None:
    """Offer to put the shift, its plan and the settings out of hand."""
    with st.popover("Start over", icon=":material/restart_alt:"):
        st.text(
            "Files, plan and settings in hand are dropped. Kept scenarios, runs and "
            "models stay."
        )
        st.button("Drop them and start over", on_click=_start_over, key="start_over")


def _in_store() -> InStore:
    """What this session knows of the store; made by its first run."""
    state: InStore | None = st.session_state.get(Key.IN_STORE)
    if state is None:
        state = InStore(waiting=st.query_params.get(ADDRESS))
        st.session_state[Key.IN_STORE] = state
    return state


def _take_up(store_answers: bool) -> None:
    """Take up what the address names, once; and keep the address as it is."""
    known = _in_store()
    if known.waiting is not None and _has_own():
        known.waiting = None  # worked on without the store: what is here stays
    if known.waiting is not None and store_answers:
        try:
            _restore(known, Hands(database()).load(known.waiting))
        except UnknownHandError as error:
            st.session_state[Key.HAND_NOTICE] = str(error)
            st.query_params.pop(ADDRESS, None)
        known.waiting = None
    # A change of pages empties the address.
    shown = known.id or known.waiting
    if shown is not None and st.query_params.get(ADDRESS) != shown:
        st.query_params[ADDRESS] = shown


def _carry_over(page: str) -> None:
    """
    Take the choices along to another page.

    ``persist_state="session"`` does so for what was chosen in the browser. A value
    that was set here, and not touched since, gives way to the widget's usual one on
    the next page (Streamlit 1.67), unless it is set again before it is drawn.
    """
    known, state = _in_store(), st.session_state
    if known.page != page:
        known.page = page
        for key in CHOICES:
            if key in state:
                state[key] = state[key]


def _restore(known: InStore, hand: Hand) -> None:
    """Put a hand into the session; what cannot be read is named."""
    state = st.session_state
    lost = []
    if hand.choices.get("format") == FORMAT:
        known.choices = dict(hand.choices["now"])
        known.fresh = dict(hand.choices["fresh"])
        for name, value in known.choices.items():
            if name in CHOICES:
                state[name] = _from_json(value)
    for name, content in hand.parts.items():
        part = PARTS.get(name)
        if part is None:
            continue
        try:
            state[part.key] = known.parts[name] = part.read(content)
        except (ValueError, StoreError, RuntimeError) as error:
            log.warning("A part of the shift in hand cannot be read.", exc_info=True)
            lost.append(f"{part.words} ({str(error).rstrip('.')})")
    known.id, known.revision = hand.id, hand.revision
    if lost:
        state[Key.HAND_NOTICE] = f"This could not be taken up again: {'; '.join(lost)}."


def _keep() -> None:
    """Write what changed in this run."""
    known, state = _in_store(), st.session_state
    if known.waiting is not None and not _has_own():
        return
    now = {key.value: _to_json(state[key]) for key in CHOICES if key in state}
    first = not known.fresh
    for name, value in now.items():
        known.fresh.setdefault(name, value)
    parts = {name: state.get(part.key) or None for name, part in PARTS.items()}
    changed = [
        name for name, value in parts.items() if value is not known.parts.get(name)
    ]
    if known.id is None and not any(parts.values()):
        # Nothing to keep before anything was done.
        if first or all(known.fresh[name] == value for name, value in now.items()):
            return
    elif known.id is not None and now == known.choices and not changed:
        return
    choices = {"format": FORMAT, "now": now, "fresh": known.fresh}
    hands = Hands(database())
    try:
        _write(hands, known, choices, parts, changed)
    except ValueError as error:
        log.warning("The shift in hand cannot be kept.", exc_info=True)
        state[Key.HAND_NOTICE] = f"This shift will not outlast a refresh: {error}"
    known.choices, known.parts = now, parts
    if known.id is not None and st.query_params.get(ADDRESS) != known.id:
        st.query_params[ADDRESS] = known.id


def _write(
    hands: Hands,
    known: InStore,
    choices: dict[str, Any],
    parts: dict[str, Any],
    changed: list[str],
) -> None:
    """Change the hand, or begin one where there is none or it is another's by now."""
    written = {
        name: None if parts[name] is None else PARTS[name].write(parts[name])
        for name in changed
    }
    if known.id is not None:
        try:
            known.revision = hands.change(known.id, known.revision, choices, written)
            return
        except HandChangedError:
            log.info("Another window changed this shift in hand; it goes its own way.")
    whole = {
        name: written[name] if name in written else PARTS[name].write(value)
        for name, value in parts.items()
        if value is not None
    }
    known.id = hands.begin(choices, {k: v for k, v in whole.items() if v is not None})
    known.revision = 0


def _start_over() -> None:
    """Put everything out of hand, here and in the store."""
    known, state = _in_store(), st.session_state
    for key in WORKS:
        work: BackgroundWork | None = state.pop(key, None)
        if work is not None:
            work.stop()
    for key in (*(part.key for part in PARTS.values()), *FORGOTTEN):
        state.pop(key, None)
    keep_shift(None)
    # Set, not removed: the browser would go on to show what it has.
    for name, value in known.fresh.items():
        state[name] = _from_json(value)
    if known.id is not None:
        try:
            Hands(database()).forget(known.id)
        except StoreError as error:
            opened().note(error)
    state[Key.IN_STORE] = InStore(fresh=known.fresh, page=known.page)
    st.query_params.pop(ADDRESS, None)


def _has_own() -> bool:
    """Whether the session itself has something in hand."""
    return any(st.session_state.get(part.key) for part in PARTS.values())


def _to_json(value: Any) -> Any:
    """Return a widget's value as JSON has it."""
    return {"moment": value.isoformat()} if isinstance(value, datetime) else value


def _from_json(value: Any) -> Any:
    """Return a widget's value from JSON."""
    if isinstance(value, dict):
        return datetime.fromisoformat(value["moment"])
    return value
