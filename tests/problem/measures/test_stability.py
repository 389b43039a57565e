"""What changed against a previous plan, and what that costs."""

import pytest

from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.timing.retime import retime


@pytest.fixture
def four() -> Problem:
    """Four jobs of 301 s, two machines."""
    jobs = [Job(f"J{i}", {"M0": 301, "M1": 301}) for i in range(4)]
    return Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])


def test_a_job_changed_on_another_machine_or_more_than_five_minutes_away(four):
    """Starts are 0, 301, 602 on the first machine, 0 on the second."""
    schedule = retime(four, [[0, 1, 2], [3]])
    home = Home([0, 0, 0, 0], [300, 0, 302, 0], [1, 1, 1, 1], 4)
    assert home.changed(schedule).tolist() == [False, True, False, True]


def test_the_price_is_nearness_over_all_jobs_times_the_weight(four):
    """Two jobs of 1 and 0.5 changed in a shift of ten; the third is not priced."""
    schedule = retime(four, [[0, 1, 2], [3]])
    home = Home([1, 1, -1, 1], [0, 0, 0, 0], [1, 0.5, 1, 1], 10)
    assert home.change(schedule) == pytest.approx(0.15)
    plain, priced = Objective(), Objective(stability=2)
    assert plain.cost(four, schedule, home) == plain.cost(four, schedule)
    assert priced.cost(four, schedule) == plain.cost(four, schedule)
    assert priced.cost(four, schedule, home) == pytest.approx(
        plain.cost(four, schedule) + 0.3
    )


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (([0, 0], [0], [1, 1], 2), "start has shape"),
        (([0, -2], [0, 0], [1, 1], 2), "machines >= -1"),
        (([0, 0], [0, 0], [1, 1.5], 2), "nearness"),
        (([0, 0], [0, 0], [1, 1], 1), "at least 2 jobs, got 1"),
    ],
)
def test_nonsense_is_refused(given, message):
    """The message names the array or the number."""
    with pytest.raises(ValueError, match=message):
        Home(*given)
