"""What a job, a machine, a release or a closure makes late, machine orders kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from core.problem.altered import opened, released, with_copies
from core.problem.checks import LONGEST
from core.problem.floor import Floor
from core.problem.measures.orders import Order, orders
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.open_part import open_part
from core.timing.retime import retime

Sequences = Sequence[Sequence[int]]


@dataclass(frozen=True, eq=False)
class PlanNow:
    """
    A plan that may be under way.

    Parameters
    ----------
    problem, schedule
        Every job, and a valid schedule of them.
    floor
        What was past change when it was planned; ``None``: nothing.
    materials
        Material whose arrival releases each job; none: releases are just that.
    """

    problem: Problem
    schedule: Schedule
    floor: Floor | None = None
    materials: tuple[str, ...] = ()


@dataclass(frozen=True)
class OrderEffect:
    """
    What something does to one order.

    Parameters
    ----------
    order
        Which order.
    end, end_without
        Seconds since plan start at which it ends with it, and were it not there.
    """

    order: Order
    end: int
    end_without: int

    @property
    def late(self) -> float:
        """Seconds of its lateness that go away without it; negative: it gets later."""
        late = max(self.end - self.order.due, 0.0)
        return late - max(self.end_without - self.order.due, 0.0)


@dataclass(frozen=True)
class Effect:
    """
    What something makes late.

    Parameters
    ----------
    orders
        Every order, the most affected first.
    """

    orders: tuple[OrderEffect, ...]

    @cached_property
    def made_late(self) -> tuple[OrderEffect, ...]:
        """The orders that it makes late or later, the most affected first."""
        return tuple(order for order in self.orders if order.late > 0)

    @property
    def late(self) -> float:
        """Seconds of lateness that it causes, all orders together."""
        return sum(order.late for order in self.orders)


def effect_of(
    plan: PlanNow, kind: str, index: int, span: tuple[int, int] = (0, LONGEST)
) -> Effect:
    """
    What something makes late of a plan that may be under way.

    Parameters
    ----------
    plan
        The plan, and what of it is past change.
    kind, index
        ``job``, ``release`` or ``delivery`` (of the material that the job waits for)
        and the index of a job; ``machine`` or ``closure`` and that of a machine.
    span
        Of a closure: between which seconds since plan start.

    Returns
    -------
    Effect
        Of the orders that are not all past change, by the jobs that are left.

    Raises
    ------
    ValueError
        When the thing is past change, or cannot be taken away.
    """
    part = open_part(plan.problem, plan.schedule, plan.floor)
    if part is None:
        raise ValueError("Every job has begun or is frozen: nothing can change.")
    problem, schedule = part.problem, part.schedule
    if kind == "machine":
        return effect_of_queue(problem, schedule, index)
    if kind == "closure":
        return effect_of_closure(problem, schedule, index, *span)
    job = part.place(index)
    if job is None:
        name = plan.problem.job_ids[index]
        raise ValueError(f"Job {name!r} has begun or is frozen: that cannot change.")
    if kind == "job":
        return effect_of_job(problem, schedule, job)
    jobs = [job]
    if kind == "delivery":
        wanted = plan.materials[index]
        left = enumerate(part.jobs.tolist())
        jobs = [i for i, j in left if plan.materials[j] == wanted]
    return effect_of_delivery(problem, schedule, jobs, part.soonest[jobs].tolist())


def effect_of_job(problem: Problem, schedule: Schedule, job: int) -> Effect:
    """
    What a job makes late by being there.

    What waited for it then waits for its predecessors; the setup over the gap is
    that between its neighbours, so that an order can also get later without it.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    job
        Which job; its own order is compared by its other jobs.

    Raises
    ------
    ValueError
        When it is the only job.
    """
    if problem.num_jobs == 1:
        raise ValueError(f"Without job {problem.job_ids[job]!r} there is no plan.")
    kept = np.delete(np.arange(problem.num_jobs), job)
    at = np.cumsum(np.isin(np.arange(problem.num_jobs), kept)) - 1
    pairs = {(a, b) for a, b in problem.precedence.tolist() if job not in (a, b)}
    pairs |= {
        (a, b) for a in problem.predecessors[job] for b in problem.successors[job]
    }
    precedence = at[np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)]
    without = replace(problem, **problem.of_jobs(kept) | {"precedence": precedence})
    sequences = [[int(at[j]) for j in jobs if j != job] for jobs in schedule.sequences]
    end = np.zeros(problem.num_jobs, dtype=np.int64)
    end[kept] = retime(without, _padded(sequences, problem)).end
    others = [
        replace(order, jobs=tuple(j for j in order.jobs if j != job))
        for order in orders(problem)
    ]
    return _compared(problem, schedule, end, [order for order in others if order.jobs])


def effect_of_queue(problem: Problem, schedule: Schedule, machine: int) -> Effect:
    """
    What a machine makes late by doing one thing at a time.

    Compared with a shop in which each of its jobs finds a machine of its own, just
    as open and set up for it as in the plan.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    machine
        Which machine.
    """
    sequences = _padded(schedule.sequences, problem)
    queue = sequences[machine]
    before = [problem.at_start(machine)[1], *problem.group[list(queue)]]
    copies = len(queue) - 1
    if copies < 1:
        return _compared(problem, schedule, retime(problem, sequences).end)

    name = problem.machine_ids[machine]
    names = [f"{name}\0{i}" for i in range(copies)]  # nobody reads them
    without = with_copies(problem, machine, names, before[1 : copies + 1])
    alone = [list(jobs) for jobs in sequences] + [[job] for job in queue[1:]]
    alone[machine] = [queue[0]]
    return _compared(problem, schedule, retime(without, alone).end)


def effect_of_release(problem: Problem, schedule: Schedule, job: int) -> Effect:
    """
    What a job makes late by not being released, its material not there, at plan start.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    job
        Which job.
    """
    without = released(problem, job, 0)
    return _compared(problem, schedule, _end(without, schedule))


def effect_of_delivery(
    problem: Problem, schedule: Schedule, jobs: Sequence[int], moments: Sequence[int]
) -> Effect:
    """
    What a delivery makes late by not being there before.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    jobs, moments
        The jobs that it releases, and since when each could be released without it,
        seconds since plan start.
    """
    without = problem
    for job, moment in zip(jobs, moments, strict=True):
        without = released(without, job, int(moment))
    return _compared(problem, schedule, _end(without, schedule))


def effect_of_closure(
    problem: Problem, schedule: Schedule, machine: int, begin: int, end: int
) -> Effect:
    """
    What a machine makes late by being closed at some time.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    machine
        Which machine.
    begin, end
        Seconds since plan start between which it is to be open throughout.

    Raises
    ------
    ValueError
        When the machine is open throughout anyway, or the time is empty.
    """
    name = problem.machine_ids[machine]
    if begin >= end:
        raise ValueError(f"Expected a time that ends after it begins; {begin}-{end} s.")
    closures = problem.calendars[machine].closures
    if not ((closures[:, 0] < end) & (closures[:, 1] > begin)).any():
        raise ValueError(f"Machine {name!r} is not closed in that time.")
    without = opened(problem, machine, begin, end)
    return _compared(problem, schedule, _end(without, schedule))


def _padded(sequences: Sequences, problem: Problem) -> Sequences:
    """Return one sequence per machine, the unused ones empty."""
    return [*sequences, *[()] * (problem.num_machines - len(sequences))]


def _end(problem: Problem, schedule: Schedule) -> np.ndarray:
    return retime(problem, _padded(schedule.sequences, problem)).end


def _compared(
    problem: Problem,
    schedule: Schedule,
    without: np.ndarray,
    known: Sequence[Order] | None = None,
) -> Effect:
    """Compare with the same orders, timed as early as they allow."""
    end = _end(problem, schedule)
    found = [
        OrderEffect(
            order,
            int(end[list(order.jobs)].max()),
            int(without[list(order.jobs)].max()),
        )
        for order in (orders(problem) if known is None else known)
    ]
    found.sort(key=lambda x: (-x.late, x.end_without - x.end))
    return Effect(tuple(found))
