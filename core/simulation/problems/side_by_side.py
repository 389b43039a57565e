"""Problems of any sizes side by side, as arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.simulation.problems.machine_prices import machine_prices
from core.simulation.problems.problem_arrays import ProblemArrays, Singles
from core.timing.flat import flat_closures

Kind = TypeVar("Kind", bound=np.generic)


def side_by_side(
    problems: Sequence[Problem], objectives: Sequence[Objective]
) -> ProblemArrays:
    """
    Put problems of any sizes side by side.

    Parameters
    ----------
    problems, objectives
        P of each.

    Raises
    ------
    ValueError
        When there is no problem, or not one objective per problem.
    """
    if not problems or len(problems) != len(objectives):
        raise ValueError(
            f"Expected as many objectives as problems, at least one; got "
            f"{len(problems)} problems and {len(objectives)} objectives."
        )
    n = max(problem.num_jobs for problem in problems)
    m = max(problem.num_machines for problem in problems)
    g = max(problem.num_groups for problem in problems)
    c = max(len(problem.setup) for problem in problems)
    d = max(max(map(len, problem.successors), default=0) for problem in problems)

    def per_job(name: str, fill: float) -> NDArray[np.float64]:
        return _padded([_floats(getattr(p, name)) for p in problems], (n,), fill)

    setup = np.zeros((len(problems), c, g + 1, g))
    rows = np.zeros((len(problems), m, g + 1), dtype=np.int64)
    initial = np.full((len(problems), m), g, dtype=np.int64)
    for i, problem in enumerate(problems):
        own, classes = problem.num_groups, len(problem.setup)
        setup[i, :classes, :own, :own] = problem.setup[:, :own]
        setup[i, :classes, g, :own] = problem.setup[:, own]
        k = problem.num_machines
        first = (i * c + problem.setup_class) * (g + 1) * g
        rows[i, :k] = first[:, None] + np.arange(g + 1) * g
        initial[i, :k] = problem.groups_at_start(g)
    low = [_low_setups(problem) for problem in problems]
    prices = [_prices(p, into) for p, (into, _) in zip(problems, low, strict=True)]
    behind = [_behind(problem) for problem in problems]
    reserved = [_reserved(problem) for problem in problems]
    open_ = Calendar.always_open()  # of padded machines
    closures = flat_closures(
        [
            calendar
            for p in problems
            for calendar in (*p.calendars, *[open_] * (m - p.num_machines))
        ]
    )
    return ProblemArrays(
        num_jobs=np.array([p.num_jobs for p in problems]),
        num_machines=np.array([p.num_machines for p in problems]),
        processing=_padded([p.possible_processing for p in problems], (n, m), np.inf),
        release=per_job("not_before", 0.0),
        due=per_job("due", np.inf),
        weight=per_job("weight", 0.0),
        important=_padded([p.important for p in problems], (n,), False),
        preferred=_padded([p.preferred for p in problems], (n, m), False),
        mean_processing=per_job("mean_processing", 0.0),
        smallest_processing=per_job("smallest_processing", 0.0),
        tail=per_job("tail", 0.0),
        effective_due=_padded([x[0] for x in behind], (n,), np.inf),
        weight_behind=_padded([x[1] for x in behind], (n,), 0.0),
        group=_padded([p.group for p in problems], (n,), 0),
        setup=setup.ravel(),
        setup_row=rows,
        setup_into=_padded([_setup_into(p) for p in problems], (g,), 0.0),
        low_setup_in=_padded([x[0] for x in low], (n, m), 0.0),
        low_setup_out=_padded([x[1] for x in low], (n, m), 0.0),
        machine_type=_padded([p.machine_type for p in problems], (m,), 0),
        priority_class=_padded([_priority_class(p) for p in problems], (n,), 0),
        initial_group=initial,
        available=_padded([_floats(p.available) for p in problems], (m,), 0.0),
        successors=_padded([_successors(p, n, d) for p in problems], (n, d), n),
        num_predecessors=_padded(
            [np.array([len(x) for x in p.predecessors]) for p in problems], (n,), 0
        ),
        wait_after=per_job("wait_after", 0.0),
        may_pause=_padded([p.may_pause for p in problems], (n,), True),
        reserved_start=per_job("reserved_start", -1.0),
        first_reserved=_padded([x[0] for x in reserved], (m,), -1),
        reserved_after=_padded([x[1] for x in reserved], (n,), -1),
        special=np.array(
            [bool({"may_pause", "reserved_machine"} & {*p.stated}) for p in problems]
        ),
        closures=closures,
        has_closures=bool(len(closures.start)),
        scale=np.array([float(p.mean_processing.mean()) for p in problems]),
        horizon=np.array([float(p.ideal_horizon) for p in problems]),
        cost_scales=np.array(
            [o.scales(p) for o, p in zip(objectives, problems, strict=True)],
            dtype=np.float64,
        ),
        fixed_figures=np.array([p.fixed_figures for p in problems], dtype=np.float64),
        objective=np.array(
            [(o.makespan, o.tardiness, o.setup) for o in objectives], dtype=np.float64
        ),
        price=_padded([x[0] for x in prices], (m,), 1.0),
        assignment=_padded([x[1] for x in prices], (n, m), 0.0),
    )


def _prices(problem: Problem, low_in: NDArray[np.float64]) -> tuple[Singles, Singles]:
    """Prices of a problem's machines, found once while the problem is there."""
    found = _PRICES.get(problem)
    if found is None:
        found = machine_prices(
            problem.possible_processing + low_in, _floats(problem.available)
        )
        _PRICES[problem] = found
    return found


