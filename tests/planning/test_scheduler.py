from dataclasses import replace

import numpy as np
import pytest

from core.planning.scheduler import (
    InvalidScheduleError,
    Pace,
    PlanningCancelled,
    Result,
)
from core.planning.stopping import MaxIterations
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.timing.retime import retime


@pytest.fixture
def pair():
    """Two jobs of 10 s on one machine; the second is due at 15 s."""
    return Problem.from_rows(
        [Job("a", {"M": 10}), Job("b", {"M": 10}, due=15.0)], [Machine("M")]
    )


def result_of(problem, schedule):
    """A result with nothing special about it."""
    return Result(
        problem, schedule, Objective(1, 1, 0), "rule:test", 0.0, 2, "Because."
    )


def test_a_result_knows_its_cost_and_figures(pair):
    """Makespan 20 s over H = 20 s; 5 s late: 10 * 5 / (2 * 20)."""
    result = result_of(pair, retime(pair, [[0, 1]]))
    assert result.cost_terms == pytest.approx((1.0, 1.25, 0.0))
    assert result.cost == pytest.approx(2.25)
    assert result.metrics.makespan == 20
    assert result.metrics.late_jobs == 1


def test_an_invalid_schedule_never_becomes_a_result(pair):
    """Both at once on one machine; also when it is put in afterwards."""
    zero, ten = np.zeros(2, dtype=np.int64), np.full(2, 10)
    both = Schedule(zero, zero, zero, zero, ten)
    with pytest.raises(InvalidScheduleError, match="rule:test broke"):
        result_of(pair, both)
    sound = result_of(pair, retime(pair, [[1, 0]]))
    with pytest.raises(InvalidScheduleError):
        replace(sound, schedule=both)


def test_pace_tells_whole_percents_once():
    """Of 1,000 steps, a hundred reports, the last of them 1."""
    told = []
    pace = Pace(1000, "planning", progress=lambda *x: told.append(x))
    for _ in range(1000):
        pace.step()
    assert len(told) == 100
    assert told[0] == (0.01, "planning")
    assert told[-1] == (1.0, "planning")


def test_pace_asks_between_steps_and_not_after_the_last():
    """Three steps ask twice; a stop in between is a cancellation."""
    stop = MaxIterations(2)
    pace = Pace(3, "planning", stop)
    for _ in range(3):
        pace.step()
    assert stop.left == 0
    pace = Pace(3, "planning", MaxIterations(1))
    pace.step()
    with pytest.raises(PlanningCancelled):
        pace.step()
