"""Schedulers side by side: on one shift, and over many like it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan

import numpy as np
from numpy.typing import NDArray

from core.instances.generator import KINDS, generate, resample
from core.planning.scheduler import (
    PlanningCancelled,
    Progress,
    Result,
    Scheduler,
    Stopwatch,
    silent,
)
from core.planning.stopping import AnyOf, MaxSeconds, Stop, never, peek
from core.problem.model import Problem
from core.problem.objective import Objective

FEWEST, MOST = 2, 4
RESAMPLES = 10_000
CONFIDENCE = 0.95
SEED_STEP = 1_000_003  # between the trials of one seed and those of the next


@dataclass(frozen=True, eq=False)
class Attempt:
    """
    What one scheduler made of a problem.

    Parameters
    ----------
    scheduler
        Registry name.
    seconds
        Wall time, until it had planned or failed.
    result
        The plan; ``None`` where there is none.
    fault
        What happened instead, in words.
    """

    scheduler: str
    seconds: float
    result: Result | None = None
    fault: str | None = None


def run_one(
    scheduler: Scheduler,
    problem: Problem,
    objective: Objective,
    *,
    seed: int = 0,
    limit: float = inf,
    stop: Stop = never,
    progress: Progress = silent,
) -> Attempt:
    """
    Plan with one scheduler; a failure or a timeout is an outcome, too.

    Parameters
    ----------
    limit
        Seconds that it may take. One that can stop early keeps what it has.

    Raises
    ------
    PlanningCancelled
        When ``stop`` says so and there is no plan.
    """
    watch = Stopwatch()
    halt: Stop = AnyOf(stop, MaxSeconds(limit)) if isfinite(limit) else stop
    try:
        result = scheduler.schedule(
            problem, objective, seed=seed, stop=halt, progress=progress
        )
        return Attempt(scheduler.name, watch.seconds, result)
    except PlanningCancelled:
        if peek(stop):
            raise
        fault = f"No plan within {limit:g} s."
    except MemoryError:
        fault = "The shift is too large for the memory of this computer."
    except Exception as error:  # a border: the others are to be left standing
        fault = f"It failed: {error or type(error).__name__}"
    return Attempt(scheduler.name, watch.seconds, fault=fault)


def compare(
    schedulers: Sequence[Scheduler],
    problem: Problem,
    objective: Objective,
    *,
    seed: int = 0,
    limit: float = inf,
    stop: Stop = never,
    progress: Progress = silent,
) -> list[Attempt]:
    """
    Plan one problem with each of some schedulers; one outcome each.

    Raises
    ------
    PlanningCancelled
        When stopped before the first of them had a plan.
    """
    found: list[Attempt] = []
    for i, scheduler in enumerate(schedulers):

        def told(
            share: float, what: str, i: int = i, name: str = scheduler.name
        ) -> None:
            progress((i + share) / len(schedulers), f"{name}: {what}")

        try:
            found.append(
                run_one(
                    scheduler,
                    problem,
                    objective,
                    seed=seed,
                    limit=limit,
                    stop=stop,
                    progress=told,
                )
            )
        except PlanningCancelled:
            if not any(outcome.result for outcome in found):
                raise
            found.append(Attempt(scheduler.name, 0.0, fault="Stopped before its turn."))
    return found


def end_changes(first: Result, second: Result) -> NDArray[np.int64]:
    """
    Shape (n,), seconds by which each job ends later in the second plan.

    Raises
    ------
    ValueError
        When the plans are of different problems.
    """
    if first.problem.content_hash != second.problem.content_hash:
        raise ValueError("Expected two plans of the same problem.")
    changes: NDArray[np.int64] = second.schedule.end - first.schedule.end
    return changes


# --- Trials -----------------------------------------------------------------------


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
    cost, makespan, tardiness, setup, late, seconds
        Cost, seconds of makespan, of weighted tardiness and of setup, late jobs,
        and wall seconds; all but the last NaN where there was no plan.
    fault
        What happened instead of a plan, in words.
    """

    cost: float
    makespan: float
    tardiness: float
    setup: float
    late: float
    seconds: float
    fault: str | None = None

    @classmethod
    def of(cls, outcome: Attempt) -> Score:
        """Figures of an outcome."""
        result = outcome.result
        if result is None:
            return cls(nan, nan, nan, nan, nan, outcome.seconds, outcome.fault)
        figures = result.metrics
        return cls(
            result.cost,
            figures.makespan,
            figures.weighted_tardiness,
            figures.setup,
            figures.late_jobs,
            outcome.seconds,
        )


