"""Decisions behind a plan that was improved: what the policy makes of each of them."""

from __future__ import annotations

from math import inf

import numpy as np

from core.planning.trace import Trace
from core.planning.trace_recorder import Recorder
from core.policy.checkpoint import Model
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.hierarchical import MOST_TRACED
from core.schedulers.plans import plans_of


def replayed(
    problem: Problem,
    objective: Objective,
    schedule: Schedule,
    model: Model,
    *,
    scheduler: str,
    seed: int,
) -> Trace | None:
    """
    Walk a policy through a plan, job by job in the order of their starts.

    With unlimited lookahead every plan can be made that way, to the second; each
    decision holds the probability that the policy gives to what the plan chose.

    Returns
    -------
    Trace or None
        ``None`` for plans of more than ``MOST_TRACED`` jobs, and for those with idle
        time that no decision makes.
    """
    if problem.num_jobs > MOST_TRACED:
        return None
    recorder = Recorder(
        problem,
        objective,
        scheduler=scheduler,
        model=model.key,
        seed=seed,
        lookahead=inf,
    )
    order = np.lexsort((schedule.end, schedule.start))
    path = list(zip(order.tolist(), schedule.machine[order].tolist(), strict=True))
    plans = plans_of(model, problem, objective, inf)
    played = plans.greedy(recorder=recorder, path=path)
    trace = recorder.finish(played.schedule)
    return trace if trace.is_of(schedule) else None
