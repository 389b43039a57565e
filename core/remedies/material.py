"""Material that comes earlier, or a release that does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

import numpy as np

from core.decisions.lateness import Blame, Lateness
from core.decisions.topic_words import Wording
from core.problem.altered import released
from core.problem.calendar import Seconds
from core.problem.model import Problem
from core.remedies.remedy import Remedy
from core.remedies.yardstick import Try, Yardstick

STEP = 5 * 60  # nobody promises a delivery to the minute


@dataclass(frozen=True, eq=False)
class Deliveries:
    """
    What can come earlier.

    Parameters
    ----------
    materials
        Material whose arrival releases each job; none: releases are just that.
    soonest
        Shape (n,), seconds: no release can be before.
    """

    materials: tuple[str, ...]
    soonest: Seconds


def earlier_material(
    yardstick: Yardstick, deliveries: Deliveries, wording: Wording
) -> Iterator[Try]:
    """Releases that the chains of the orders begin with, as early as it takes."""
    problem, materials = yardstick.problem, deliveries.materials
    lateness = Lateness(problem, yardstick.schedule, materials)
    roots = [lateness.why(order).root for order in yardstick.wanted]
    causes = (Blame.RELEASE, Blame.MATERIAL)
    found = {x.job for x in roots if x is not None and x.cause in causes}
    late = problem.release > deliveries.soonest
    seen: set[str] = set()
    for job in sorted(found):
        name = materials[job] if materials else ""
        if not late[job] or name in seen:
            continue
        if name:
            seen.add(name)
        jobs = [job]
        if name:  # one delivery releases all of its jobs
            same = np.array([x == name for x in materials])
            same &= problem.release == problem.release[job]
            jobs = np.flatnonzero(same & late).tolist()
        yield partial(_earlier, yardstick, deliveries, wording, jobs, name)


def _earlier(
    yardstick: Yardstick,
    deliveries: Deliveries,
    wording: Wording,
    jobs: list[int],
    material: str,
) -> Remedy:
    problem, soonest = yardstick.problem, deliveries.soonest
    release = int(problem.release[jobs[0]])
    first = int(soonest[jobs].min())

    def change(steps: int) -> Problem:
        moment = max(release - steps * STEP, first)
        changed = problem
        for job in jobs:
            changed = released(changed, job, max(moment, int(soonest[job])))
        return changed

    steps = yardstick.fewest(change, -(-(release - first) // STEP))
    at = max(release - steps * STEP, first)
    what = f"{material} arrives"
    if not material:
        what = f"{problem.job_ids[jobs[0]]} is released"
    words = f"{what} at {wording.moment(at)}, {wording.duration(release - at)} earlier"
    return yardstick.planned(words, change(steps))
