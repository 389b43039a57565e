"""Small plans for charts."""

from datetime import datetime

import numpy as np
import pytest

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.timing.retime import retime
from tests.plans import plan_of, shift_of

HOUR = 3600


@pytest.fixture
def start():
    """A Monday morning."""
    return datetime(2026, 1, 5, 6)


@pytest.fixture
def shop():
    """Two lathes, closed from 10 to 12 h, and a drill; one family, one late job."""
    pause = Calendar(np.array([[10 * HOUR, 12 * HOUR]]))
    machines = [
        Machine("L1", "Lathe", calendar=pause),
        Machine("D1", "Drill"),
        Machine("L2", "Lathe", calendar=pause),
    ]
    jobs = [
        Job("a", {"L1": 4 * HOUR}, family="F", group="red", due=float(6 * HOUR)),
        Job("b", {"D1": 2 * HOUR}, family="F", group="red", predecessors=["a"]),
        Job("c", {"L1": 5 * HOUR}, group="blue", due=float(8 * HOUR), important=True),
        Job("<b>d</b>", {"L2": HOUR}, group="blue", due=float(HOUR)),
    ]
    return Problem.from_rows(jobs, machines, {("red", "blue"): HOUR})


@pytest.fixture
def shift(shop):
    """The shop on that morning, with a column of the planner's own."""
    return shift_of(shop, Customer=("Smith & <Co>", "", "Miller", "Smith & <Co>"))


@pytest.fixture
def planned(shift, plan):
    """The schedule below as a plan."""
    return plan_of(shift, plan)


@pytest.fixture
def plan(shop):
    """Job a 0-4 h, setup 4-5 h, c 5-10 h on L1; b 4-6 h on D1; d 0-1 h on L2."""
    return retime(shop, [[0, 2], [1], [3]])


@pytest.fixture
def crowd():
    """A shift of 5,000 jobs of 100 s on 50 machines, each with a setup of 50 s."""
    machines = [Machine(f"M{k}", group="x") for k in range(50)]
    jobs = [
        Job(f"J{j}", {f"M{j % 50}": 100}, group="xy"[(j // 50 + 1) % 2])
        for j in range(5000)
    ]
    problem = Problem.from_rows(jobs, machines, {("x", "y"): 50, ("y", "x"): 50})
    return shift_of(problem), retime(problem, [range(k, 5000, 50) for k in range(50)])
