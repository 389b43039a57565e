"""Plans from schedules that a test made by hand."""

from datetime import datetime

from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.shift import Shift

START = datetime(2026, 1, 5, 6)  # a Monday morning


def shift_of(problem: Problem, **extras: tuple[str, ...]) -> Shift:
    """A shift that starts on a Monday at six; ``extras`` are columns of its file."""
    return Shift(problem, START, "By hand", extras=extras)


def plan_of(shift: Shift, schedule: Schedule, scheduler: str = "rule:spt") -> Plan:
    """The schedule as a plan by the usual objective, made in 2 seconds."""
    result = Result(shift.problem, schedule, Objective(), scheduler, 2.0, 0, "By hand.")
    return Plan(shift, PlanSettings(), result)
