"""The model that plans: the one promoted last, the same on every page."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.planning.catalogue import scheduler_entry
from core.planning.settings import PlanSettings
from core.store.errors import ModelRefusedError, NoModelError, StoreError
from core.store.models import Models
from pages.parts.kept.stored import database


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
        return None  # model_fault() says why
    return model.folder


def model_fault(settings: PlanSettings) -> str | None:
    """
    Return what to say where the model promoted last cannot plan; ``None``: it can.

    Parameters
    ----------
    settings
        What plans; a scheduler without a model has no such fault.
    """
    if "model" not in scheduler_entry(settings.scheduler).reads:
        return None
    try:
        Models(database()).default_model()
    except NoModelError:
        return None  # the scheduler says so: nothing was promoted, nothing came along
    except ModelRefusedError as error:
        return (
            f"The model that was made the default cannot be used: {error} The model "
            "that comes with Shiftwright planned instead; choose another default on "
            "Training."
        )
    except StoreError as error:
        return (
            f"{error} So which model is the default is not known: the one that comes "
            "with Shiftwright planned."
        )
    return None


def with_chosen_model(settings: PlanSettings) -> PlanSettings:
    """Return settings of the sidebar with the model that is the default as of now."""
    return replace(settings, model=chosen_model())