FIGURES = ("cost", "makespan", "tardiness", "setup", "late", "seconds")


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


@dataclass(frozen=True)
class Paired:
    """
    Two schedulers over the trials in which both had a plan.

    Parameters
    ----------
    first, second
        Registry names; everything is said of the second against the first.
    trials, failed
        Trials that count, and those in which one of them had no plan.
    percent
        Mean of the differences in cost, in percent of the first's; negative: the
        second is cheaper. NaN without trials.
    low, high
        Its 95 % bootstrap interval; NaN with fewer than two trials.
    ratio
        Cost of all the second's plans over that of all the first's.
    wins, ties
        Trials in which the second was cheaper, and in which both cost the same.
    """

    first: str
    second: str
    trials: int
    failed: int
    percent: float
    low: float
    high: float
    ratio: float
    wins: int
    ties: int

    @property
    def win_rate(self) -> float:
        """Share of the trials that the second won; a tie is half a win."""
        return (self.wins + self.ties / 2) / self.trials if self.trials else nan


def differences(done: Sequence[Trial], first: str, second: str) -> NDArray[np.float64]:
    """
    Percent by which the second's cost is above the first's, trial by trial.

    Shape (t,): the trials in which both had a plan. Two costs of 0 differ by 0;
    nothing is a percentage of a cost of 0, so other such trials are left out.
    """
    pairs = [
        (trial.scores[first].cost, trial.scores[second].cost)
        for trial in done
        if first in trial.scores and second in trial.scores
    ]
    found = [
        0.0 if a == b else 100.0 * (b / a - 1.0)
        for a, b in pairs
        if isfinite(a) and isfinite(b) and (a > 0 or a == b)
    ]
    return np.array(found, dtype=np.float64)


def paired(done: Sequence[Trial], first: str, second: str, seed: int = 0) -> Paired:
    """
    Compare two schedulers over trials.

    The interval is the percentile bootstrap of the mean (Efron 1979): the trials
    drawn with replacement 10,000 times.
    """
    found = differences(done, first, second)
    count = len(found)
    mean = float(found.mean()) if count else nan
    low = high = nan
    if count > 1:
        rng = np.random.default_rng(seed)
        drawn = rng.integers(0, count, (RESAMPLES, count))
        tail = (1 - CONFIDENCE) / 2
        low, high = np.quantile(found[drawn].mean(axis=1), (tail, 1 - tail)).tolist()
    both = [
        (trial.scores[first].cost, trial.scores[second].cost)
        for trial in done
        if first in trial.scores and second in trial.scores
    ]
    total = [sum(x) for x in zip(*[p for p in both if isfinite(sum(p))], strict=True)]
    return Paired(
        first=first,
        second=second,
        trials=count,
        failed=len(done) - count,
        percent=mean,
        low=low,
        high=high,
        ratio=total[1] / total[0] if total and total[0] > 0 else nan,
        wins=int((found < 0).sum()),
        ties=int((found == 0).sum()),
    )


COLUMNS = (
    *("trial", "scheduler", "cost", "makespan_minutes"),
    *("weighted_tardiness_minutes", "setup_minutes", "late_jobs", "seconds"),
)


def trials_csv(done: Sequence[Trial]) -> bytes:
    """One row per trial and scheduler; empty cells where there was no plan."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in sorted(done, key=lambda one: one.index):
        for name, score in one.scores.items():
            figures = [
                score.cost,
                score.makespan / 60,
                score.tardiness / 60,
                score.setup / 60,
                score.late,
                score.seconds,
            ]
            cells = [f"{x:.6g}" if isfinite(x) else "" for x in figures]
            writer.writerow([one.index + 1, name, *cells])
    return text.getvalue().encode()


# --- Trials as plain numbers, for the run store -------------------------------------


def trial_values(one: Trial) -> dict[str, float]:
    """Return the figures of a trial by ``<scheduler>/<figure>``."""
    return {
        f"{name}/{figure}": float(getattr(score, figure))
        for name, score in one.scores.items()
        for figure in FIGURES
    }


def trial_of_values(index: int, values: Mapping[str, float | None]) -> Trial:
    """Read :func:`trial_values` back; a missing number is NaN."""
    names = list(dict.fromkeys(key.rsplit("/", 1)[0] for key in values))
    scores = {}
    for name in names:
        figures = {x: _number(values.get(f"{name}/{x}")) for x in FIGURES}
        scores[name] = Score(**figures, fault=None)
    return Trial(index, scores)


def _number(value: float | None) -> float:
    return nan if value is None else float(value)
