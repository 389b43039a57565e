"""Every decision behind a schedule, in one compact record that can be replayed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import cached_property
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule, setup_seconds

FORMAT = 1
LARGEST = 400_000_000  # bytes of an unpacked trace: 10,000 jobs, all candidates

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class TraceError(ValueError):
    """A trace cannot be read; the message says why."""


class StaleTraceError(ValueError):
    """A trace belongs to another problem or model; the message names which."""


class Scores(StrEnum):
    """What the scores of a trace are."""

    POLICY = "policy"  # logits: their softmax is the probability
    RULE = "rule"  # priorities, largest first; -inf where a rule gives none
    NONE = "none"  # there are none: the plan was not made decision by decision


@dataclass(frozen=True)
class Override:
    """
    A decision that the planner took.

    Parameters
    ----------
    step
        Which decision.
    job, machine
        What was chosen in the end.
    job_forced, machine_forced
        Which of the two the planner chose.
    """

    step: int
    job: int
    machine: int
    job_forced: bool
    machine_forced: bool


@dataclass(frozen=True, eq=False)
class Decision:
    """
    One job and one machine, chosen at one moment.

    Parameters
    ----------
    step
        0 for the first decision.
    clock
        Seconds since plan start: the earliest moment at which anything could start.
    job, machine
        What was chosen.
    jobs, job_scores
        Shape (c,): the jobs that could be chosen, and what the scheduler made of them.
    machines, machine_scores
        Shape (q,): the machines that could be chosen for the job, likewise.
    scores
        What the scores are.
    value
        The critic's estimate of the cost still to come; NaN without a critic.
    setup
        Open seconds of setup before the job.
    setup_start, setup_end, start, end
        Seconds since plan start that follow for the job.
    cost, bound
        Cost of what is scheduled with this decision, and a lower bound on the cost
        of any way to go on from it.
    job_forced, machine_forced
        Whether the planner chose it.
    """

    step: int
    clock: int
    job: int
    machine: int
    jobs: Indices
    job_scores: Floats
    machines: Indices
    machine_scores: Floats
    scores: Scores
    value: float
    setup: int
    setup_start: int
    setup_end: int
    start: int
    end: int
    cost: float
    bound: float
    job_forced: bool
    machine_forced: bool

    @cached_property
    def job_probabilities(self) -> Floats | None:
        """Shape (c,), sum 1; ``None`` where the scores are no logits."""
        return softmax(self.job_scores) if self.scores is Scores.POLICY else None

    @cached_property
    def machine_probabilities(self) -> Floats | None:
        """Shape (q,), sum 1; ``None`` where the scores are no logits."""
        return softmax(self.machine_scores) if self.scores is Scores.POLICY else None

    @cached_property
    def job_order(self) -> Indices:
        """Shape (c,): places in ``jobs``, best score first, then by index."""
        return np.argsort(-self.job_scores, kind="stable")

    @cached_property
    def machine_order(self) -> Indices:
        """Shape (q,): places in ``machines``, best score first, then by index."""
        return np.argsort(-self.machine_scores, kind="stable")

    @property
    def other_job(self) -> int | None:
        """The best job that was not chosen; ``None`` when there was no choice."""
        return _other(self.jobs[self.job_order], self.job)

    @property
    def other_machine(self) -> int | None:
        """The best machine that was not chosen; ``None`` when there was no choice."""
        return _other(self.machines[self.machine_order], self.machine)


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
        for name, kind in _ARRAYS.items():
            array = np.asarray(getattr(self, name), dtype=kind)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        _check(self)

    def __len__(self) -> int:
        return len(self.job)

    @property
    def nbytes(self) -> int:
        """Bytes of all its arrays, not packed."""
        return sum(getattr(self, name).nbytes for name in _ARRAYS)

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

    def to_bytes(self) -> bytes:
        """Return the trace as one file: an npz archive without pickles."""
        head = {
            "format": FORMAT,
            "problem_hash": self.problem_hash,
            "scheduler": self.scheduler,
            "model": self.model,
            "seed": self.seed,
            "objective": list(self.objective),
            "lookahead": self.lookahead if isfinite(self.lookahead) else "inf",
            "scores": self.scores.value,
        }
        text = np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)
        buffer = io.BytesIO()
        arrays = {name: getattr(self, name) for name in _ARRAYS}
        np.savez_compressed(buffer, head=text, **arrays)
        return buffer.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Trace:
        """
        Read a trace that :meth:`to_bytes` wrote.

        Raises
        ------
        TraceError
            When it is none, is damaged, or unpacks to too much.
        """
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                size = sum(entry.file_size for entry in archive.infolist())
            if size > LARGEST:
                raise TraceError(
                    f"A trace of {size:,} bytes is too large; the most is {LARGEST:,}."
                )
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                head = json.loads(file["head"].tobytes().decode())
                arrays = {name: file[name] for name in _ARRAYS}
        except TraceError:
            raise
        except (
            zipfile.BadZipFile,
            zipfile.LargeZipFile,
            KeyError,
            OSError,
            EOFError,
            ValueError,
            NotImplementedError,
        ) as error:
            raise TraceError(f"This file holds no trace: {error}") from error
        return cls(**_headed(head), **_typed(arrays))


class Recorder:
    """
    Collects decisions while a schedule is made.

    Parameters
    ----------
    problem, objective
        What is scheduled.
    scheduler, model, seed, lookahead, scores
        See :class:`Trace`.
    """

    def __init__(
        self,
        problem: Problem,
        objective: Objective,
        *,
        scheduler: str,
        model: str = "",
        seed: int = 0,
        lookahead: float = 0.0,
        scores: Scores = Scores.POLICY,
    ) -> None:
        self.problem, self.objective = problem, objective
        self._head: dict[str, Any] = {
            "problem_hash": problem.content_hash,
            "scheduler": scheduler,
            "model": model,
            "seed": seed,
            "objective": objective.weights,
            "lookahead": lookahead,
            "scores": scores,
        }
        self._steps: list[tuple[Any, ...]] = []

    def __len__(self) -> int:
        return len(self._steps)

    def add(
        self,
        clock: float,
        job: int,
        machine: int,
        jobs: Any,
        job_scores: Any,
        machines: Any,
        machine_scores: Any,
        value: float = float("nan"),
        forced: tuple[bool, bool] = (False, False),
    ) -> None:
        """
        Note one decision; see :class:`Decision`.

        The arrays are kept, not copied: anything NumPy can read, never to be changed.
        """
        self._steps.append(
            (
                clock,
                job,
                machine,
                jobs,
                job_scores,
                machines,
                machine_scores,
                value,
                forced,
            )
        )

    def copy(self, trace: Trace, steps: int) -> None:
        """Note the first decisions of another trace as they are."""
        for t in range(steps):
            jobs = slice(*trace.job_first[t : t + 2].tolist())
            machines = slice(*trace.machine_first[t : t + 2].tolist())
            self.add(
                float(trace.clock[t]),
                int(trace.job[t]),
                int(trace.machine[t]),
                trace.jobs[jobs],
                trace.job_scores[jobs],
                trace.machines[machines],
                trace.machine_scores[machines],
                float(trace.value[t]),
                (bool(trace.forced[t, 0]), bool(trace.forced[t, 1])),
            )

    def finish(self, schedule: Schedule) -> Trace:
        """
        Return the trace.

        Parameters
        ----------
        schedule
            What the decisions led to; costs and bounds follow from it.

        Raises
        ------
        ValueError
            When not every job was placed exactly once.
        """
        columns = list(zip(*self._steps, strict=True)) or [()] * 9
        job = np.array(columns[1], dtype=np.int32)
        times = np.stack(
            [schedule.setup_start, schedule.setup_end, schedule.start, schedule.end]
        )[:, job]
        setup = setup_seconds(self.problem, schedule)[job]
        cost, bound = _running(self.problem, self.objective, job, times[3], setup)
        job_first, jobs = _ragged(columns[3], np.int32)
        machine_first, machines = _ragged(columns[5], np.int32)
        return Trace(
            **self._head,
            clock=np.array(columns[0]).astype(np.int64),
            job=job,
            machine=np.array(columns[2], dtype=np.int32),
            setup=setup,
            times=times,
            value=np.array(columns[7], dtype=np.float32),
            cost=cost,
            bound=bound,
            job_first=job_first,
            jobs=jobs,
            job_scores=_ragged(columns[4], np.float32)[1],
            machine_first=machine_first,
            machines=machines,
            machine_scores=_ragged(columns[6], np.float32)[1],
            forced=np.array(columns[8], dtype=np.bool_).reshape(-1, 2),
        )


def softmax(scores: Floats) -> Floats:
    """Probabilities of logits, in float64; they sum to 1."""
    weights = np.exp(scores - scores.max())
    probabilities: Floats = weights / weights.sum()
    return probabilities


_ARRAYS: dict[str, type[np.generic]] = {
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


def _other(ranked: Indices, chosen: int) -> int | None:
    """First entry that is not the chosen one."""
    left = ranked[ranked != chosen]
    return int(left[0]) if len(left) else None


def _ragged(
    rows: Sequence[Any], kind: type[np.generic]
) -> tuple[Indices, NDArray[Any]]:
    """First row of each, and all rows behind each other."""
    arrays = [np.asarray(row, dtype=kind) for row in rows]
    first = np.concatenate([[0], np.cumsum([len(x) for x in arrays])]).astype(np.int64)
    return first, np.concatenate(arrays) if arrays else np.empty(0, dtype=kind)


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


def _running(
    problem: Problem, objective: Objective, job: NDArray[np.int32], end: Any, setup: Any
) -> tuple[Floats, Floats]:
    """Cost of what is scheduled after each decision, and the bound on the whole."""
    x, y, z = objective.scales(problem)
    fixed, tardy, setups = problem.fixed_figures
    late = problem.weight[job] * np.maximum(end - problem.due[job], 0.0)
    paid = y * (tardy + np.cumsum(late)) + z * (setups + np.cumsum(setup))
    first = (problem.not_before + problem.smallest_processing + problem.tail).max()
    longest = np.maximum(first, np.maximum.accumulate(end + problem.tail[job]))
    ends = np.maximum.accumulate(end)
    return x * np.maximum(ends, fixed) + paid, x * np.maximum(longest, fixed) + paid


def _headed(head: object) -> dict[str, Any]:
    """Fields of a trace from the head of its file."""
    if not isinstance(head, dict) or head.pop("format", None) != FORMAT:
        raise TraceError(f"Expected a trace of format {FORMAT}; this is another.")
    try:
        wait = head["lookahead"]
        a, b, c = map(float, head["objective"])
        return {
            "problem_hash": str(head["problem_hash"]),
            "scheduler": str(head["scheduler"]),
            "model": str(head["model"]),
            "seed": int(head["seed"]),
            "objective": (a, b, c),
            "lookahead": float(wait),
            "scores": Scores(head["scores"]),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise TraceError(f"The head of this trace is damaged: {error}") from error


def _typed(arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """Return the arrays, each of its own type."""
    for name, array in arrays.items():
        if array.dtype != _ARRAYS[name]:
            raise TraceError(f"{name} holds {array.dtype}, expected {_ARRAYS[name]}.")
    return arrays


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


def by_planner(job_forced: bool, machine_forced: bool) -> str:
    """Say what the planner chose, of job and machine: ``planner (job)``."""
    chosen = {"job": job_forced, "machine": machine_forced}
    return f"planner ({' and '.join(name for name, own in chosen.items() if own)})"


def certainty(doubt: float) -> str:
    """
    How sure a scheduler was, in words.

    Parameters
    ----------
    doubt
        An entry of :attr:`Trace.entropy`.
    """
    for most, words in ((0.05, "sure"), (0.3, "fairly sure"), (0.6, "in doubt")):
        if doubt < most:
            return words
    return "torn" if isfinite(doubt) else "unknown"
