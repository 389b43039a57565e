"""
Dispatch rules in one loop of machine code.

The formulas are those of :mod:`core.planning.dispatch_rules`. A priority that a job has
for good is computed by that very formula; the other four are written again here, and
tests hold every plan equal to that of the tensors.
"""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import NamedTuple

import numpy as np

from core.planning.dispatch_rules import NO_DUE, RULES
from core.planning.scheduler import Pace, Progress, silent
from core.planning.stopping import Stop, never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.variants import Variant, chain_lengths
from core.simulation.compiled.arrays import Fixed, Moving
from core.simulation.compiled.finished import cost_so_far, finished_schedule
from core.simulation.compiled.start import at_start, copied, restart
from core.simulation.compiled.step import step_one
from core.simulation.problems.problem_arrays import Flags, Floats, ProblemArrays
from core.simulation.problems.side_by_side import side_by_side
from core.timing.kernel import place
from core.timing.machine_code import machine_code

STEPS = 256  # decisions between two looks at the stop button

# How the loop finds a priority: it stands fast, or by one of four formulas.
FAST, FIFO, ECT, SUFFERAGE, ATCS = range(5)
COMPILED = {
    **dict.fromkeys(("spt", "lpt", "edd", "mwkr", "mor", "lpt-wait", "edd-wait"), FAST),
    **{"fifo": FIFO, "ect": ECT, "sufferage": SUFFERAGE, "atcs": ATCS},
}


class RuleArrays(NamedTuple):
    """What the loop needs besides the problem; n jobs, m machines."""

    priority: Floats  # (n,) where it stands fast
    due: Floats  # (n,) that of the jobs behind counted back
    log_ratio: Floats  # (n, m) logarithm of weight over processing
    near: float  # slack that counts e-fold, seconds
    usual: float  # setup that does
    end: Floats  # (n, m) room: exact end of each job on each machine, were it next
    known: Flags  # (n,) room: the jobs whose ends are known


@dataclass(frozen=True, eq=False)
class StandingJobs:
    """All jobs at plan start, for the formulas whose values stand fast."""

    due: Floats
    mean_processing: Floats
    work_remaining: Floats
    jobs_behind: Floats


def best_by_machine_code(
    problem: Problem,
    objective: Objective,
    tried: Sequence[Variant],
    stop: Stop = never,
    progress: Progress = silent,
) -> tuple[Variant, Schedule, float]:
    """
    Plan with each variant; see :func:`core.schedulers.dispatching.rules.best_of`.

    Parameters
    ----------
    problem, objective
        What is planned, and what plans are judged by.
    tried
        Variants of the rules in ``COMPILED``.
    stop, progress
        See :class:`core.planning.scheduler.Scheduler`.

    Raises
    ------
    ValueError
        When there is no variant.
    PlanningCancelled
        When ``stop`` says so.
    """
    if not tried:
        raise ValueError("Expected a rule, got none.")
    arrays = side_by_side([problem], [objective])
    jobs = StandingJobs(
        due=arrays.effective_due[0],
        mean_processing=arrays.mean_processing[0],
        work_remaining=arrays.tail[0] + arrays.smallest_processing[0],
        jobs_behind=chain_lengths(problem),
    )
    with np.errstate(divide="ignore"):  # a job without weight comes last
        log_ratio = np.log(arrays.weight[0][:, None] / arrays.processing[0])
    end, known = np.zeros_like(log_ratio), np.zeros(problem.num_jobs, dtype=np.bool_)
    pace = Pace(len(tried) * problem.num_jobs, "trying rules", stop, progress)
    fixed, best = Fixed.of(arrays), None
    for wait in sorted({RULES[variant.name].lookahead for variant in tried}):
        start = at_start(arrays, wait)
        moving = copied(start)
        for variant in tried:
            rule = RULES[variant.name]
            if rule.lookahead != wait:
                continue
            standing = COMPILED[variant.name] == FAST
            near, usual = _scales(arrays, variant)
            r = RuleArrays(
                priority=rule.priority(jobs) if standing else jobs.jobs_behind,
                due=jobs.due,
                log_ratio=log_ratio,
                near=near,
                usual=usual,
                end=end,
                known=known,
            )
            restart(moving, start)
            known[:] = False
            while moving.remaining[0]:
                pace.step(play_rule(fixed, moving, r, COMPILED[variant.name], STEPS))
            cost = cost_so_far(arrays, moving)
            if best is None or cost < best[2]:
                best = variant, finished_schedule(moving), cost
    if best is None:
        raise ValueError("Expected a rule, got none.")
    return best


