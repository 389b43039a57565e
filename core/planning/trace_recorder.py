"""Collects the decisions of a plan while it is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.planning.decision import Floats, Indices, Scores
from core.planning.trace import Trace
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule, setup_seconds


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


def _ragged(
    rows: Sequence[Any], kind: type[np.generic]
) -> tuple[Indices, NDArray[Any]]:
    """First row of each, and all rows behind each other."""
    arrays = [np.asarray(row, dtype=kind) for row in rows]
    first = np.concatenate([[0], np.cumsum([len(x) for x in arrays])]).astype(np.int64)
    return first, np.concatenate(arrays) if arrays else np.empty(0, dtype=kind)


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
