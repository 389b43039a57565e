"""Training runs that are queued: what each is to do, and read back from the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from core.policy.checkpoint import Model
from core.problem.model import Problem
from core.problem.saving.serialize import problem_from_bytes, problem_to_bytes
from core.runs.run_plan import RunPlan, check_sizes
from core.store.background.run import Run
from core.store.background.run_reader import RunReader
from core.store.background.runs import Runs
from core.store.card import CARD, WEIGHTS
from core.store.models import Models
from core.training.checkpoints import load_parent


def queue_training(
    runs: Runs,
    models: Models,
    plan: RunPlan,
    shifts: Sequence[Problem] = (),
    *,
    owner: str = "",
    about: Mapping[str, Any] | None = None,
) -> Run:
    """
    Queue a run; started by :func:`core.runs.launch.launch_next`.

    Everything it needs is copied into the run: shifts and parent may be deleted.

    Parameters
    ----------
    runs, models
        The store.
    plan
        What to do.
    shifts
        Where a plan with source ``shifts`` takes its problems from.
    owner
        Who asks.
    about
        Words about the data, shown with the run, as JSON values.

    Raises
    ------
    ValueError
        When there is no shift although the plan needs one, or one is too large for
        the policy; or the name is refused.
    StoreError
        When the parent does not exist, or the disk refuses.
    """
    if plan.source == "shifts" and not shifts:
        raise ValueError(
            "There is no shift to learn from. Upload one, or learn from generated "
            "shifts."
        )
    check_sizes(plan.settings, shifts)
    inputs = {
        f"shift{i:03d}.zip": problem_to_bytes(shift) for i, shift in enumerate(shifts)
    }
    if plan.parent is not None:
        folder = models.get(plan.parent).folder
        inputs |= {name: (folder / name).read_bytes() for name in (CARD, WEIGHTS)}
    data = {
        "source": plan.source,
        "jobs": [shift.num_jobs for shift in shifts],
        "machines": [shift.num_machines for shift in shifts],
        **(about or {}),
    }
    return runs.create(
        "training",
        plan.settings.name,
        owner=owner,
        config=plan.to_mapping(),
        data=data,
        seed=plan.settings.seed,
        inputs=inputs,
    )


def plan_of(run: Run) -> RunPlan:
    """Return what a run is to do."""
    return RunPlan.from_mapping(run.config)


def shifts_of(runs: RunReader, run_id: str) -> list[Problem]:
    """Return the shifts that a run learns from; none: it learns from kinds."""
    folder = runs.inputs(run_id)
    files = sorted(folder.glob("shift*.zip")) if folder.is_dir() else []
    return [problem_from_bytes(file.read_bytes()) for file in files]


def parent_of(runs: RunReader, run_id: str) -> Model | None:
    """Model that a run starts from, from its own copy; ``None``: from scratch."""
    folder: Path = runs.inputs(run_id)
    return load_parent(folder) if (folder / CARD).is_file() else None


def command_of(run: Run) -> str:
    """How the worker of a run is started by hand."""
    return f"python -m core train --run {run.id}"