# Two threads may both find them: they find the same, and one is kept.
_PRICES: WeakKeyDictionary[Problem, tuple[Singles, Singles]] = WeakKeyDictionary()


def _padded(
    rows: Sequence[NDArray[Kind]], shape: tuple[int, ...], fill: float
) -> NDArray[Kind]:
    """Arrays of some sizes in one, the rest filled; may be written to."""
    array = np.full((len(rows), *shape), fill, dtype=rows[0].dtype)
    for i, row in enumerate(rows):
        corner: tuple[int | slice, ...] = (i, *map(slice, row.shape))
        array[corner] = row
    return array


def _floats(array: NDArray[np.generic]) -> NDArray[np.float64]:
    return array.astype(np.float64)


def _successors(problem: Problem, n: int, d: int) -> NDArray[np.int64]:
    array = np.full((problem.num_jobs, d), n, dtype=np.int64)
    for job, successors in enumerate(problem.successors):
        array[job, : len(successors)] = successors
    return array


def _setup_into(problem: Problem) -> NDArray[np.float64]:
    """Mean setup into each group over the classes and the other jobs' groups."""
    own = problem.num_groups
    jobs = np.bincount(problem.group, minlength=own).astype(np.float64)
    mean = problem.setup[:, :own].mean(axis=0)  # (from, to)
    return jobs @ mean / jobs.sum() if own else np.zeros(0)


def _priority_class(problem: Problem) -> NDArray[np.int64]:
    """Fifth of the jobs that each belongs to, by weight, then by due date."""
    order = np.lexsort((problem.due, -problem.weight))
    rank = np.empty(problem.num_jobs, dtype=np.int64)
    rank[order] = np.arange(problem.num_jobs) * 5 // problem.num_jobs
    return rank


def _low_setups(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lowest tenth of the setups before and after each job, on each machine."""
    groups = problem.group
    tenth = len(groups) // 10
    rows = problem.setup[:, groups]  # (C, N, G) from each job into each group
    into = np.partition(rows, tenth, axis=1)[:, tenth]  # (C, G)
    columns = problem.setup[:, :-1][:, :, groups]  # (C, G, N) from each group
    out = np.partition(columns, tenth, axis=2)[:, :, tenth]  # (C, G)
    kinds = problem.setup_class
    return _floats(into[kinds][:, groups].T), _floats(out[kinds][:, groups].T)


def _reserved(problem: Problem) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First reserved job of each machine, and the next behind each; -1: none."""
    first = np.full(problem.num_machines, -1, dtype=np.int64)
    after = np.full(problem.num_jobs, -1, dtype=np.int64)
    reserved = np.flatnonzero(problem.reserved_start >= 0)
    latest_first = np.argsort(-problem.reserved_start[reserved])
    for job in reserved[latest_first].tolist():
        machine = problem.reserved_machine[job]
        after[job], first[machine] = first[machine], job
    return first, after


def _behind(problem: Problem) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Effective due date of each job, and the weight that waits for it."""
    due = problem.due.copy()
    weight = np.where(np.isfinite(problem.due), problem.weight, 0.0)
    for job in problem.topological_order[::-1].tolist():
        for successor in problem.successors[job]:
            latest = due[successor] - problem.smallest_processing[successor]
            due[job] = min(due[job], latest - problem.wait_after[job])
            weight[job] += weight[successor]
    return due, weight
