"""A rush order may go first: another start for the gentle search."""

from datetime import datetime

import numpy as np

from core.planning.settings import PlanSettings
from core.problem.floor import PreviousPlan
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.problem.shift import Shift
from core.replanning.changes import home_of
from core.replanning.commitments import floor_as_planned
from core.replanning.new_first import new_jobs_first
from core.replanning.repair_kinds import Repair
from core.replanning.repairs import repair
from core.timing.commitments import remaining
from core.timing.committing import committed
from core.timing.retime import retime

SEARCH = PlanSettings(scheduler="rule:edd", effort="quick")
TIMES = ("setup_start", "setup_end", "start", "end")


def test_a_rush_order_goes_first_where_that_is_worth_it():
    """Four jobs of an hour run on M, the first since ten minutes; a new one is due in
    an hour and a half. Nobody is in its way but who runs: then it starts at 1 h."""
    jobs = [Job(name, {"M": 3600}, due=9 * 3600.0) for name in "abcd"]
    plan = retime(Problem.from_rows(jobs, [Machine("M")]), [[0, 1, 2, 3]])
    rush = Job("rush", {"M": 1800}, due=5400.0, weight=50.0)
    problem = Problem.from_rows([*jobs, rush], [Machine("M")])
    times = [np.append(getattr(plan, x), 0) for x in TIMES]
    before = PreviousPlan(np.append(plan.machine, -1), *times)
    floor = floor_as_planned(problem, before, 600)
    shift = Shift(problem, datetime(2026, 1, 5, 6), "day")
    pushed = repair(shift, floor, Repair.PUSH, SEARCH).plan.result.schedule
    assert pushed.start[4] == 4 * 3600

    fixed = committed(problem, floor)
    rest, left = remaining(problem, fixed), fixed.open_jobs
    home = home_of(problem, floor).of_jobs(left)
    part = Schedule(*(getattr(pushed, x)[left] for x in ("machine", *TIMES)))
    first = new_jobs_first(rest, part, home)
    assert first.start.tolist() == [5400, 9000, 12600, 3600]
    assert new_jobs_first(rest, first, home) is None  # it cannot be sooner
    gentle = repair(shift, floor, Repair.GENTLE, SEARCH).plan.result.schedule
    assert gentle.start[4] == 3600
