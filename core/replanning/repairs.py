"""
Repairs: the ways from the plan in hand to a new one.

Push shifts to the right and keeps every order; gentle starts from there and searches
with what a change costs; frozen keeps the next hours and searches the rest with a small
part of that; free plans anew all that has not begun. What is planned anew may also be
found from the plan in hand, when that is cheaper: it has been searched for long.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.planning.effort import EFFORTS
from core.planning.keeping import KEEPS
from core.planning.plan import Plan
from core.planning.scheduler import Progress, Result, Stopwatch, silent
from core.planning.settings import PlanSettings
from core.planning.stopping import AnyOf, MaxSeconds, Stop, never
from core.problem import phrases
from core.problem.floor import Floor, PreviousPlan
from core.problem.measures.stability import NOT_PRICED, Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.replanning.changes import SOON, Changes, changes, home_of
from core.replanning.commitments import with_freeze
from core.replanning.new_first import new_jobs_first
from core.replanning.push import pushed
from core.replanning.repair_kinds import Repair
from core.schedulers.from_now import past_change, planned_from_now, whole_of
from core.schedulers.registry import scheduler
from core.search.refine import padded, refine
from core.timing.commitments import Commitments, ImpossibleLockError, remaining
from core.timing.committing import committed
from core.timing.retime import retime

# What a change costs after the hours that are frozen, over what it costs gently: for
# nothing twice as many jobs change, at no less lateness; for more, plans cost more.
AFTER_FREEZE = 1 / 30


@dataclass(frozen=True, eq=False)
class Repaired:
    """
    A repair of a plan.

    Parameters
    ----------
    repair
        The way it was made.
    plan
        What came out, verified; of all jobs, history included.
    changes
        What it changes of the previous plan.
    commitments
        What was past change, with notices of what the planner has to know.
    """

    repair: Repair
    plan: Plan
    changes: Changes
    commitments: Commitments


class NoPreviousPlanError(ValueError):
    """A repair was asked for without a plan to repair."""


def repairs(
    shift: Shift,
    floor: Floor,
    settings: PlanSettings | None = None,
    kinds: Sequence[Repair] = tuple(Repair),
    *,
    stop: Stop = never,
    progress: Progress = silent,
) -> Iterator[Repaired]:
    """
    Make repairs, one after another; each is there as soon as it is made.

    Parameters
    ----------
    shift, floor, settings, stop, progress
        See :func:`repair`.
    kinds
        Which, in this order.

    Raises
    ------
    NoPreviousPlanError, ImpossibleLockError
        See :func:`repair`.
    """
    kept: list[_Pushed] = []
    for kind in kinds:
        yield _repaired(shift, floor, kind, settings, kept, stop, progress)


def repair(
    shift: Shift,
    floor: Floor,
    kind: Repair,
    settings: PlanSettings | None = None,
    *,
    stop: Stop = never,
    progress: Progress = silent,
) -> Repaired:
    """
    Make a new plan from the one in hand.

    Parameters
    ----------
    shift
        What is planned now, with all that has happened in its problem.
    floor
        Now, what has begun, locks and freeze, and the previous plan.
    kind
        The way.
    settings
        How to plan: what plans for ``frozen`` and ``free``, the objective, how long
        to search (``effort``, ``most_seconds``) and how much to ``keep``.
    stop, progress
        See :class:`core.planning.scheduler.Scheduler`.

    Returns
    -------
    Repaired
        Where nothing happened, that is where pushing right gives the previous plan,
        the previous plan: but for ``free``, and ``gentle`` when nothing is to be kept.

    Raises
    ------
    NoPreviousPlanError
        When the floor holds no plan, or one of other jobs.
    ImpossibleLockError
        When a lock cannot be kept.
    PlanningCancelled
        When stopped before there was a plan; push and gentle have one at any stop.
    """
    return _repaired(shift, floor, kind, settings, [], stop, progress)


def _repaired(
    shift: Shift,
    floor: Floor,
    kind: Repair,
    settings: PlanSettings | None,
    kept: list[_Pushed],
    stop: Stop,
    progress: Progress,
) -> Repaired:
    """Make one repair; ``kept`` holds the push of the same shift, once made."""
    settings = settings or PlanSettings()
    problem, previous = shift.problem, floor.previous
    if previous is None or not previous.known.any():
        raise NoPreviousPlanError(
            "There is no previous plan of these jobs: plan the shift first."
        )
    made = _Repairing(problem, floor, previous, settings, kept, stop, progress)
    result = made.result(kind)
    changed = replace(shift, floor=result.floor)
    plan = Plan(changed, settings, result)
    found = changes(problem, result.schedule, floor)
    return Repaired(kind, plan, found, made.commitments)


@dataclass(frozen=True)
class _Pushed:
    """The plan pushed right: of the rest (``None``: nothing is left), and whole."""

    part: Schedule | None
    whole: Result


@dataclass
class _Repairing:
    """One shift to be repaired, in one way or several."""

    problem: Problem
    floor: Floor
    previous: PreviousPlan
    settings: PlanSettings
    kept: list[_Pushed]
    stop: Stop
    progress: Progress

    def __post_init__(self) -> None:
        self.commitments = committed(self.problem, self.floor)

    def result(self, kind: Repair) -> Result:
        """Make the plan of one kind."""
        push = self.push()
        price = 0.0 if kind is Repair.FREE else KEEPS[self.settings.keep].price
        keeps_nothing = kind is not Repair.FROZEN and price == 0
        if kind is Repair.PUSH or push.part is None:
            return push.whole
        if not keeps_nothing and self.nothing_happened(push.whole.schedule):
            words = "Nothing has to move: the plan stays as it was."
            return replace(push.whole, reason=words)
        if kind is Repair.GENTLE:
            return self.gently(kind, self.commitments, push.part, price)
        floor = self.frozen() if kind is Repair.FROZEN else self.floor
        commitments = committed(self.problem, floor)
        if price == 0 or not commitments.open_jobs.size:
            return self.anew(kind, floor, commitments)
        start = pushed(remaining(self.problem, commitments), self.of_rest(commitments))
        return self.gently(kind, commitments, start, price * AFTER_FREEZE)

    def frozen(self) -> Floor:
        """Freeze the next hours, or as many of them as leave room for every lock."""
        machines, now = self.problem.num_machines, self.floor.now
        for freeze in (SOON, SOON // 2, SOON // 4):
            floor = with_freeze(self.floor, machines, now + freeze)
            try:
                committed(self.problem, floor)
            except ImpossibleLockError:
                continue
            return floor
        return self.floor

    def anew(self, kind: Repair, floor: Floor, commitments: Commitments) -> Result:
        """Plan what is left anew; never dearer than going on from the plan in hand."""
        planned = planned_from_now(
            self.problem,
            floor,
            scheduler(self.settings),
            self.settings,
            stop=self.stop,
            progress=self.progress,
        )
        watch = Stopwatch()
        if not commitments.open_jobs.size:
            return planned
        rest = remaining(self.problem, commitments)
        start = pushed(rest, self.of_rest(commitments))
        better = self.searched(rest, self.settings.objective, start)
        words = "Found from the plan pushed right, with nothing to be kept."
        other = self._whole(rest, better, kind, watch, words, commitments)
        return other if other.cost < planned.cost else planned

    def push(self) -> _Pushed:
        """Every machine in its order, to the right; made once."""
        if not self.kept:
            self.kept.append(self._push())
        return self.kept[0]

    def _push(self) -> _Pushed:
        watch, commitments, name = Stopwatch(), self.commitments, str(Repair.PUSH)
        if not commitments.open_jobs.size:
            objective = self.settings.objective
            whole = past_change(self.problem, commitments, name, objective)
            return _Pushed(None, whole)
        rest = remaining(self.problem, commitments)
        part = pushed(rest, self.of_rest(commitments))
        words = Repair.PUSH.words
        whole = self._whole(rest, part, Repair.PUSH, watch, words, commitments)
        return _Pushed(part, whole)

    def of_rest(self, commitments: Commitments) -> PreviousPlan:
        """Return the previous plan of the jobs that are left."""
        jobs, before = commitments.open_jobs, self.previous
        return PreviousPlan(
            before.machine[jobs],
            before.setup_start[jobs],
            before.setup_end[jobs],
            before.start[jobs],
            before.end[jobs],
        )

    def nothing_happened(self, schedule: Schedule) -> bool:
        """Whether a plan has every job where, when and as long as it was."""
        before, begun = self.previous, self.commitments.begun
        same = (
            before.known
            & (schedule.machine == before.machine)
            & (schedule.start == before.start)
            & (schedule.end == before.end)
        )
        return bool((same | begun).all())

    def gently(
        self, kind: Repair, commitments: Commitments, start: Schedule, price: float
    ) -> Result:
        """Search from a plan of the rest on, with what a change costs; never worse."""
        watch, settings = Stopwatch(), self.settings
        rest = remaining(self.problem, commitments)
        objective = replace(settings.objective, stability=price)
        jobs = commitments.open_jobs
        home = home_of(self.problem, commitments.floor).of_jobs(jobs)
        ways = [start]
        for begin in (start, new_jobs_first(rest, start, home)):
            if begin is not None:
                found = self.searched(rest, objective, begin, home)
                ways += [found, _kept_back(rest, found, home)]
        best = min(ways, key=lambda way: objective.cost(rest, way, home))
        changed = phrases.many(int(home.changed(best).sum()), "job")
        words = f"Started from the plan pushed right; {changed} changed."
        return self._whole(rest, best, kind, watch, words, commitments)

    def searched(
        self,
        rest: Problem,
        objective: Objective,
        start: Schedule,
        home: Home | None = None,
    ) -> Schedule:
        """Search from a plan of the rest on, as long as the effort says."""
        settings = self.settings
        limit = settings.most_seconds
        return refine(
            rest,
            objective,
            start,
            stop=self.stop if limit is None else AnyOf(self.stop, MaxSeconds(limit)),
            seed=settings.seed,
            progress=self.progress,
            moves=_moves(settings.effort, rest.num_jobs, gentle=home is not None),
            home=home,
        )

    def _whole(
        self,
        rest: Problem,
        schedule: Schedule,
        kind: Repair,
        watch: Stopwatch,
        words: str,
        commitments: Commitments,
    ) -> Result:
        """Return a plan of the rest as a result of the whole."""
        result = Result(
            problem=rest,
            schedule=schedule,
            objective=self.settings.objective,
            scheduler=str(kind),
            seconds=watch.seconds,
            decisions=rest.num_jobs,
            reason=words,
            seed=self.settings.seed,
        )
        return whole_of(result, self.problem, commitments)


def _moves(effort: str, num_jobs: int, *, gentle: bool) -> int | None:
    """
    Return how many moves to make from the plan in hand; ``None``: until stopped.

    Gentle makes half of the normal ones even where it is to be quick: more moves find
    fewer changes, at less cost. Beside a plan that was made anew half is enough.
    """
    wanted, usual = (EFFORTS[x].moves(num_jobs) for x in (effort, "normal"))
    if not wanted or usual is None:
        return wanted  # none, or without an end
    return max(wanted, usual // 2) if gentle else wanted // 2


def _kept_back(rest: Problem, schedule: Schedule, home: Home) -> Schedule:
    """Return the same orders, no job before it was to start on its machine."""
    stayed = (schedule.machine == home.machine) & (home.machine != NOT_PRICED)
    release = np.where(stayed, np.maximum(rest.release, home.start), rest.release)
    later = replace(rest, release=release)
    return retime(later, padded(schedule, rest.num_machines))
