"""One machine more, beside one that others keep busy while an order waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from core.decisions.lateness import Blame, Lateness
from core.problem.altered import with_copies
from core.remedies.passing import passed
from core.remedies.remedy import Asks, Remedy
from core.remedies.yardstick import Try, Yardstick
from core.timing.retime import retime

BUSY = frozenset({Blame.MACHINE, Blame.MACHINE_SETUP})
MOST = 3  # machines that are tried, those that take most of the orders' time


def one_more_machine(yardstick: Yardstick) -> Iterator[Try]:
    """Copies of the machines that the orders wait for, the longest wait first."""
    lateness = Lateness(yardstick.problem, yardstick.schedule)
    waited: dict[int, int] = {}
    for order in yardstick.wanted:
        for link in lateness.why(order).counted:
            if link.cause in BUSY:
                waited[link.machine] = waited.get(link.machine, 0) + link.seconds
    longest = sorted(waited, key=lambda k: (-waited[k], k))
    for k in longest[:MOST]:
        yield partial(_one_more, yardstick, k)


def _one_more(yardstick: Yardstick, k: int) -> Remedy | None:
    """
    Put the orders' jobs of a machine onto a copy of it; the others move up.

    The copy is not set up for anything.
    """
    problem, wanted = yardstick.problem, set(yardstick.jobs)
    name = problem.machine_ids[k]
    copy = f"{name} (2)"
    if copy in problem.machine_ids:
        return None  # it is there already, from a way that was taken before
    wider = with_copies(problem, k, [copy], [problem.num_groups])
    sequences = list(yardstick.sequences)
    free = wanted - set(np.flatnonzero(problem.reserved_machine >= 0).tolist())
    moved = tuple(job for job in sequences[k] if job in free)
    if not moved:
        return None
    sequences[k] = tuple(job for job in sequences[k] if job not in free)
    begin = (*sequences, moved)
    made = passed(wider, begin, yardstick.wanted, yardstick.lateness, 1.0, True)
    if not made[-1]:
        return None  # without it the orders are as early
    words = f"one machine more like {name}"
    way = yardstick.remedy(words, wider, retime(wider, made), asks=Asks.OWNER)
    return replace(way, copied=k)
