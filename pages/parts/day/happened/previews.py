"""Repairs of the plan in hand, made beside the page before anything is accepted."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from core.planning.plan import Plan
from core.planning.scheduler import PlanningCancelled
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.floor import Floor
from core.problem.model import Problem
from core.problem.shift import Shift
from core.replanning.changes import Changes, changes
from core.replanning.day.events import Event, RushOrder
from core.replanning.repair_kinds import Repair
from core.replanning.repairs import Repaired, repair, repairs
from core.timing.commitments import ImpossibleLockError
from pages.parts.background import BackgroundWork
from pages.parts.day.lock_notice import lock_notice
from pages.parts.models import with_chosen_model

EFFORT = "quick"  # of each repair, in moves: what is shown is what anyone else sees
AT_ANY_PRICE = 1e5  # weight of a rush order that nobody may be in the way of
PROMISES = {
    Repair.PUSH: "Without moving anyone",
    Repair.GENTLE: "Gentle",
    Repair.FREE: "At any price",
}

log = logging.getLogger("shiftwright")


@dataclass(frozen=True, eq=False)
class Option:
    """
    One way to go on.

    Parameters
    ----------
    name, title, words
        Which repair, how planners call it, and what it does.
    plan
        The new plan, verified.
    changes
        What it changes of the plan in hand.
    """

    name: str
    title: str
    words: str
    plan: Plan
    changes: Changes


class Preview(BackgroundWork):
    """
    All repairs after something happened, in a thread of their own.

    Parameters
    ----------
    key
        What happened, but for the id of the event.
    events
        What happened now; may be several, or none where only time went by.
    shift
        After it, with what the floor says.
    before
        The plan in hand.
    settings
        How to plan.
    """

    def __init__(
        self,
        key: str,
        events: tuple[Event, ...],
        shift: Shift,
        before: Plan,
        settings: PlanSettings,
    ) -> None:
        super().__init__()
        self.key, self.events, self.shift = key, events, shift
        self.before, self.settings = before, settings
        self.what = "Looking at ways to go on"
        self.options: list[Option] = []
        self.begin()

    @property
    def rush(self) -> tuple[str, ...]:
        """Ids of the jobs of a rush order; none without one."""
        return tuple(
            job.id for x in self.events if isinstance(x, RushOrder) for job in x.jobs
        )

    def work(self) -> None:
        """Make them; what is made is shown, a fault is put into words."""
        floor = self.shift.floor
        if floor is None:
            return
        quick = replace(
            with_chosen_model(self.settings), effort=EFFORT, most_seconds=None
        )
        try:
            kinds = tuple(x for x in Repair if not (self.rush and x is Repair.FREE))
            made = repairs(self.shift, floor, quick, kinds, stop=self.over)
            for i, found in enumerate(made, start=1):
                plan = replace(found.plan, settings=self.settings)
                self.options.append(self._option(found, plan))
                self.note(i / len(Repair), self.what)
            if self.rush:
                self.options.append(self._at_any_price(quick, floor))
        except ImpossibleLockError as error:
            self.fault = lock_notice(self.shift, error)
        except PlanningCancelled:
            self.fault = "This was stopped before there was a way."
        except Exception as error:  # the border of the thread: nobody else would see
            log.exception("Repairs could not be made.")
            known = f" ({error})" if isinstance(error, ValueError) else ""
            self.fault = f"No way to go on could be worked out{known}."

    def _option(self, found: Repaired, plan: Plan) -> Option:
        """Return a repair as planners see it."""
        title, words = self._title(found.repair), str(found.repair.words)
        return Option(str(found.repair), title, words, plan, found.changes)

    def _title(self, kind: Repair) -> str:
        """Return what a repair is called: a rush order asks for promises."""
        if self.rush and kind in PROMISES:
            return PROMISES[kind]
        return str(kind.label)

    def _at_any_price(self, quick: PlanSettings, floor: Floor) -> Option:
        """Plan anew with the rush order before everything else, as if it were late."""
        shift, problem = self.shift, self.shift.problem
        wanted = np.isin(problem.job_ids, self.rush)
        eager_problem = replace(
            problem,
            weight=np.where(wanted, AT_ANY_PRICE, problem.weight),
            due=np.where(wanted, problem.release, problem.due),
        )
        eager = replace(shift, problem=eager_problem)
        found = repair(eager, floor, Repair.FREE, quick, stop=self.over)
        result = replace(
            found.plan.result,
            problem=shift.problem,
            rest=_as_asked(found.plan, shift),
            reason="The rush order goes before everything else.",
        )
        plan = Plan(replace(shift, floor=result.floor), self.settings, result)
        return Option(
            str(Repair.FREE),
            PROMISES[Repair.FREE],
            "The rush order goes first, whoever has to wait.",
            plan,
            changes(shift.problem, result.schedule, floor),
        )


def _as_asked(plan: Plan, shift: Shift) -> Problem | None:
    """Return the rest of a plan with the weights and due dates of its jobs."""
    rest = plan.result.rest
    if rest is None:
        return None
    place = {name: j for j, name in enumerate(shift.problem.job_ids)}
    jobs = [place[name] for name in rest.job_ids]
    problem = shift.problem
    return replace(rest, weight=problem.weight[jobs], due=problem.due[jobs])


def promise(option: Option, rush: Sequence[str], before: Plan) -> str:
    """
    Say when a rush order ends in a plan, and who pays most for it.

    Parameters
    ----------
    option
        The plan.
    rush
        Ids of the jobs of the order.
    before
        The plan in hand.
    """
    shift, schedule = option.plan.shift, option.plan.result.schedule
    wanted = np.isin(shift.problem.job_ids, list(rush))
    end = int(schedule.end[wanted].max(initial=0))
    said = f"ends {phrases.moment(shift.start, end)}"
    old = {name: j for j, name in enumerate(before.shift.problem.job_ids)}
    worst, delay = None, 300
    for j, name in enumerate(shift.problem.job_ids):
        if name in old and np.isfinite(shift.problem.due[j]):
            due = shift.problem.due[j]
            was = max(before.result.schedule.end[old[name]] - due, 0.0)
            more = max(schedule.end[j] - due, 0.0) - was
            if more > delay:
                worst, delay = j, int(more)
    if worst is None:
        return f"{said}, nobody else is later than before"
    problem = shift.problem
    order = problem.family_names[problem.family[worst]]
    return f"{said}, {order} {phrases.duration(delay)} later"
