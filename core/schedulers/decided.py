"""The part of a plan that was still to be decided, to be stepped through by itself."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.planning.trace import Trace
from core.policy.checkpoint import Model
from core.policy.errors import ModelError
from core.policy.shipped import load_default_model
from core.problem.model import Problem
from core.problem.schedule import Schedule
from core.schedulers.from_now import whole_of
from core.schedulers.replay import replayed
from core.timing.committing import committed
from core.timing.retime import retime


def decided(plan: Plan) -> Plan | None:
    """
    Return the part of a plan that was decided from some moment on, with its decisions.

    What had begun, and what was frozen, is not in it: machines are free and set up as
    that leaves them, so that a policy can be walked through the rest.

    Parameters
    ----------
    plan
        Of a shift that was under way, or not.

    Returns
    -------
    Plan or None
        The plan itself where all of it was decided; ``None`` where all was past
        change. Jobs are those of ``plan.result.rest``, with the moments that they
        were held back to as their release.
    """
    result, rest = plan.result, plan.result.rest
    if result.floor is None:
        return plan
    if rest is None:
        return None
    place = {name: j for j, name in enumerate(result.problem.job_ids)}
    jobs = np.array([place[name] for name in rest.job_ids])
    part, schedule = _as_decided(rest, result.schedule, jobs)
    shift = plan.shift
    left = replace(
        shift,
        problem=part,
        floor=None,
        extras={name: tuple(x[j] for j in jobs) for name, x in shift.extras.items()},
        materials=tuple(shift.materials[j] for j in jobs) if shift.materials else (),
    )
    return Plan(left, plan.settings, _result(result, part, schedule))


def rejoined(plan: Plan, result: Result) -> Plan:
    """
    Return a plan with its decided part made otherwise.

    Parameters
    ----------
    plan
        The whole plan.
    result
        Of the problem of ``decided(plan)``.
    """
    whole = plan.result
    if whole.floor is None or whole.rest is None:
        return Plan(plan.shift, plan.settings, result)
    rest = replace(result, problem=whole.rest, trace=None)
    fixed = committed(whole.problem, whole.floor)
    return Plan(plan.shift, plan.settings, whole_of(rest, whole.problem, fixed))


def _as_decided(
    rest: Problem, whole: Schedule, jobs: np.ndarray
) -> tuple[Problem, Schedule]:
    """
    Return the rest as its decisions made it, and the plan of it.

    Where a job starts later than its place in the order asks for, because it kept the
    start that it had, that start is its release.
    """
    start, machine = whole.start[jobs], whole.machine[jobs]
    order = np.lexsort((whole.end[jobs], start))
    sequences = [
        [int(j) for j in order if machine[j] == k] for k in range(rest.num_machines)
    ]
    part = rest
    while True:
        schedule = retime(part, sequences)
        early = schedule.start < start
        if not early.any():
            return part, schedule
        release = np.where(early, np.maximum(part.release, start), part.release)
        part = replace(part, release=release)


def _result(result: Result, part: Problem, schedule: Schedule) -> Result:
    """Return the part's result, with what the default policy makes of its decisions."""
    trace, model = _trace(result, part, schedule), None
    if trace is not None:
        model = trace.model
    return replace(
        result,
        problem=part,
        schedule=schedule,
        model=model,
        trace=trace,
        floor=None,
        rest=None,
    )


def _trace(result: Result, part: Problem, schedule: Schedule) -> Trace | None:
    """Walk the default policy through the plan; ``None``: it cannot be."""
    try:
        model: Model = load_default_model()
    except ModelError:
        return None
    return replayed(
        part,
        result.objective,
        schedule,
        model,
        scheduler=result.scheduler,
        seed=result.seed,
    )
