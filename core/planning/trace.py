"""Every decision behind a schedule, in one compact record that can be replayed."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.planning.decision import (
    Decision,
    Floats,
    Indices,
    Override,
    Scores,
    by_planner,
)
from core.problem.model import Problem
from core.problem.schedule import Schedule


class TraceError(ValueError):
    """A trace cannot be read; the message says why."""


class StaleTraceError(ValueError):
    """A trace belongs to another problem or model; the message names which."""


@dataclass(frozen=True, eq=False)
class Trace:
    """
    All T decisions of a schedule of n = T jobs, in order.

    Parameters
    ----------
    problem_hash, scheduler, model, seed
        Of what, by what: a replay of another problem or model is refused. ``model``
        is the name and digest of the policy, empty where none decided.
    objective
        Weights (a, b, c) that the scheduler was given.
    lookahead
        Seconds of waiting that the masks allowed.
    scores
        What the scores are.
    clock, job, machine, setup
        Shape (T,); see :class:`Decision`.
    times
        Shape (4, T), seconds: setup start, setup end, start, end of the job placed.
    value, cost, bound
        Shape (T,).
    job_first, jobs, job_scores
        Candidates of decision t are rows ``job_first[t]`` to ``job_first[t + 1]``.
    machine_first, machines, machine_scores
        The same for machines.
    forced
        Shape (T, 2), bool: job and machine chosen by the planner.

    Raises
    ------
    ValueError
        When the arrays do not fit each other.

    Notes
    -----
    What is excluded at a step, and why, is not stored: it follows exactly from the
    problem and the decisions before; see :mod:`core.decisions.reasons`.
    """

    problem_hash: str
    scheduler: str
    model: str
    seed: int
    objective: tuple[float, float, float]
    lookahead: float
    scores: Scores
    clock: Indices
    job: NDArray[np.int32]
    machine: NDArray[np.int32]
    setup: Indices
    times: Indices
    value: NDArray[np.float32]
    cost: Floats
    bound: Floats
    job_first: Indices
    jobs: NDArray[np.int32]
    job_scores: NDArray[np.float32]
    machine_first: Indices
    machines: NDArray[np.int32]
    machine_scores: NDArray[np.float32]
    forced: NDArray[np.bool_]

    def __post_init__(self) -> None:
        for name, kind in ARRAYS.items():
            array = np.asarray(getattr(self, name), dtype=kind)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        _check(self)

    def __len__(self) -> int:
        return len(self.job)

    @property
    def nbytes(self) -> int:
        """Bytes of all its arrays, not packed."""
        return sum(getattr(self, name).nbytes for name in ARRAYS)

    def __getitem__(self, step: int) -> Decision:
        """
        Return one decision.

        Raises
        ------
        IndexError
            When there is no such step; negative ones do not count from the end.
        """
        if not 0 <= step < len(self):
            raise IndexError(f"Expected a step in 0 … {len(self) - 1}, got {step}.")
        jobs = slice(*self.job_first[step : step + 2].tolist())
        machines = slice(*self.machine_first[step : step + 2].tolist())
        setup_start, setup_end, start, end = self.times[:, step].tolist()
        return Decision(
            step=step,
            clock=int(self.clock[step]),
            job=int(self.job[step]),
            machine=int(self.machine[step]),
            jobs=self.jobs[jobs].astype(np.int64),
            job_scores=self.job_scores[jobs].astype(np.float64),
            machines=self.machines[machines].astype(np.int64),
            machine_scores=self.machine_scores[machines].astype(np.float64),
            scores=self.scores,
            value=float(self.value[step]),
            setup=int(self.setup[step]),
            setup_start=setup_start,
            setup_end=setup_end,
            start=start,
            end=end,
            cost=float(self.cost[step]),
            bound=float(self.bound[step]),
            job_forced=bool(self.forced[step, 0]),
            machine_forced=bool(self.forced[step, 1]),
        )

    @cached_property
    def schedule(self) -> Schedule:
        """The schedule that the decisions make."""
        order = np.argsort(self.job)
        return Schedule(self.machine[order].astype(np.int64), *self.times[:, order])

    @cached_property
    def step_of(self) -> Indices:
        """Shape (n,): the decision that placed each job."""
        return np.argsort(self.job)

    @cached_property
    def entropy(self) -> Floats:
        """
        Shape (T,): doubt in each decision, 0 (sure) to 1 (all alike); NaN: unknown.

        The entropy of job and machine together, over that of an even choice among
        as many candidates; 0 where there was nothing to choose.
        """
        if self.scores is not Scores.POLICY:
            return np.full(len(self), np.nan)
        total = _entropies(self.job_scores, self.job_first)
        total += _entropies(self.machine_scores, self.machine_first)
        most = np.log(np.diff(self.job_first)) + np.log(np.diff(self.machine_first))
        shares: Floats = np.zeros(len(self))
        np.divide(total, most, out=shares, where=most > 0)
        return shares

    @cached_property
    def probability(self) -> Floats:
        """Shape (T,): of job and machine that were chosen; NaN without a policy."""
        if self.scores is not Scores.POLICY:
            return np.full(len(self), np.nan)
        logs = _chosen(self.jobs, self.job_scores, self.job_first, self.job)
        logs += _chosen(
            self.machines, self.machine_scores, self.machine_first, self.machine
        )
        return np.exp(logs)

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """The decisions that the planner took, in order."""
        return tuple(
            Override(t, int(self.job[t]), int(self.machine[t]), *self.forced[t])
            for t in np.flatnonzero(self.forced.any(axis=1)).tolist()
        )

    @cached_property
    def planners(self) -> dict[int, str]:
        """The jobs that the planner decided on, and what of them was chosen."""
        return {
            x.job: by_planner(x.job_forced, x.machine_forced) for x in self.overrides
        }

    def is_of(self, schedule: Schedule) -> bool:
        """Whether the decisions make this very schedule."""
        own = self.schedule
        return len(own.machine) == len(schedule.machine) and all(
            np.array_equal(getattr(own, entry.name), getattr(schedule, entry.name))
            for entry in fields(Schedule)
        )

    def check(self, problem: Problem, model: str | None = None) -> None:
        """
        Refuse a problem or model that the trace was not made with.

        Parameters
        ----------
        problem
            The problem in hand.
        model
            Key of the model in hand; ``None``: not asked.

        Raises
        ------
        StaleTraceError
            When one of them differs.
        """
        if problem.content_hash != self.problem_hash:
            raise StaleTraceError(
                f"These decisions belong to another shift ({self.problem_hash[:8]}), "
                f"not to the one in hand ({problem.content_hash[:8]}): its jobs, "
                "machines or times have changed since."
            )
        if (
            len(self) != problem.num_jobs
            or max(self.machines.max(), self.machine.max()) >= problem.num_machines
        ):
            raise StaleTraceError(
                "These decisions name jobs or machines there are not."
            )
        if model is not None and model != self.model:
            raise StaleTraceError(
                f"These decisions were taken by model {self.model or 'none'}; the "
                f"model in hand is {model}."
            )


ARRAYS: dict[str, type[np.generic]] = {
    "clock": np.int64,
    "job": np.int32,
    "machine": np.int32,
    "setup": np.int64,
    "times": np.int64,
    "value": np.float32,
    "cost": np.float64,
    "bound": np.float64,
    "job_first": np.int64,
    "jobs": np.int32,
    "job_scores": np.float32,
    "machine_first": np.int64,
    "machines": np.int32,
    "machine_scores": np.float32,
    "forced": np.bool_,
}


def _entropies(scores: NDArray[np.float32], first: Indices) -> Floats:
    """Entropy in nats of the softmax of each stretch of scores."""
    starts = first[:-1]
    count = np.diff(first)
    x = scores.astype(np.float64)
    shifted = x - np.repeat(np.maximum.reduceat(x, starts), count)
    weights = np.exp(shifted)
    total = np.add.reduceat(weights, starts)
    mean = np.add.reduceat(weights * shifted, starts) / total
    return np.maximum(np.log(total) - mean, 0.0)


def _chosen(
    options: NDArray[np.int32],
    scores: NDArray[np.float32],
    first: Indices,
    chosen: NDArray[np.int32],
) -> Floats:
    """Logarithm of the probability of the chosen option of each stretch."""
    starts, count = first[:-1], np.diff(first)
    x = scores.astype(np.float64)
    peak = np.maximum.reduceat(x, starts)
    total = np.add.reduceat(np.exp(x - np.repeat(peak, count)), starts)
    rows = np.flatnonzero(options == np.repeat(chosen, count))
    logs: Floats = x[rows] - peak - np.log(total)
    return logs


def _check(trace: Trace) -> None:
    """Refuse arrays that do not fit each other."""
    steps = trace.job.size
    if steps == 0:
        raise TraceError("Expected a decision at least, got none.")
    shapes: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(
            ("clock", "job", "machine", "setup", "value", "cost", "bound"), (steps,)
        ),
        "times": (4, steps),
        "forced": (steps, 2),
        "job_first": (steps + 1,),
        "machine_first": (steps + 1,),
        **dict.fromkeys(("jobs", "job_scores"), (int(trace.job_first[-1]),)),
        **dict.fromkeys(
            ("machines", "machine_scores"), (int(trace.machine_first[-1]),)
        ),
    }
    for name, shape in shapes.items():
        if getattr(trace, name).shape != shape:
            got = getattr(trace, name).shape
            raise TraceError(f"{name} has shape {got}, expected {shape}.")
    if not np.array_equal(np.sort(trace.job), np.arange(steps)):
        raise TraceError("Expected every job to be placed exactly once.")
    pairs = (
        ("job", trace.job_first, trace.jobs, trace.job),
        ("machine", trace.machine_first, trace.machines, trace.machine),
    )
    for what, first, options, chosen in pairs:
        if first[0] != 0 or (np.diff(first) < 1).any() or options.min() < 0:
            raise TraceError(f"Expected a {what} to choose at every decision.")
        hits = options == np.repeat(chosen, np.diff(first))
        if (np.add.reduceat(hits, first[:-1], dtype=np.int64) != 1).any():
            raise TraceError(f"A {what} was chosen that was not among the choices.")
    if trace.jobs.max() >= steps:
        raise TraceError("A candidate is no job of the problem.")
