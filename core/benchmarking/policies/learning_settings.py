"""What a policy is to learn, how long, and what it is judged on."""

from __future__ import annotations

from dataclasses import dataclass

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.objective import Objective
from core.training.tasks import Task

Curve = list[tuple[int, float]]  # decisions so far, cost of the greedy plan
NETWORKS = ("set", "fixed", "flat")
WAYS = (*NETWORKS, "maskable")
# Learned by heart, one problem per seed; or drawn anew for every rollout, and judged
# on others.
PROBLEMS = ("one", "fresh")
JUDGED = 10  # held-out problems of a seed, where they are drawn anew
FRESH = 10**6  # seeds of problems that are drawn anew begin here


@dataclass(frozen=True)
class LearningSettings:
    """
    What is learned, and how long.

    Parameters
    ----------
    jobs, machines, kind
        The problems; each seed draws its own, the same for all ways.
    decisions
        Budget of a run.
    copies
        Rollouts between two updates; MaskablePPO collects as many decisions.
    seeds
        Of the runs.
    ways
        ``set``, ``fixed`` (two steps), ``flat``, and ``maskable``, which is
        MaskablePPO of sb3-contrib on :class:`FlatActionEnv`.
    learning_rate, ent_coef
        Of Adam and of the entropy, for all ways.
    problems
        ``one``: a problem is learned by heart. That is the flat network's home
        ground, which knows a job by its place alone. ``fresh``: every rollout of the
        flat way, and every group of rollouts of ours, has a problem of its own, and
        what counts is the mean cost of held-out ones.

    Raises
    ------
    ValueError
        When a way or a choice of problems is unknown, or a number below 1.
    """

    jobs: int = 50
    machines: int = 8
    kind: str = "shift"
    decisions: int = 200_000
    copies: int = 20
    seeds: tuple[int, ...] = (0, 1, 2)
    ways: tuple[str, ...] = WAYS
    learning_rate: float = 1e-3
    ent_coef: float = 0.01
    problems: str = "one"

    def __post_init__(self) -> None:
        unknown = [way for way in self.ways if way not in WAYS]
        if unknown or not self.ways:
            raise ValueError(f"Expected ways of {', '.join(WAYS)}; got {self.ways}.")
        if self.problems not in PROBLEMS:
            raise ValueError(
                f"Expected problems of {', '.join(PROBLEMS)}; got {self.problems!r}."
            )
        for name in ("jobs", "machines", "decisions", "copies"):
            if getattr(self, name) < 1:
                raise ValueError(f"Expected {name} >= 1, got {getattr(self, name)}.")

    @property
    def per_update(self) -> int:
        """Decisions between two updates."""
        return self.jobs * self.copies

    @property
    def updates(self) -> int:
        """Updates within the budget, one at least."""
        return max(1, self.decisions // self.per_update)


def task_of(settings: LearningSettings, seed: int) -> Task:
    """Draw a problem as all runs learn it: default objective, machines never wait."""
    size = KINDS[settings.kind].resized(settings.jobs, settings.machines)
    return Task(generate(size, seed), Objective(), 0.0, settings.kind)


def judged_on(settings: LearningSettings, seed: int) -> list[Task]:
    """Problems whose mean cost is the curve: the one that is learned, or held-out."""
    if settings.problems == "one":
        return [task_of(settings, seed)]
    first = seed * JUDGED
    return [task_of(settings, number) for number in range(first, first + JUDGED)]
