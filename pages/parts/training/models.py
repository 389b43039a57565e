"""Finish: the models, what they are worth, and which one is the default."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import streamlit as st

from core.charts import theme
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.store.errors import NoModelError, StoreError
from core.store.model_files import StoredModel
from core.store.models import Models
from pages.parts.kept.stored import database
from pages.parts.state import Key
from pages.parts.training.evaluate import (
    follow_evaluating,
    judged,
    start_evaluating,
    verdict,
)

ORIGINS = {"shipped": "came with Shiftwright", "trained": "trained here",
           "uploaded": "uploaded"}  # fmt: skip


def show_models(shift: Shift | None, settings: PlanSettings | None) -> None:
    """Show the models and what can be done with them."""
    st.subheader("Models", anchor=False)
    models = Models(database())
    notice = st.session_state.pop(f"{Key.TRAIN_NOTICE}_model", None)
    if notice is not None:
        good, words = notice
        (st.success if good else st.warning)(theme.unmarked(words))
    try:
        current = models.default_model().name
    except StoreError as error:
        st.warning(theme.unmarked(str(error)), icon=":material/error:")
        current = ""
    for name, fault in models.damaged().items():
        st.warning(theme.unmarked(f"Model “{name}” cannot be used: {fault}"))
    known = {model.name: model for model in models.all()}
    if known:
        _one(models, known, current, shift, settings)
    _upload(models)


def _one(
    models: Models,
    known: dict[str, StoredModel],
    current: str,
    shift: Shift | None,
    settings: PlanSettings | None,
) -> None:
    """Show one model, chosen from all; one that has just been made comes first."""
    seen = st.session_state.get(f"{Key.TRAIN_MODEL}_seen", known)
    st.session_state[f"{Key.TRAIN_MODEL}_seen"] = set(known)
    made = [name for name in known if name not in seen]
    if made:
        st.session_state[Key.TRAIN_MODEL] = made[0]
    if st.session_state.get(Key.TRAIN_MODEL) not in known:
        newest = next((n for n, m in known.items() if m.origin != "shipped"), current)
        st.session_state[Key.TRAIN_MODEL] = newest or next(iter(known))
    name = st.selectbox(
        "Model",
        list(known),
        format_func=lambda x: f"{x} (default)" if x == current else x,
        key=Key.TRAIN_MODEL,
    )
    model = known[name]
    with st.container(border=True, key="model_card"):
        _card(models, model)
        busy = follow_evaluating()
        found = judged(models, name, current) if name != current else None
        for what, figures, when in models.evaluations(name)[:3]:
            st.caption(f"{theme.unmarked(what)}, {_when(when)}: {verdict(figures)}")
        with st.container(horizontal=True):
            st.button(
                "Evaluate on held-out problems",
                icon=":material/rule:",
                disabled=busy,
                on_click=start_evaluating,
                args=(name,),
                key="evaluate_held_out",
            )
            st.button(
                "Evaluate on this shift",
                icon=":material/view_timeline:",
                disabled=busy or shift is None,
                on_click=start_evaluating,
                args=(name, shift, settings.objective if settings else Objective()),
                key="evaluate_shift",
            )
            st.download_button(
                "Download",
                lambda: models.export(name),
                "model.zip",
                "application/zip",
                icon=":material/download:",
                on_click="ignore",
                key="model_download",
            )
            with st.popover(
                "Delete",
                icon=":material/delete:",
                disabled=model.origin == "shipped" or name == current,
            ):
                st.text(f"Delete the model “{name}” for good?")
                st.button(
                    "Delete it",
                    type="primary",
                    on_click=_delete,
                    args=(models, name),
                    key="model_delete",
                )
        _promotion(models, name, current, found)


def _card(models: Models, model: StoredModel) -> None:
    """Say what a model is and where it comes from."""
    card = model.card
    line = [x.name for x in models.lineage(model.name)]
    facts = [
        ORIGINS[model.origin],
        f"{card.policy} policy",
        f"{phrases.count(card.decisions)} decisions in "
        f"{phrases.duration(card.wall_seconds)}",
    ]
    if card.parent is not None:
        facts.append(f"went on from {' ← '.join(line[1:]) or card.parent}")
    words = card.data.get("words")
    if words:
        facts.append(f"learned from {words}")
    text = "; ".join(facts) + "."
    st.markdown(theme.unmarked(text[0].upper() + text[1:]))
    held_out = card.figures.get("held_out")
    if held_out and model.origin == "shipped":  # of others it may be anything
        st.caption(f"On held-out problems, when it was made: {verdict(held_out)}")


def _promotion(
    models: Models, name: str, current: str, found: dict[str, Any] | None
) -> None:
    """Let the planner change the default, with what speaks for or against it."""
    history = models.history()
    standing = [entry for entry in history if entry.undone is None]
    with st.container(horizontal=True, vertical_alignment="center"):
        allowed = False
        if name == current:
            st.markdown("**It is the default: every page plans with it.**")
        else:
            allowed = found is not None and not found["worse"]
            if found is None:
                st.markdown("Evaluate it on held-out problems before it plans for "
                            "everyone.")  # fmt: skip
            elif found["worse"]:
                st.markdown(":red[On held-out problems it is worse than the default.]")
            else:
                st.markdown(":green[On held-out problems it is not worse than the "
                            "default.]")  # fmt: skip
            if not allowed:
                allowed = st.checkbox("Promote it nevertheless", key=f"force_{name}")
        st.button(
            "Make it the default",
            type="primary",
            icon=":material/verified:",
            disabled=not allowed,
            on_click=_promote,
            args=(models, name, current),
            key="promote",
        )
        st.button(
            "Roll back",
            icon=":material/undo:",
            disabled=not standing,
            help="The default before is the default again.",
            on_click=_roll_back,
            args=(models,),
            key="roll_back",
        )
    if history:
        with st.expander("Defaults so far", icon=":material/history:"):
            for entry in history[:20]:
                undone = "" if entry.undone is None else ", rolled back"
                words = f"{_when(entry.created)}: {entry.model}{undone}. {entry.why}"
                st.caption(theme.unmarked(words))


def _promote(models: Models, name: str, current: str) -> None:
    """Make a model the default; what the page knew is looked up once more."""
    found = judged(models, name, current)
    forced = bool(st.session_state.get(f"force_{name}"))
    if not forced and (found is None or found["worse"]):
        _say(False, f"“{name}” was not promoted: it is not shown to be as good as the "
             "default. Evaluate it on held-out problems, or say that you want it "
             "nevertheless.")  # fmt: skip
        return
    if found is None:
        why = "not evaluated; on the planner's word"
    elif found["worse"]:
        why = "worse on held-out problems; on the planner's word"
    else:
        share = 100 * found.get("refined", found)["against_default"]["mean"]
        why = f"{share:+.1f} % on {found['problems']} held-out problems"
    try:
        models.promote(name, why)
    except StoreError as error:
        _say(False, str(error))
    else:
        _say(True, f"“{name}” is the default from now on, on every page.")


def _roll_back(models: Models) -> None:
    """Make the default before the default again."""
    try:
        model = models.roll_back()
    except (NoModelError, StoreError) as error:
        _say(False, str(error))
    else:
        _say(True, f"“{model.name}” is the default again.")


def _delete(models: Models, name: str) -> None:
    """Delete a model."""
    try:
        models.delete(name)
    except StoreError as error:
        _say(False, str(error))
    else:
        _say(True, f"“{name}” is deleted.")


def _upload(models: Models) -> None:
    """Take a model from outside; the registry checks it, nothing in it is run."""
    with st.expander("Bring a model", icon=":material/upload:"):
        file = st.file_uploader(
            "A model as Download gives it: a zip of card.json and weights.safetensors",
            type=["zip", "safetensors", "pt", "pth", "pkl"],
            key=Key.TRAIN_UPLOAD,
        )
        if st.button("Take it in", disabled=file is None, key="take_in"):
            if file is None:
                return
            from core.policy.feature_names import misfit  # loads torch

            try:
                model = models.import_uploaded(file.getvalue(), misfit)
            except StoreError as error:
                st.error(theme.unmarked(str(error)), icon=":material/error:")
                return
            _say(True, f"“{model.name}” is here. Evaluate it before you promote it.")
            st.rerun()


def _say(good: bool, words: str) -> None:
    st.session_state[f"{Key.TRAIN_NOTICE}_model"] = (good, words)


def _when(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds)
    return f"{moment.day} {moment:%b %H:%M}"
