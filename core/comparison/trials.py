"""Schedulers side by side on many random shifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, nan

from core.comparison.side_by_side import Attempt, run_one
from core.instances.generator import KINDS, generate, resample
from core.planning.scheduler import PlanningCancelled, Scheduler
from core.planning.stopping import Stop, never
from core.problem.measures.figures import ShownIn, figures_at, figures_of
from core.problem.model import Problem
from core.problem.objective import Objective

FEWEST, MOST = 2, 4
SEED_STEP = 1_000_003  # between the trials of one seed and those of the next
FIGURES = figures_at(ShownIn.TRIALS)

# Runs that were done before figures had one name everywhere: theirs, in seconds.
_FORMER = {
    "makespan": ("makespan_minutes", 60),
    "tardiness": ("weighted_tardiness_minutes", 60),
    "setup": ("setup_minutes", 60),
    "late": ("late_jobs", 1),
}


@dataclass(frozen=True, eq=False)
class TrialSource:
    """
    Where the shifts of trials come from.

    Parameters
    ----------
    like
        Shifts like this one, resampled; or the name of a kind that is generated.
    jobs, machines
        Size of generated shifts; ``machines`` needs a kind, ``None``: as it comes.

    Raises
    ------
    ValueError
        When the kind is unknown or a size is not positive.
    """

    like: Problem | str
    jobs: int | None = None
    machines: int | None = None

    def __post_init__(self) -> None:
        if isinstance(self.like, str) and self.like not in KINDS:
            raise ValueError(f"Unknown kind {self.like!r}; known: {', '.join(KINDS)}.")
        for size in (self.jobs, self.machines):
            if size is not None and size < 1:
                raise ValueError(f"Expected sizes >= 1, got {size}.")

    def problem(self, seed: int, index: int) -> Problem:
        """Draw the shift of one trial; the same arguments give the same shift."""
        number = seed * SEED_STEP + index
        if isinstance(self.like, Problem):
            return resample(self.like, number, self.jobs)
        kind = KINDS[self.like]
        return generate(
            kind.resized(self.jobs or kind.jobs, self.machines or kind.machines), number
        )


@dataclass(frozen=True)
class Score:
    """
    What one scheduler came to in one trial.

    Parameters
    ----------
    values
        Figures by name, see :mod:`core.problem.measures.figures`; all but the seconds
        are missing where there was no plan.
    fault
        What happened instead of a plan, in words.
    """

    values: Mapping[str, float]
    fault: str | None = None

    @classmethod
    def of(cls, outcome: Attempt) -> Score:
        """Figures of an outcome."""
        if outcome.result is None:
            return cls({"seconds": outcome.seconds}, outcome.fault)
        found = {**figures_of(outcome.result), "seconds": outcome.seconds}
        named = {figure.name: found[figure.name] for figure in FIGURES}
        return cls({name: x for name, x in named.items() if x is not None})

    def __getitem__(self, name: str) -> float:
        """Return a figure by name; NaN where it is missing."""
        return self.values.get(name, nan)

    @property
    def cost(self) -> float:
        """Cost; NaN where there was no plan."""
        return self["cost"]


@dataclass(frozen=True)
class Trial:
    """
    One shift, planned by every scheduler.

    Parameters
    ----------
    index
        0 for the first.
    scores
        By registry name.
    """

    index: int
    scores: Mapping[str, Score]


def trial(
    source: TrialSource,
    schedulers: Sequence[Scheduler],
    objective: Objective,
    index: int,
    *,
    seed: int = 0,
    limit: float = inf,
    stop: Stop = never,
) -> Trial:
    """
    Plan one random shift with every scheduler.

    Raises
    ------
    PlanningCancelled
        When ``stop`` says so: half a pair is no trial.
    """
    problem = source.problem(seed, index)
    scores = {}
    for scheduler in schedulers:
        if stop():
            raise PlanningCancelled("The trials were stopped.")
        outcome = run_one(
            scheduler, problem, objective, seed=index, limit=limit, stop=stop
        )
        scores[scheduler.name] = Score.of(outcome)
    return Trial(index, scores)


def trials(
    source: TrialSource,
    schedulers: Sequence[Scheduler],
    objective: Objective,
    indices: Sequence[int],
    *,
    seed: int = 0,
    limit: float = inf,
    stop: Stop = never,
) -> Iterator[Trial]:
    """Plan some random shifts one after the other; a stop ends them, quietly."""
    for index in indices:
        if stop():
            return
        try:
            yield trial(
                source,
                schedulers,
                objective,
                index,
                seed=seed,
                limit=limit,
                stop=stop,
            )
        except PlanningCancelled:
            return


# --- Trials as plain numbers, for the run store -------------------------------------


def trial_values(one: Trial) -> dict[str, float]:
    """Return the figures of a trial by ``<scheduler>/<figure>``."""
    return {
        f"{scheduler}/{name}": float(value)
        for scheduler, score in one.scores.items()
        for name, value in score.values.items()
    }


def trial_of_values(index: int, values: Mapping[str, float | None]) -> Trial:
    """Read :func:`trial_values` back; what is ``None`` is missing."""
    scores: dict[str, dict[str, float]] = {}
    for key, value in values.items():
        scheduler, name = key.rsplit("/", 1)
        found = scores.setdefault(scheduler, {})
        name, unit = _FORMER.get(name, (name, 1))
        if value is not None:
            found[name] = value / unit if unit > 1 else float(value)
    return Trial(index, {scheduler: Score(x) for scheduler, x in scores.items()})
