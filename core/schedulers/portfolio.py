"""Policy and rules side by side, the best of their plans improved: the way to plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import inf

from core.planning.catalogue import BEST_RULE
from core.planning.effort import EFFORTS
from core.planning.scheduler import (
    Found,
    Pace,
    PlanningCancelled,
    Progress,
    Result,
    Stopwatch,
    silent,
    unheard,
)
from core.planning.settings import PlanSettings
from core.planning.stopping import AnyOf, MaxSeconds, Stop, never, peek
from core.policy.checkpoint import Model
from core.policy.errors import ModelError, TooLargeError
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.growing import Growing
from core.schedulers.hierarchical import check_places
from core.schedulers.plans import plans_of
from core.schedulers.replay import replayed
from core.schedulers.variants import MOST_PAIRS
from core.search.local_search import LocalSearch
from core.search.refine import padded
from core.timing.retime import retime

FIRST_RULE = "rule:edd"  # there is a plan even when there is no time at all
STARTS = 2  # cheapest plans that the search begins from
# Shares of the progress: the first plan, all rules, the policy; then the search.
PROGRESS = (0.02, 0.1, 0.2)


@dataclass(frozen=True, eq=False)
class Member:
    """
    One plan of the portfolio.

    Parameters
    ----------
    words
        Who made it.
    schedule, cost
        The plan, and its cost by the objective.
    """

    words: str
    schedule: Schedule
    cost: float


@dataclass(frozen=True)
class PortfolioScheduler:
    """
    Scheduler ``auto``: never worse than any of its members, on any objective.

    The policy plans greedily with machines that never wait, wait for one mean
    processing time, or without limit; the dispatch rules plan beside it; the local
    search improves the cheapest plans for a number of moves. Without a model that can
    be used, rules and search plan, and the reason says so.

    Parameters
    ----------
    load
        Loads the policy; called at every plan.
    settings
        Of them ``effort`` and ``most_seconds``.
    found
        Told of every plan on the way that is cheaper than those before, with its cost.
    """

    load: Callable[[], Model]
    settings: PlanSettings
    found: Found = unheard
    name: str = "auto"

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """
        Plan every job; see :class:`core.planning.scheduler.Scheduler`.

        There is a plan at any stop, if need be that of one fast rule.
        """
        watch = Stopwatch()
        limit = self.settings.most_seconds
        halt = stop if limit is None else AnyOf(stop, MaxSeconds(limit))
        model, without = self._model(problem)
        growing = Growing(problem, self.found)
        members = []
        for member in self._members(problem, objective, model, halt, progress):
            growing.take(member.schedule, member.cost)
            members.append(member)
        members.sort(key=lambda member: member.cost)
        moves = EFFORTS[self.settings.effort].moves(problem.num_jobs)
        better = self._searched(
            problem, objective, members, moves, seed, halt, progress, growing
        )
        trace = None
        if model is not None:
            trace = replayed(
                problem, objective, better, model, scheduler=self.name, seed=seed
            )
        cut = peek(halt) and moves is not None
        return Result(
            problem=problem,
            schedule=better,
            objective=objective,
            scheduler=self.name,
            seconds=watch.seconds,
            decisions=problem.num_jobs,
            reason=_reason(
                members, objective.cost(problem, better), model, without, moves, cut
            ),
            model=None if model is None else model.key,
            seed=seed,
            trace=trace,
        )

    def _model(self, problem: Problem) -> tuple[Model | None, str]:
        """Return the policy, or why there is none."""
        try:
            model = self.load()
            check_places(model, problem)
        except (ModelError, TooLargeError) as error:
            return None, f"{str(error).rstrip('.')}. Rules and search planned without. "
        return model, ""

    def _members(
        self,
        problem: Problem,
        objective: Objective,
        model: Model | None,
        stop: Stop,
        progress: Progress,
    ) -> Iterator[Member]:
        """Plan with each member, until told to stop; there is always one."""
        progress(0.0, "first plan")
        fast = RuleScheduler(FIRST_RULE).schedule(problem, objective)
        yield _of_rule(fast)
        if peek(stop):
            return
        progress(PROGRESS[0], "trying rules")
        try:
            yield _of_rule(
                RuleScheduler(BEST_RULE).schedule(problem, objective, stop=stop)
            )
            if model is None:
                return
            progress(PROGRESS[1], "the policy plans")
            mean = float(problem.mean_processing.mean())
            large = problem.processing.size > MOST_PAIRS
            for words, wait in (
                ("the policy, machines never wait", 0.0),
                ("the policy, machines may wait a little", mean),
                ("the policy, machines may wait", inf),
            ):
                if large and wait == mean:
                    continue  # seldom the cheapest there, and 6 s at 5,000 x 100
                pace = Pace(problem.num_jobs, "the policy plans", stop)
                plan = plans_of(model, problem, objective, wait).greedy(pace=pace)
                yield Member(words, plan.schedule, plan.cost)
                if peek(stop):
                    return
        except PlanningCancelled:
            return  # what there is by then is kept

    def _searched(
        self,
        problem: Problem,
        objective: Objective,
        members: list[Member],
        moves: int | None,
        seed: int,
        stop: Stop,
        progress: Progress,
        growing: Growing,
    ) -> Schedule:
        """Search from the cheapest plans on; the cheapest of all."""
        best = members[0]
        if best.cost == 0 or moves == 0 or peek(stop):
            return best.schedule

        def told(share: float, what: str) -> None:
            progress(PROGRESS[2] + (1 - PROGRESS[2]) * share, "making it better")

        starts = [padded(x.schedule, problem.num_machines) for x in members[:STARTS]]
        found = LocalSearch(moves=moves, look=growing.look).improve(
            problem,
            objective,
            starts[0],
            others=starts[1:],
            seed=seed,
            stop=stop,
            progress=told,
        )
        timed = retime(problem, found)
        better = objective.cost(problem, timed) < best.cost
        return timed if better else best.schedule


def _of_rule(result: Result) -> Member:
    """A rule's plan as a member; its reason names the rule, then its parameters."""
    words = result.reason.partition(" (")[0].partition(",")[0].rstrip(".")
    return Member(f"the {words[:1].lower()}{words[1:]}", result.schedule, result.cost)


def _reason(
    members: list[Member],
    cost: float,
    model: Model | None,
    without: str,
    moves: int | None,
    cut: bool,
) -> str:
    """Say what was planned, by whom, and what the search made of it."""
    best, who = members[0], "The rules"
    if model is not None:
        who = f"The policy {model.card.name!r} and the rules"
    words = f"{without}{who} made {phrases.many(len(members), 'plan')}; the cheapest, "
    words += f"by {best.words}, costs {best.cost:.4f}"
    if best.cost == 0:
        words += ": there is nothing to improve."
    elif cost < best.cost:
        words += f", and {cost:.4f} after moving jobs one by one."
    elif moves == 0:
        words += ", as no search was asked for."
    else:
        words += "; no move made it better."
    return words + (" Stopped before the end." if cut else "")
