"""What a planner chooses for a run, and the plan that follows from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.problem.model import Problem
from core.runs.run_plan import RunPlan, recommended
from core.training.settings import Stage, TrainingSettings


@dataclass(frozen=True)
class Advanced:
    """
    Choices below the fold; each default is that of the recommended run.

    Parameters
    ----------
    policy, places
        Kind of network; jobs and machines that a fixed or flat one has room for.
    reward
        ``cost`` or ``shaped``.
    unit
        Whether the budget is in ``minutes`` or ``decisions``.
    stages
        Curriculum; ``None``: the recommended one.
    job_epsilon, machine_epsilon, learning_rate
        ``None``: the recommended one.
    seed, held_out
        Of everything random; problems that the model is judged on.
    kinds
        Of generated shifts.
    """

    policy: Literal["set", "fixed", "flat"] = "set"
    places: tuple[int, int] = (500, 50)
    reward: Literal["cost", "shaped"] = "cost"
    unit: Literal["minutes", "decisions"] = "minutes"
    stages: tuple[Stage, ...] | None = None
    job_epsilon: float | None = None
    machine_epsilon: float | None = None
    learning_rate: float | None = None
    seed: int = 0
    held_out: int = 12
    kinds: tuple[str, ...] = ()


def plan_of_choices(
    name: str,
    budget: float,
    shifts: Sequence[Problem],
    objective: tuple[float, float, float],
    parent: str | None,
    advanced: Advanced,
) -> RunPlan:
    """
    Return the plan of a run.

    Raises
    ------
    ValueError
        When a choice cannot be, in words for the planner.
    """
    if not budget > 0:
        raise ValueError(
            f"With a budget of {budget:g} {advanced.unit} nothing would be learned. "
            "Give it some minutes, e.g. 10."
        )
    plan = recommended(
        shifts,
        name=name,
        objective=objective,
        parent=parent,
        minutes=budget if advanced.unit == "minutes" else 1.0,
        seed=advanced.seed,
    )
    if advanced.unit == "decisions":
        plan = replace(plan, minutes=None, decisions=int(budget))
    return replace(plan, settings=_settings(plan, advanced), held_out=advanced.held_out)


def _settings(plan: RunPlan, advanced: Advanced) -> TrainingSettings:
    settings = plan.settings
    data, exploration, ppo = settings.data, settings.exploration, settings.ppo
    if advanced.kinds and plan.source == "kinds":
        data = replace(data, kinds=dict.fromkeys(advanced.kinds, 1.0))
    if advanced.job_epsilon is not None:
        exploration = replace(exploration, job_epsilon=advanced.job_epsilon)
    if advanced.machine_epsilon is not None:
        exploration = replace(exploration, machine_epsilon=advanced.machine_epsilon)
    if advanced.learning_rate is not None:
        rate = advanced.learning_rate
        ppo = replace(ppo, learning_rate=rate, final_learning_rate=rate / 10)
    return replace(
        settings,
        policy=advanced.policy,
        places=advanced.places,
        rollout=replace(settings.rollout, reward=advanced.reward),
        stages=settings.stages if advanced.stages is None else advanced.stages,
        exploration=exploration,
        ppo=ppo,
        data=data,
    )


def stages_of(rows: Sequence[dict[str, Any]]) -> tuple[Stage, ...]:
    """
    Return the curriculum in the rows of the table on the page.

    Raises
    ------
    ValueError
        When a row is not filled in, or makes no stage; names the row.
    """
    stages = []
    for number, row in enumerate(rows, 1):
        try:
            until, *sizes = (row[name] for name in COLUMNS)
            low, high, fewest, most = (int(size) for size in sizes)
            stages.append(Stage(float(until) / 100, (low, high), (fewest, most)))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"Stage {number} of the curriculum is not complete: {error}"
            ) from error
    if not stages or stages[-1].until != 1:
        raise ValueError("The last stage of the curriculum must last until 100 %.")
    return tuple(stages)


def rows_of(stages: Sequence[Stage]) -> list[dict[str, float]]:
    """Return the rows of the table that shows a curriculum."""
    return [
        dict(
            zip(COLUMNS, (100 * x.until, *x.jobs, *x.machines), strict=True),
        )
        for x in stages
    ]


COLUMNS = ("until", "jobs_low", "jobs_high", "machines_low", "machines_high")
