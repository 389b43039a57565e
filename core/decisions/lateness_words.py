"""Why an order ends when it does, in one sentence for people."""

from __future__ import annotations

from math import isfinite

from core.decisions.lateness import OWN, Blame, Link, Why
from core.decisions.topic_words import Wording
from core.problem.model import Problem
from core.problem.schedule import Schedule

_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve"),
)

CAUSES: dict[Blame, str] = {
    Blame.PROCESSING: "its own processing",
    Blame.SETUP: "its own setups",
    Blame.MACHINE: "the machine runs other orders",
    Blame.MACHINE_SETUP: "setups for other orders",
    Blame.PREDECESSOR: "predecessors of other orders",
    Blame.WAIT: "waiting times after predecessors",
    Blame.CLOSURE: "the machine is closed",
    Blame.WINDOW: "waiting for a window long enough",
    Blame.RELEASE: "not released",
    Blame.MATERIAL: "material not there",
    Blame.UNAVAILABLE: "the machine is not free yet",
    Blame.NOW: "past when it was planned",
    Blame.LOCK: "locked",
    Blame.FREEZE: "frozen",
    Blame.CHOICE: "the plan starts later than it could",
}
_BLOCKING = frozenset({Blame.MACHINE, Blame.MACHINE_SETUP})


def sentence(problem: Problem, schedule: Schedule, why: Why, wording: Wording) -> str:
    """
    Say how late an order is and what most of its time went into.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    why
        What :meth:`core.decisions.lateness.Lateness.why` says of the order.
    wording
        How moments and lengths of time are written.
    """
    return f"{_state(why, wording)}: {_reason(problem, schedule, why, wording)}."


def _state(why: Why, wording: Wording) -> str:
    """Whether the order is late, and by how much."""
    name, spare = why.order.name, why.order.due - why.end
    if not isfinite(spare):
        return f"{name} has no due date and ends {wording.moment(why.end)}"
    if spare < 0:
        return f"{name} is {wording.duration(-spare)} late"
    if spare == 0:
        return f"{name} ends just on time"
    return f"{name} is on time with {wording.duration(spare)} to spare"


def _reason(problem: Problem, schedule: Schedule, why: Why, wording: Wording) -> str:
    """What took most of its time, its own work apart."""
    others: dict[tuple[Blame, int], list[Link]] = {}
    for link in why.counted:
        if link.cause not in OWN:
            blocking = link.cause in _BLOCKING
            cause = Blame.MACHINE if blocking else link.cause
            machine = -1 if cause is Blame.PREDECESSOR else link.machine
            others.setdefault((cause, machine), []).append(link)
    if not others:
        took = wording.duration(why.total)
        return f"its own work takes {took}, and nothing is in the way"
    # Nights are no news where something else took time as well.
    worst = max(
        others,
        key=lambda x: (x[0] is not Blame.CLOSURE, _seconds(others[x])),
    )
    said = _said(problem, schedule, why, worst[0], others[worst], wording)
    closed = why.seconds.get(Blame.CLOSURE, 0)
    if worst[0] is not Blame.CLOSURE and closed > _seconds(others[worst]):
        said += f", and closures take {wording.duration(closed)}"
    return said


def _seconds(links: list[Link]) -> int:
    return sum(link.seconds for link in links)


def _said(
    problem: Problem,
    schedule: Schedule,
    why: Why,
    cause: Blame,
    links: list[Link],
    wording: Wording,
) -> str:
    """Say one cause on one machine; ``links`` are its stretches, in time."""
    longest = max(links, key=lambda link: link.seconds)
    machine = problem.machine_ids[longest.machine]
    job = problem.job_ids[longest.job]
    own = longest.job in why.order.jobs
    took = wording.duration(_seconds(links))
    match cause:
        case Blame.MACHINE:
            return _blocked(problem, schedule, links, machine, wording)
        case Blame.PREDECESSOR:
            return _preceded(problem, schedule, why, links[-1], wording)
        case Blame.CLOSURE:
            span = f"from {wording.moment(longest.begin)} to "
            span += wording.moment(longest.end)
            if len(links) == 1:
                return f"{machine} is closed {span}"
            return f"{machine} is closed for {took} meanwhile, the longest {span}"
        case Blame.WAIT:
            return f"{job} waits {took} after the end of its predecessor"
        case Blame.WINDOW:
            until = wording.moment(longest.end)
            return (
                f"{job} may not be interrupted, and {machine} has no window long "
                f"enough before {until}"
            )
        case Blame.MATERIAL:
            late = f"for {why.materials[longest.job]}, which arrives "
            late += wording.moment(longest.end)
            if own:
                return f"{job} waits {late}"
            return f"{machine} is kept for {job}, which waits {late}"
        case Blame.RELEASE:
            until = wording.moment(longest.end)
            if own:
                return f"{job} is not released before {until}"
            return f"{machine} is kept for {job}, which is not released before {until}"
        case Blame.NOW:
            until = wording.moment(longest.end)
            return f"{job} had not begun before {until}, from when it is planned"
        case Blame.UNAVAILABLE:
            return f"{machine} is not free before {wording.moment(longest.end)}"
        case Blame.LOCK | Blame.FREEZE:
            kept = "locked" if cause is Blame.LOCK else "frozen"
            return f"{job} is {kept} at {wording.moment(longest.end)} on {machine}"
        case _:
            return f"the plan starts {job} on {machine} {took} later than it could"


def _blocked(
    problem: Problem,
    schedule: Schedule,
    links: list[Link],
    machine: str,
    wording: Wording,
) -> str:
    """Say which other orders a machine runs first."""
    jobs = list(dict.fromkeys(link.job for link in links))
    orders = list(dict.fromkeys(problem.family[job] for job in jobs))
    longest = max(jobs, key=lambda job: int(schedule.end[job] - schedule.start[job]))
    name = problem.family_names[problem.family[longest]]
    begin, end = int(schedule.start[longest]), int(schedule.end[longest])
    span = f"{name} from {wording.moment(begin)} to {wording.moment(end)}"
    count = len(orders)
    if count == 1:
        return f"{machine} runs {span} first"
    number = _NUMBERS[count] if count < len(_NUMBERS) else str(count)
    return f"{machine} runs {number} other orders first, the longest {span}"


def _preceded(
    problem: Problem, schedule: Schedule, why: Why, link: Link, wording: Wording
) -> str:
    """Say which job of another order something waits for; ``link`` is its last."""
    machine = problem.machine_ids[link.machine]
    ends = wording.moment(int(schedule.end[link.job]))
    waits = f"waits for {_of(problem, link.job)} on {machine}, which ends {ends}"
    behind = why.chain[why.chain.index(link) + 1]
    if behind.job in why.order.jobs:
        return f"it {waits}"
    first = f"{_of(problem, behind.job)} goes first on "
    return f"{first}{problem.machine_ids[behind.machine]} and {waits}"


def _of(problem: Problem, job: int) -> str:
    """Name of a job with its order, where that has another name."""
    name, order = problem.job_ids[job], problem.family_names[problem.family[job]]
    return name if name == order else f"{name} of {order}"
