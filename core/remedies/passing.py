"""Jobs of an order pass others, one by one, until the order is on time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from core.decisions.lateness import Lateness
from core.problem.measures.orders import Order
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.timing.retime import retime

Sequences = tuple[tuple[int, ...], ...]
Late = Callable[[NDArray[np.int64]], tuple[float, float]]

MOST_MOVES = 12


def passed(
    problem: Problem,
    sequences: Sequences,
    wanted: Sequence[Order],
    lateness: Late,
    eager: float,
    elsewhere: bool,
) -> Sequences:
    """
    Move jobs of some orders forward, the best single move first.

    Parameters
    ----------
    problem, sequences
        A problem, and orders of its jobs on the machines that can be timed.
    wanted
        The orders to have on time.
    lateness
        Seconds that the wanted orders are late, and all others, from the ends (n,).
    eager
        What a second of the first counts against one of the second.
    elsewhere
        Whether jobs may change their machine.

    Returns
    -------
    Sequences
        Those given where no move helps.
    """
    own = {job for order in wanted for job in order.jobs}
    plan = retime(problem, sequences)
    late, others = lateness(plan.end)
    for _ in range(MOST_MOVES):
        if late == 0:
            break
        best = eager * late + others
        found: tuple[Sequences, Schedule] | None = None
        explained = Lateness(problem, plan)
        chains = {x.job for order in wanted for x in explained.why(order).chain}
        for job in sorted(chains & own):
            for tried in _moved(problem, sequences, job, elsewhere):
                try:
                    there = retime(problem, tried)
                except ValueError:  # the job would wait for itself
                    continue
                if not keeps_reservations(problem, there):
                    continue
                first, second = lateness(there.end)
                if eager * first + second < best:
                    best, found = eager * first + second, (tried, there)
        if found is None:
            break
        sequences, plan = found
        late, others = lateness(plan.end)
    return sequences


def keeps_reservations(problem: Problem, schedule: Schedule) -> bool:
    """Whether every reserved job starts where it is reserved."""
    reserved = problem.reserved_machine >= 0
    return bool(
        (schedule.start == problem.reserved_start)[reserved].all()
        and (schedule.machine == problem.reserved_machine)[reserved].all()
    )


def _moved(
    problem: Problem, sequences: Sequences, job: int, elsewhere: bool
) -> Iterator[Sequences]:
    """Every order with one job further forward, or anywhere on another machine."""
    here = next(k for k, jobs in enumerate(sequences) if job in jobs)
    rest = tuple(x for x in sequences[here] if x != job)
    without = (*sequences[:here], rest, *sequences[here + 1 :])
    machines = np.flatnonzero(problem.eligible[job]).tolist() if elsewhere else [here]
    for k in machines:
        jobs = without[k]
        last = sequences[here].index(job) if k == here else len(jobs) + 1
        for place in reversed(range(last)):  # of two as good, the one that passes less
            longer = (*jobs[:place], job, *jobs[place:])
            yield (*without[:k], longer, *without[k + 1 :])


def changes_in_words(problem: Problem, before: Sequences, after: Sequences) -> str:
    """Say which jobs run where and before which, that did not."""
    old = {job: (k, i) for k, jobs in enumerate(before) for i, job in enumerate(jobs)}
    said = []
    for k, jobs in enumerate(after):
        name = problem.machine_ids[k]
        stayed = [job for job in jobs if old[job][0] == k]
        for i, job in enumerate(jobs):
            was = old[job][0]
            behind = next((x for x in jobs[i + 1 :]), None)
            if was != k:
                text = f"{problem.job_ids[job]} on {name} instead of "
                text += problem.machine_ids[was]
            elif any(old[x][1] < old[job][1] for x in stayed[stayed.index(job) :]):
                text = f"{problem.job_ids[job]} on {name}"
            else:
                continue
            if behind is not None:
                family = problem.family_names[problem.family[behind]]
                other = problem.job_ids[behind]
                text += f" before {other}"
                text += "" if family == other else f" of {family}"
            said.append(text)
    return "; ".join(said)
