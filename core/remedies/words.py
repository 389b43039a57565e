"""How far a shift as it is can help its orders, in one sentence for people."""

from __future__ import annotations

from collections.abc import Sequence

from core.decisions.topic_words import Wording
from core.problem.measures.orders import Order
from core.problem.schedule import Schedule
from core.remedies.remedy import Remedies


def proof(
    schedule: Schedule, wanted: Sequence[Order], found: Remedies, wording: Wording
) -> str:
    """
    Say how far the shift as it is can help orders at all.

    Parameters
    ----------
    schedule
        The plan that was started from.
    wanted
        The orders to have on time.
    found
        What :func:`core.remedies.remedies.remedies` says of them.
    wording
        How moments and lengths of time are written.
    """
    late = [x for x in wanted if schedule.end[list(x.jobs)].max() > x.due]
    names = ", ".join(order.name for order in wanted)
    ends = "ends" if len(wanted) == 1 else "end"
    if not late:
        spare = min(x.due - float(schedule.end[list(x.jobs)].max()) for x in wanted)
        is_ = "is" if len(wanted) == 1 else "are"
        least = f"{wording.duration(spare)} to spare" if spare else "nothing to spare"
        return f"{names} {is_} on time, with {least}."
    alone = wording.moment(found.alone)
    if found.alone > max(order.due for order in late):
        return (
            f"Even alone in the shop as it is, {names} {ends} at {alone} at the "
            "earliest: only more open time or earlier material makes it on time."
        )
    return f"Alone in the shop, {names} could end at {alone} at the earliest."
