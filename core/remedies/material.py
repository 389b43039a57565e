"""Material that comes earlier."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from core.decisions.lateness import Blame, Lateness
from core.decisions.topic_words import Wording
from core.problem.altered import released
from core.problem.model import Problem
from core.remedies.remedy import Remedy
from core.remedies.yardstick import Try, Yardstick

STEP = 5 * 60  # nobody promises a delivery to the minute


def earlier_material(yardstick: Yardstick, wording: Wording) -> Iterator[Try]:
    """Releases that the chains of the orders begin with, as early as it takes."""
    lateness = Lateness(yardstick.problem, yardstick.schedule)
    roots = [lateness.why(order).root for order in yardstick.wanted]
    jobs = {x.job for x in roots if x is not None and x.cause is Blame.RELEASE}
    for job in sorted(jobs):
        yield partial(_earlier, yardstick, wording, job)


def _earlier(yardstick: Yardstick, wording: Wording, job: int) -> Remedy:
    problem = yardstick.problem
    release = int(problem.release[job])

    def change(steps: int) -> Problem:
        return released(problem, job, max(release - steps * STEP, 0))

    changed = change(yardstick.fewest(change, -(-release // STEP)))
    at = int(changed.release[job])
    words = f"{problem.job_ids[job]} is released at {wording.moment(at)}, "
    words += f"{wording.duration(release - at)} earlier"
    return yardstick.planned(words, changed)
