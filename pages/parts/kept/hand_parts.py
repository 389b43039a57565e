"""What of a session is kept with the shift in hand, and how each part is written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.problem.shift import Shift
from core.store.shifts.scenario import scenario_from_bytes, scenario_to_bytes
from pages.parts.day.in_force import day_from_bytes, day_to_bytes
from pages.parts.kept.kept_plans import (
    plan_of,
    scenario_of,
    scenario_of_shift,
    shift_of,
)
from pages.parts.plan.files.plan_start import (
    chosen_start_from_bytes,
    chosen_start_to_bytes,
)
from pages.parts.sidebar.uploads import uploads_from_bytes, uploads_to_bytes
from pages.parts.state import Key

# Widgets whose value is part of the shift in hand, or of how it is planned.
CHOICES = (
    *(Key.SOURCE, Key.SAMPLE, Key.START),
    *(Key.GENERATED_JOBS, Key.GENERATED_MACHINES),
    *(Key.GENERATED_KIND, Key.GENERATED_SEED),
    *(Key.FINISH_EARLY, Key.ON_TIME, Key.FEW_SETUPS, Key.KEEP),
    *(Key.SCHEDULER, Key.EFFORT, Key.SAMPLES, Key.REFINE_SECONDS, Key.CAUTIOUS),
)


@dataclass(frozen=True)
class Part:
    """
    A value of the session that is kept as bytes.

    Parameters
    ----------
    key
        Where the session has it. It is never changed in place: another value is
        another object.
    write, read
        To bytes and back; ``read`` raises ``ValueError`` or :class:`StoreError`.
    words
        What a planner calls it.
    """

    key: Key
    write: Callable[[Any], bytes]
    read: Callable[[bytes], Any]
    words: str


def _shift_to_bytes(shift: Shift) -> bytes:
    return scenario_to_bytes(scenario_of_shift(shift))


def _shift_from_bytes(data: bytes) -> Shift:
    return shift_of(scenario_from_bytes(data))


def _plan_to_bytes(plan: Any) -> bytes:
    return scenario_to_bytes(scenario_of(plan, listed=False))


def _plan_from_bytes(data: bytes) -> Any:
    kept = scenario_from_bytes(data)
    return plan_of(kept, kept.origin)


PARTS = {
    "files": Part(Key.FILES, uploads_to_bytes, uploads_from_bytes, "your files"),
    "files_before": Part(
        Key.FILES_BEFORE, uploads_to_bytes, uploads_from_bytes, "the files before them"
    ),
    "start": Part(
        Key.CHOSEN_START,
        chosen_start_to_bytes,
        chosen_start_from_bytes,
        "the plan start that you chose",
    ),
    "opened": Part(Key.OPENED, _shift_to_bytes, _shift_from_bytes, "the scenario"),
    "plan": Part(Key.PLAN, _plan_to_bytes, _plan_from_bytes, "the plan"),
    "previous": Part(
        Key.PREVIOUS, _plan_to_bytes, _plan_from_bytes, "the plan before it"
    ),
    "day": Part(Key.DAY, day_to_bytes, day_from_bytes, "what happened today"),
}
