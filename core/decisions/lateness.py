"""Why an order ends when it does: the chain up to its end, and what took the time."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

from core.problem.floor import Floor, Lock
from core.problem.measures.orders import Order
from core.problem.measures.waiting import Cause, holds, window
from core.problem.model import Problem
from core.problem.schedule import Schedule


class Blame(StrEnum):
    """
    What a stretch of the time up to an order's end went into.

    ``MATERIAL`` occurs where it is known which material releases a job; ``NOW``,
    ``LOCK`` and ``FREEZE`` where a problem knows of a moment to plan from, of locks
    or of a freeze.
    """

    PROCESSING = "processing"  # of the order's own jobs
    SETUP = "setup"  # into the order's own jobs
    MACHINE = "machine"  # the machine runs a job of another order
    MACHINE_SETUP = "machine_setup"  # the machine is set up for such a job
    PREDECESSOR = "predecessor"  # of another order: its work, setup and waiting
    WAIT = "wait"  # the time that has to pass after a predecessor
    CLOSURE = "closure"
    WINDOW = "window"  # open, but not long enough for work that may not pause
    RELEASE = "release"
    MATERIAL = "material"
    UNAVAILABLE = "unavailable"  # the machine is not free before
    NOW = "now"
    LOCK = "lock"
    FREEZE = "freeze"
    CHOICE = "choice"  # nothing held it: the plan starts it later than it could


# No other job is to blame for these: a chain that begins with one of them ends there.
ROOTS = frozenset(Blame) - {
    *(Blame.PROCESSING, Blame.SETUP),
    *(Blame.MACHINE, Blame.MACHINE_SETUP, Blame.PREDECESSOR),
}
OWN = frozenset({Blame.PROCESSING, Blame.SETUP})


@dataclass(frozen=True, slots=True)
class Link:
    """
    One stretch of time that an order's end depends on.

    Parameters
    ----------
    job
        The job that runs, is set up for, or is held back in this time.
    machine
        Where it runs.
    cause
        What the time goes into.
    begin, end
        Seconds since plan start.
    """

    job: int
    machine: int
    cause: Blame
    begin: int
    end: int

    @property
    def seconds(self) -> int:
        """Length of the stretch."""
        return self.end - self.begin


@dataclass(frozen=True, eq=False)
class Why:
    """
    Why an order ends when it does.

    Parameters
    ----------
    order
        Which order.
    chain
        The links from plan start to the order's end, without gaps. None of them had
        slack: had one been a second shorter, nothing of the chain would have made
        up for it.
    earliest
        Seconds since plan start: the earliest possible start of the order, from which
        its time is counted. Its first release; plan start where a release of its own
        is the root, so that waiting for it shows. A link ends there if one of the
        chain lies across it.
    materials
        Material whose arrival releases each job of the problem; empty: none do.
    """

    order: Order
    chain: tuple[Link, ...]
    earliest: int
    materials: tuple[str, ...] = ()

    @property
    def end(self) -> int:
        """Seconds since plan start at which the order ends."""
        return self.chain[-1].end

    @property
    def late(self) -> float:
        """Seconds after its due date; 0 on time or without one."""
        return max(self.end - self.order.due, 0.0)

    @property
    def total(self) -> int:
        """Seconds from its earliest possible start to its end."""
        return self.end - self.earliest

    @property
    def counted(self) -> tuple[Link, ...]:
        """The links since its earliest possible start; their lengths sum to total."""
        return tuple(link for link in self.chain if link.begin >= self.earliest)

    @property
    def root(self) -> Link | None:
        """The first link, for which no job is to blame; ``None``: plan start."""
        first = self.chain[0]
        return first if first.cause in ROOTS else None

    @cached_property
    def seconds(self) -> dict[Blame, int]:
        """Seconds of each cause that took any; together :attr:`total`."""
        found: dict[Blame, int] = {}
        for link in self.counted:
            found[link.cause] = found.get(link.cause, 0) + link.seconds
        return {cause: found[cause] for cause in Blame if cause in found}

    @property
    def worst(self) -> Blame | None:
        """What took most of the time, its own work apart; ``None``: nothing did."""
        others = {x: time for x, time in self.seconds.items() if x not in OWN}
        return max(others, key=lambda cause: others[cause], default=None)


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What one job did up to its end, and which job it had to wait for before that."""

    links: tuple[Link, ...]  # of the job, as if it was the order's own
    before: int | None
    is_predecessor: bool


