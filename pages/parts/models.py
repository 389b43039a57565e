"""The model that plans: the one promoted last, the same on every page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.planning.settings import PlanSettings
from core.store.errors import StoreError
from core.store.models import Models
from pages.parts.stored import database


def chosen_model() -> Path | None:
    """
    Return the folder of the default model as of now; ``None``: the shipped one.

    Read from the store at every call, so that a promotion is seen by all sessions at
    once. Who loads it keeps it by its digest (:func:`core.policy.shipped
    .folder_model`), so nothing is read twice.
    """
    try:
        model = Models(database()).default_model()
    except StoreError:
        return None  # no store or no model: the scheduler says so, or does without
    return model.folder


def with_chosen_model(settings: PlanSettings) -> PlanSettings:
    """Return settings of the sidebar with the model that is the default as of now."""
    return replace(settings, model=chosen_model())
