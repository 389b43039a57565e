"""What a run is asked to do: settings, where its problems come from, its budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, field, replace
from math import log
from typing import Any, Literal

from core.instances.strict import Number, strict
from core.problem.model import Problem
from core.training.settings import (
    DataSettings,
    ExplorationSettings,
    PPOSettings,
    RolloutSettings,
    Stage,
    TrainingSettings,
)

FEWEST_JOBS = 10  # a shift's smallest resample in training
TRAINING_JOBS = 150  # its largest, unless asked: decisions per minute count for more
MOST_MINUTES = 7 * 24 * 60


@strict
class RunPlan:
    """
    A run before it is started.

    Parameters
    ----------
    settings
        Of the training. Its ``iterations`` hold where there is no other budget.
    source
        ``kinds``: problems of the generator, as the settings say; ``shifts``:
        resamples of shifts that are given with the run.
    minutes, decisions
        Budget; at most one of the two. The number of iterations follows from it.
    held_out
        Problems that the finished model is judged on.
    parent
        Name of the model it starts from; ``None``: from scratch.

    Raises
    ------
    ValueError
        When the budget is empty or given twice, nothing is held out, or a value is of
        another type than its field.
    """

    settings: TrainingSettings = field(default_factory=TrainingSettings)
    source: Literal["kinds", "shifts"] = "kinds"
    minutes: Number | None = None
    decisions: int | None = None
    held_out: int = 12
    parent: str | None = None

    def __post_init__(self) -> None:
        if self.minutes is not None and self.decisions is not None:
            raise ValueError("Expected a budget in minutes or decisions, got both.")
        if self.minutes is not None and not 0 < self.minutes <= MOST_MINUTES:
            raise ValueError(
                f"Expected a budget above 0 and up to {MOST_MINUTES} minutes, got "
                f"{self.minutes:g}."
            )
        if self.decisions is not None and self.decisions < 1:
            raise ValueError(f"Expected decisions > 0, got {self.decisions}.")
        if self.held_out < 2:
            raise ValueError(f"Expected held_out >= 2, got {self.held_out}.")

    def to_mapping(self) -> dict[str, Any]:
        """Values that :meth:`from_mapping` reads back; JSON-safe."""
        return asdict(self)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> RunPlan:
        """
        Build a plan from the config of a stored run.

        Raises
        ------
        ValueError
            When a key is unknown, or a value out of range or of another type than its
            field; says which.
        """
        values = dict(mapping)
        values["settings"] = TrainingSettings.from_mapping(values["settings"])
        return cls(**values)


def with_budget(plan: RunPlan) -> TrainingSettings:
    """
    Settings whose iterations come to the plan's decisions, as nearly as they can.

    The mean size of a log-uniform draw from [low, high] is (high - low) / log(high /
    low), so the number follows from the settings alone.
    """
    if plan.decisions is None:
        return plan.settings
    settings = plan.settings
    mean, begin = 0.0, 0.0
    for stage in settings.stages:
        mean += (stage.until - begin) * mean_jobs(stage)
        begin = stage.until
    rollouts = settings.rollout.problems * settings.rollout.copies
    iterations = max(1, round(plan.decisions / (mean * rollouts)))
    return paced(replace(settings, iterations=iterations))


def check_sizes(settings: TrainingSettings, shifts: Sequence[Problem]) -> None:
    """
    Refuse shifts that a policy of fixed size has no room for.

    Raises
    ------
    ValueError
        When one is too large; names both sizes.
    """
    jobs, machines = settings.places
    for shift in shifts if settings.policy != "set" else ():
        if shift.num_jobs > jobs or shift.num_machines > machines:
            raise ValueError(
                f"The {settings.policy} policy has places for {jobs} jobs and "
                f"{machines} machines; the shift has {shift.num_jobs} and "
                f"{shift.num_machines}. Make the policy larger, or take the set "
                "policy: it takes any size."
            )


def paced(settings: TrainingSettings) -> TrainingSettings:
    """Settings that look at held-out problems and keep checkpoints often enough."""
    iterations = settings.iterations
    return replace(
        settings,
        validate_every=max(1, min(settings.validate_every, iterations // 8)),
        checkpoint_every=max(1, min(settings.checkpoint_every, iterations // 8)),
    )


def mean_jobs(stage: Stage) -> float:
    """Mean number of jobs of the problems of a stage."""
    low, high = stage.jobs
    return float(low) if low == high else (high - low) / log(high / low)


def recommended(
    shifts: Sequence[Problem] = (),
    *,
    name: str,
    objective: tuple[float, float, float] = (1.0, 1.0, 0.2),
    parent: str | None = None,
    minutes: float = 10.0,
    seed: int = 0,
) -> RunPlan:
    """
    Return a plan that is useful as it is: what one press starts.

    Parameters
    ----------
    shifts
        Shifts to learn from; none: generated kinds.
    name
        Of the model.
    objective
        Weights a, b, c that matter.
    parent
        Model to start from; from scratch, learning rate and exploration are higher.
    minutes, seed
        Budget, and seed of everything random.
    """
    fine = parent is not None
    if shifts:
        most = max(problem.num_jobs for problem in shifts)
        stages = shift_stages(most)
        kinds: Mapping[str, float] = DataSettings().kinds
        validation_jobs = min(most, TRAINING_JOBS)
    else:
        stages = (Stage(0.7, (40, 100), (5, 10)), Stage(1.0, (80, 160), (8, 16)))
        kinds = {"shift": 1.0, "shift_calendar": 1.0, "tight": 0.5}
        validation_jobs = 100
    settings = TrainingSettings(
        name=name,
        seed=seed,
        validate_every=25,
        checkpoint_every=10,
        validation_jobs=validation_jobs,
        # The best weights of several looks are kept: of few problems, the luckiest.
        validation_problems=16,
        stages=stages,
        ppo=PPOSettings(
            learning_rate=5e-4 if fine else 1e-3,
            final_learning_rate=3e-5,
            minibatch_decisions=1280,
            update_decisions=12_800,
            ent_coef=0.003,
            target_kl=0.1,
        ),
        rollout=RolloutSettings(problems=8, copies=8),
        exploration=ExplorationSettings(
            job_epsilon=0.0 if fine else 0.2, machine_epsilon=0.0 if fine else 0.1
        ),
        data=DataSettings(
            kinds=kinds, objectives=((1.0, *objective),), random_objective=0.0
        ),
    )
    return RunPlan(
        settings, "shifts" if shifts else "kinds", minutes=minutes, parent=parent
    )


def from_tonight(
    shifts: Sequence[Problem],
    *,
    parent: str,
    objective: tuple[float, float, float] = (1.0, 1.0, 0.2),
    minutes: float = 5.0,
    seed: int = 0,
) -> RunPlan:
    """
    Return a plan to learn from the shifts that were planned last.

    A short run from the default model with small steps, so that what it knows of
    other shifts is not lost in one evening.

    Raises
    ------
    ValueError
        When there is no shift.
    """
    if not shifts:
        raise ValueError("Expected at least one shift to learn from, got none.")
    plan = recommended(
        shifts,
        name="Learned tonight",
        objective=objective,
        parent=parent,
        minutes=minutes,
        seed=seed,
    )
    ppo = replace(plan.settings.ppo, learning_rate=2e-4, target_kl=0.02)
    return replace(plan, settings=replace(plan.settings, ppo=ppo), held_out=16)


def shift_stages(jobs: int) -> tuple[Stage, ...]:
    """Stages for resamples of a shift: smaller ones first, then up to its size."""
    top = min(jobs, TRAINING_JOBS)
    middle = max(min(jobs, FEWEST_JOBS), top // 2)
    low = max(min(jobs, FEWEST_JOBS), top // 4)
    # The machines are the shift's own, whatever the stage says.
    return (Stage(0.6, (low, middle), (1, 1)), Stage(1.0, (middle, top), (1, 1)))