class Lateness:
    """
    Explains the orders of one plan.

    Parameters
    ----------
    problem, schedule
        A valid schedule of the problem.
    materials
        Material whose arrival releases each job, see
        :class:`core.problem.shift.Shift`; none: releases are just that.
    floor
        What was past change when it was planned; ``None``: nothing.
    """

    def __init__(
        self,
        problem: Problem,
        schedule: Schedule,
        materials: tuple[str, ...] = (),
        floor: Floor | None = None,
    ) -> None:
        self.problem, self.schedule = problem, schedule
        self.materials, self.floor = materials, floor or Floor()
        self._holds = holds(problem, schedule)
        self._closures = [
            (calendar.closures[:, 0].tolist(), calendar.closures[:, 1].tolist())
            for calendar in problem.calendars
        ]
        self._stretches: dict[int, _Stretch] = {}
        self._release: list[int] = problem.release.tolist()
        self._end: list[int] = schedule.end.tolist()

    def why(self, order: Order) -> Why:
        """Return the chain that leads to the end of an order's last job."""
        own = set(order.jobs)
        job: int | None = max(own, key=lambda j: (self._end[j], j))
        role = Blame.PROCESSING
        backwards: list[Link] = []
        while job is not None:
            if job in own:
                role = Blame.PROCESSING
            stretch = self._stretch(job)
            backwards += [_as(role, link) for link in reversed(stretch.links)]
            if stretch.is_predecessor or role is Blame.PREDECESSOR:
                role = Blame.PREDECESSOR
            else:
                role = Blame.MACHINE
            job = stretch.before
        first = backwards[-1]
        if first.cause in (Blame.RELEASE, Blame.MATERIAL) and first.job in own:
            earliest = 0
        else:
            # What has begun may have begun before it was released, as told later.
            start = self.schedule.start
            earliest = min(min(self._release[j], int(start[j])) for j in own)
        return Why(order, _cut(backwards[::-1], earliest), earliest, self.materials)

    def _stretch(self, job: int) -> _Stretch:
        if job not in self._stretches:
            self._stretches[job] = self._look(job)
        return self._stretches[job]

    def _look(self, job: int) -> _Stretch:
        """Back from a job's end to the end of the job it waited for, or to 0."""
        hold, plan = self._holds[job], self.schedule
        start, k = int(plan.start[job]), int(plan.machine[job])
        if start < hold.earliest:
            # It has begun before the rules would have it: that is all there is to say.
            work = self._work(k, start, self._end[job], Blame.PROCESSING)
            return _Stretch(
                self._linked(job, [(Blame.NOW, 0, start), *work]), None, False
            )
        opens = window(self.problem, plan, job, hold.earliest)
        pieces = [*self._idle(k, hold.earliest, start, opens)]
        pieces += self._work(k, start, self._end[job], Blame.PROCESSING)
        before = hold.job
        if hold.cause is Cause.WAIT and before is not None:
            pieces.insert(0, (Blame.WAIT, self._end[before], hold.earliest))
        if hold.cause is Cause.SETUP:
            begin = int(plan.setup_start[job])
            pieces = [
                *self._idle(k, hold.free, begin, hold.free),
                *self._work(k, begin, hold.earliest, Blame.SETUP),
                *pieces,
            ]
        if before is None:
            # A machine that is free at 0 has nothing before its first setup.
            own = {Cause.RELEASE: Blame.RELEASE, Cause.RESERVED: Blame.LOCK}
            cause = own.get(hold.cause, Blame.UNAVAILABLE)
            known = hold.earliest if hold.cause in own else hold.free
            if cause is Blame.RELEASE and self.materials and self.materials[job]:
                cause = Blame.MATERIAL
            if hold.cause is not Cause.NOTHING:
                pieces.insert(0, (cause, 0, known))
        return _Stretch(
            self._linked(job, pieces),
            before,
            hold.cause in (Cause.PREDECESSOR, Cause.WAIT),
        )

    def _linked(
        self, job: int, pieces: list[tuple[Blame, int, int]]
    ) -> tuple[Link, ...]:
        """Return what takes time as links of a job, choices by what made them."""
        now, k = self.floor.now, int(self.schedule.machine[job])
        found: list[tuple[Blame, int, int]] = []
        for cause, begin, end in pieces:
            if cause is not Blame.CHOICE:
                found.append((cause, begin, end))
                continue
            # What was past when it was planned is nobody's choice any more.
            past = max(begin, min(end, now))
            found += [(Blame.NOW, begin, past), (self._bound(job), past, end)]
        return tuple(Link(job, k, *piece) for piece in found if piece[1] < piece[2])

    def _bound(self, job: int) -> Blame:
        """What keeps a job from starting as early as it could, if not the plan."""
        state, before = self.floor.states.get(job), self.floor.previous
        if state is not None and state.lock is Lock.START:
            return Blame.LOCK
        k = int(self.schedule.machine[job])
        frozen = before is not None and before.machine[job] == k
        if frozen and before.start[job] < self.floor.frozen_until(k):  # type: ignore[union-attr]
            return Blame.FREEZE
        return Blame.CHOICE

    def _idle(
        self, k: int, since: int, until: int, fits: int
    ) -> list[tuple[Blame, int, int]]:
        """Time without work: until the machine opens, the work fits, then by choice."""
        starts, ends = self._closures[k]
        i = bisect_right(ends, since)
        opens = ends[i] if i < len(ends) and starts[i] <= since else since
        opens = min(opens, until)
        fits = min(max(fits, opens), until)
        return [
            (Blame.CLOSURE, since, opens),
            (Blame.WINDOW, opens, fits),
            (Blame.CHOICE, fits, until),
        ]

    def _work(
        self, k: int, begin: int, end: int, cause: Blame
    ) -> list[tuple[Blame, int, int]]:
        """Work from an open moment on, and the closures in which it pauses."""
        starts, ends = self._closures[k]
        pieces = []
        i = bisect_right(ends, begin)
        while i < len(ends) and starts[i] < end:
            pieces += [(cause, begin, starts[i]), (Blame.CLOSURE, starts[i], ends[i])]
            begin = ends[i]
            i += 1
        return [*pieces, (cause, begin, end)]


def _as(role: Blame, link: Link) -> Link:
    """Return a link of a job by the role that the job has for the order."""
    if role is Blame.PROCESSING or link.cause not in OWN:
        return link
    if role is Blame.MACHINE and link.cause is Blame.SETUP:
        role = Blame.MACHINE_SETUP
    return replace(link, cause=role)


def _cut(chain: list[Link], moment: int) -> tuple[Link, ...]:
    """Return the chain with a link that lies across a moment cut in two."""
    found: list[Link] = []
    for link in chain:
        if link.begin < moment < link.end:
            found += [replace(link, end=moment), replace(link, begin=moment)]
        else:
            found.append(link)
    return tuple(found)
