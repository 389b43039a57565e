"""Machines that stay open longer, open earlier, or work through a break."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from core.decisions.lateness import Blame, Lateness
from core.decisions.topic_words import Wording
from core.problem.altered import opened
from core.problem.model import Problem
from core.remedies.remedy import Remedy
from core.remedies.yardstick import Try, Yardstick

STEP = 5 * 60  # people agree on hours in steps of five minutes
BREAK = 60 * 60  # a closure up to so long is a break: worked through, or not


def longer_hours(yardstick: Yardstick, wording: Wording) -> Iterator[Try]:
    """Closures on the chains begun later, ended earlier, or worked through."""
    for k, (begin, end) in closures_in_the_way(yardstick):
        ways = (_through,) if end - begin <= BREAK else (_later, _sooner)
        for way in ways:
            yield partial(way, yardstick, wording, k, begin, end)


def closures_in_the_way(yardstick: Yardstick) -> list[tuple[int, tuple[int, int]]]:
    """Machine and time of the closures on the chains of the orders, in order."""
    lateness = Lateness(yardstick.problem, yardstick.schedule)
    return sorted(
        {
            (link.machine, (begin, end))
            for order in yardstick.wanted
            for link in lateness.why(order).chain
            if link.cause is Blame.CLOSURE
            for begin, end in yardstick.problem.calendars[
                link.machine
            ].closures.tolist()
            if begin <= link.begin < end
        }
    )


def _through(
    yardstick: Yardstick, wording: Wording, k: int, begin: int, end: int
) -> Remedy:
    name = yardstick.problem.machine_ids[k]
    span = f"{wording.moment(begin)} to {wording.moment(end)}"
    return _remedy(yardstick, f"{name} works from {span}, too", k, begin, end)


def _later(
    yardstick: Yardstick, wording: Wording, k: int, begin: int, end: int
) -> Remedy:
    def change(steps: int) -> Problem:
        return opened(yardstick.problem, k, begin, min(begin + steps * STEP, end))

    steps = yardstick.fewest(change, -(-(end - begin) // STEP))
    until = min(begin + steps * STEP, end)
    name, more = yardstick.problem.machine_ids[k], wording.duration(until - begin)
    words = f"{name} stays open until {wording.moment(until)} ({more} more)"
    return _remedy(yardstick, words, k, begin, until)


def _sooner(
    yardstick: Yardstick, wording: Wording, k: int, begin: int, end: int
) -> Remedy | None:
    def change(steps: int) -> Problem:
        return opened(yardstick.problem, k, max(end - steps * STEP, begin), end)

    steps = yardstick.fewest(change, -(-(end - begin) // STEP))
    since = max(end - steps * STEP, begin)
    if since == begin:
        return None  # the whole closure: to stay open says it
    name, more = yardstick.problem.machine_ids[k], wording.duration(end - since)
    words = f"{name} opens at {wording.moment(since)} ({more} earlier)"
    return _remedy(yardstick, words, k, since, end)


def _remedy(yardstick: Yardstick, words: str, k: int, begin: int, end: int) -> Remedy:
    changed = opened(yardstick.problem, k, begin, end)
    return yardstick.planned(words, changed, overtime=end - begin)
