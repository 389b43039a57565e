"""What a problem refuses: arrays that do not fit, values out of range."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.problem.problem_fields import PER_JOB, PER_MACHINE, ProblemFields
from core.problem.rows import index_of
from core.problem.setups import Setups

LONGEST = 10**10  # seconds, 300 years: sums over a shift stay exact in float64
# Seconds, 1,000 years: no plan of a problem may end later, so every end is a date, and
# simulation knows of a moment that is behind every plan.
HORIZON = 1000 * 366 * 24 * 3600
MOST_TIMES = 10.0  # a time that may be ten times the planned one is no plan
SHORTEST_BETWEEN = 360.0  # seconds of work between two breakdowns


def check_shapes(problem: ProblemFields, n: int, m: int, g: int) -> None:
    """Refuse arrays whose shapes do not fit n jobs, m machines and g groups."""
    if n < 1 or m < 1:
        raise ValueError(f"A problem needs jobs and machines, got {n} and {m}.")
    expected: dict[str, tuple[int, ...]] = {
        **dict.fromkeys(PER_JOB, (n,)),
        **dict.fromkeys(("processing", "preferred"), (n, m)),
        **dict.fromkeys(PER_MACHINE, (m,)),
        "precedence": (len(problem.precedence), 2),
        "setup": (len(problem.setup), g + 1, g),
    }
    for name, shape in expected.items():
        if getattr(problem, name).shape != shape:
            got = getattr(problem, name).shape
            raise ValueError(f"{name} has shape {got}, expected {shape}.")
    if len(problem.calendars) != m:
        raise ValueError(f"Got {len(problem.calendars)} calendars for {m} machines.")
    for name in ("job_ids", "machine_ids"):
        index_of(getattr(problem, name), name[:-4])


def check_values(problem: ProblemFields) -> None:
    """Refuse values out of range, naming the job or machine at fault."""
    eligible = np.isfinite(problem.processing)
    times = np.where(eligible, problem.processing, 1.0)
    per_job = {
        "has a processing time that is not a positive whole number of seconds": (
            (times < 1)
            | (times != np.floor(times))
            | np.isnan(problem.processing)
            | np.isneginf(problem.processing)
        ).any(axis=1),
        "is eligible on no machine": ~eligible.any(axis=1),
        "has a negative release": problem.release < 0,
        f"has a time above {LONGEST} s": (times > LONGEST).any(axis=1)
        | (problem.release > LONGEST),
        "has a due date that is not a number": np.isnan(problem.due)
        | np.isneginf(problem.due),
        "has a weight that is not positive": ~(
            (problem.weight > 0) & np.isfinite(problem.weight)
        ),
        "has a negative wait after its end": problem.wait_after < 0,
        f"has a wait above {LONGEST} s after its end": problem.wait_after > LONGEST,
        "is reserved on a machine without a start, or at a start without a machine": (
            (problem.reserved_machine < 0) != (problem.reserved_start < 0)
        ),
        f"is reserved at a start above {LONGEST} s": problem.reserved_start > LONGEST,
        "has a reservation that is neither -1 nor one": (
            (problem.reserved_machine < -1) | (problem.reserved_start < -1)
        ),
        f"is reserved on a machine outside 0 … {len(problem.machine_ids) - 1}": (
            problem.reserved_machine >= len(problem.machine_ids)
        ),
    }
    for fault, jobs in {**per_job, **_faults_of_spread(problem)}.items():
        if jobs.any():
            raise ValueError(f"Job {problem.job_ids[int(jobs.argmax())]!r} {fault}.")
    between, repair = problem.between_breakdowns, problem.repair
    absurd = ~(np.isfinite(between) & np.isfinite(repair) & (repair >= 0))
    absurd |= ((between > 0) != (repair > 0)) | (
        (between != 0) & ~(between >= SHORTEST_BETWEEN)
    )
    if absurd.any():
        machine = problem.machine_ids[int(absurd.argmax())]
        raise ValueError(
            f"Machine {machine!r} has only one of the times between breakdowns and of "
            f"a repair, or breaks down more often than every {SHORTEST_BETWEEN:g} s."
        )
    if (problem.available < 0).any():
        machine = problem.machine_ids[int((problem.available < 0).argmax())]
        raise ValueError(f"Machine {machine!r} is available before plan start.")
    if (problem.available > LONGEST).any():
        machine = problem.machine_ids[int((problem.available > LONGEST).argmax())]
        raise ValueError(f"Machine {machine!r} is available after {LONGEST} s.")
    if ((problem.setup < 0) | (problem.setup > LONGEST)).any():
        raise ValueError(f"A setup time is negative or above {LONGEST} s.")
    for name, size in problem.index_ranges().items():
        values = getattr(problem, name)
        if values.size and not (values.min() >= 0 and values.max() < size):
            raise ValueError(f"{name} has an index outside 0 … {size - 1}.")


def largest_work(
    processing: NDArray[np.float64], setup: NDArray[np.int64], group: NDArray[np.int64]
) -> int:
    """Seconds of all jobs at their slowest, each with its largest setup."""
    slowest = np.where(np.isfinite(processing), processing, 0).max(axis=1).sum()
    return int(slowest) + int(setup.max(axis=(0, 1))[group].sum())


def check_horizon(problem: ProblemFields) -> None:
    """
    Refuse a problem of which a plan could end after the horizon.

    From the last release, availability and closure on all is open. Some job runs, is
    set up for or waits at any moment then, so no plan takes longer than all jobs one
    by one.
    """
    closed = [int(c.closures[-1, 1]) for c in problem.calendars if len(c.closures)]
    times = (problem.release, problem.available, problem.reserved_start)
    latest = max(*(int(x.max()) for x in times), *closed, 0)
    work = largest_work(problem.processing, problem.setup, problem.group)
    waited_for = np.unique(problem.precedence[:, 0])
    end = latest + work + int(problem.wait_after[waited_for].sum())
    if end > HORIZON:
        raise ValueError(
            f"A plan could end {end} s after its start, more than 1,000 years "
            f"({HORIZON} s). All has happened by {latest} s, and the jobs take up to "
            f"{work} s one by one."
        )


def check_reservations(problem: Setups) -> None:
    """
    Refuse reservations that cannot be kept.

    With these alone on their machines every one can be: then a job beside them may
    be placed or not, and there is a way on.
    """
    end = np.zeros(len(problem.job_ids), dtype=np.int64)
    free, group = problem.machine_starts()
    last = np.full(len(problem.machine_ids), -1)
    reserved = np.flatnonzero(problem.reserved_machine >= 0)
    for j in reserved[np.argsort(problem.reserved_start[reserved])].tolist():
        k, start = int(problem.reserved_machine[j]), int(problem.reserved_start[j])
        calendar = problem.calendars[k]
        where = f"{problem.job_ids[j]!r}, reserved on {problem.machine_ids[k]!r}"
        here = f"Job {where} at {start} s,"
        if not np.isfinite(problem.processing[j, k]):
            raise ValueError(f"Job {where}, may not run there.")
        if start < problem.release[j]:
            raise ValueError(f"{here} is released at {problem.release[j]} s only.")
        if int(calendar.next_open(start)) != start:
            raise ValueError(f"{here} would start while the machine is closed.")
        needed = problem.setup_seconds(k, group[k], problem.group[j])
        opened = np.diff(calendar.open_seconds([min(free[k], start), start]))
        if free[k] > start or opened < needed:
            before = "plan start" if last[k] < 0 else repr(problem.job_ids[last[k]])
            raise ValueError(
                f"{here} does not leave time for what must be before: the machine is "
                f"free at {free[k]} s after {before}, and its setup takes {needed} s."
            )
        work = int(problem.processing[j, k])
        end[j] = calendar.finish(start, work)
        if not problem.may_pause[j] and end[j] != start + work:
            raise ValueError(f"{here} may not pause, and the machine closes before.")
        for i in problem.precedence[problem.precedence[:, 1] == j, 0].tolist():
            name = problem.job_ids[i]
            if problem.reserved_machine[i] < 0:
                raise ValueError(f"{here} has a predecessor {name!r} without one.")
            later = problem.reserved_start[i] >= start
            if later or end[i] + problem.wait_after[i] > start:
                raise ValueError(f"{here} would start before {name!r} lets it.")
        free[k], group[k], last[k] = end[j], problem.group[j], j


def _faults_of_spread(problem: ProblemFields) -> dict[str, NDArray[np.bool_]]:
    """Shape (n,) each: which jobs have low and high times that cannot be."""
    low, high = problem.time_low, problem.time_high
    given = (low != 0) | (high != 0)
    return {
        "has only one of the low and high times": (low == 0) != (high == 0),
        "has a low time above its high time": low > high,
        "has a low time that is not above zero": given & ~(low > 0),
        "has a low time above the planned one": given & ~(low <= 1),
        "has a high time below the planned one": given & ~(high >= 1),
        f"has a high time above {MOST_TIMES:g} times the planned one": (
            given & ~(high <= MOST_TIMES)
        ),
    }