def _scales(arrays: ProblemArrays, variant: Variant) -> tuple[float, float]:
    """Slack and setup that count e-fold: ATCS's parameters, in seconds."""
    if not variant.parameters:
        return 1.0, 1.0
    k1, k2 = variant.parameters
    usual = max(float(arrays.usual_setup[0]), 1e-9)
    return k1 * float(arrays.scale[0]), k2 * usual


@machine_code
def play_rule(f: Fixed, s: Moving, r: RuleArrays, kind: int, steps: int) -> int:
    """Place some jobs; returns how many, fewer where all are placed before."""
    for t in range(steps):
        if s.remaining[0] == 0:
            return t
        best, peak = -1, -inf
        for j in range(s.job_mask.shape[1]):
            if s.job_mask[0, j] and not _early(f, s, j):
                priority = _of_job(f, s, r, kind, j)
                if best < 0 or priority > peak:
                    best, peak = j, priority
        chosen, first = -1, inf
        for k in range(s.ready.shape[1]):
            if _may(s, best, k) and (
                (kind != ECT and kind != ATCS)
                or _of_pair(f, s, r, kind, best, k) == peak
            ):
                end = _end(f, s, best, k)
                if chosen < 0 or end < first:
                    chosen, first = k, end
        step_one(f, s, 0, best, chosen)
        if kind in (ECT, SUFFERAGE):
            for j in range(len(r.known)):
                if r.known[j] and not s.scheduled[0, j]:
                    r.end[j, chosen] = _end(f, s, j, chosen)
    return steps


@machine_code
def _of_job(f: Fixed, s: Moving, r: RuleArrays, kind: int, j: int) -> float:
    """Priority of a job: its own, or that of its best machine."""
    if kind == FAST:
        return r.priority[j]
    if kind == FIFO:
        return -s.job_ready[0, j]
    if kind != ATCS and not r.known[j]:
        r.known[j] = True
        for k in range(s.ready.shape[1]):
            r.end[j, k] = _end(f, s, j, k)
    if kind == SUFFERAGE:
        first = second = inf
        for k in range(s.ready.shape[1]):
            if _may(s, j, k):
                end = r.end[j, k]
                if end < first:
                    first, second = end, first
                elif end < second:
                    second = end
        return second - first
    peak = -inf
    for k in range(s.ready.shape[1]):
        if _may(s, j, k):
            peak = max(peak, _of_pair(f, s, r, kind, j, k))
    return peak


@machine_code
def _of_pair(f: Fixed, s: Moving, r: RuleArrays, kind: int, j: int, k: int) -> float:
    """Priority of a job on a machine that may be chosen."""
    if kind == ECT:
        return -r.end[j, k]
    slack = max(r.due[j] - f.processing[0, j, k] - s.now[0], 0.0)
    setup = f.setup[s.setup_offset[0, k] + f.group[0, j]]
    return r.log_ratio[j, k] - min(slack / r.near, NO_DUE) - setup / r.usual


@machine_code
def _early(f: Fixed, s: Moving, j: int) -> bool:
    """Whether a job is reserved and not due to start yet: others may fit before it."""
    return f.reserved_start[0, j] >= 0 and s.earliest[0, j] > s.now[0]


@machine_code
def _may(s: Moving, j: int, k: int) -> bool:
    """Whether a job may be placed on a machine next."""
    start = s.earliest_start[0, j, k]
    return start <= s.limit[0] and start < inf


@machine_code
def _end(f: Fixed, s: Moving, j: int, k: int) -> float:
    """Exact end of a job, were it next on a machine; +inf where not eligible."""
    processing = f.processing[0, j, k]
    if processing == inf:
        return inf
    times = place(
        f.closures,
        k,
        int(s.ready[0, k]),
        int(s.job_ready[0, j]),
        int(f.setup[s.setup_offset[0, k] + f.group[0, j]]),
        int(processing),
        f.may_pause[0, j],
    )
    return float(times[3])
