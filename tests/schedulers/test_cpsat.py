"""CP-SAT on the whole problem: the exact optimum, or an honest refusal."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.planning.stopping import MaxSeconds
from core.problem.calendar import Calendar
from core.problem.model import Job, Machine, Problem
from core.problem.objective import Objective
from core.schedulers.cpsat import CpSat, NoPlanFound
from core.timing.retime import retime
from tests.exhaustive import first_order, optimum
from tests.strategies import problems

SMALL = settings(max_examples=25)
OBJECTIVES = [Objective(), Objective(1, 0, 0), Objective(0, 1, 0), Objective(0, 0, 1)]
SOLVER = CpSat(seconds=60, workers=1)


@SMALL
@given(problems(max_jobs=4, max_machines=3), st.sampled_from(OBJECTIVES))
def test_cpsat_and_exhaustive_search_agree(problem, objective):
    """Setups, releases, predecessors, closures, availability: the same optimum."""
    result = SOLVER.schedule(problem, objective)
    assert result.cost == pytest.approx(optimum(problem, objective), abs=1e-6)
    assert result.reason == "CP-SAT proved that no plan is better."


@SMALL
@given(problems(min_jobs=5, max_jobs=5, max_machines=2))
def test_a_warm_start_cuts_no_optimum_off(problem):
    """The bound on the makespan that a start gives keeps the best schedule."""
    objective = Objective()
    start = retime(problem, first_order(problem))
    result = CpSat(seconds=60, workers=1, start=start).schedule(problem, objective)
    assert result.cost == pytest.approx(optimum(problem, objective), abs=1e-6)


def test_a_setup_runs_before_the_release_and_pauses_in_a_closure():
    """
    Setup 0-4 and, behind the closure 4-10, 10-12; the job is released at 11.

    Work 12-14, pause 14-20, work 20-21. Free setups inside the closure would end
    at 11 or before, and the job at 14.
    """
    problem = Problem.from_rows(
        [Job("J", {"M": 3}, group="B", release=11)],
        [Machine("M", group="A", calendar=Calendar(np.array([[4, 10], [14, 20]])))],
        {("A", "B"): 6},
    )
    schedule = SOLVER.schedule(problem, Objective()).schedule
    assert schedule.setup_end.tolist() == [12]
    assert schedule.start.tolist() == [12]
    assert schedule.end.tolist() == [21]


def test_work_that_ends_as_a_closure_begins_has_not_waited_for_it():
    """4 s end at 4 on M0, which closes from 4 to 10: sooner than 6 s on M1."""
    closes = Calendar(np.array([[4, 10]]))
    problem = Problem.from_rows(
        [Job("J", {"M0": 4, "M1": 6})], [Machine("M0", calendar=closes), Machine("M1")]
    )
    schedule = SOLVER.schedule(problem, Objective()).schedule
    assert schedule.machine.tolist() == [0]
    assert schedule.end.tolist() == [4]


def test_no_plan_is_said_and_nothing_put_in_its_place():
    """Stopped before it began, CP-SAT has no plan, warm start or not."""
    rng = np.random.default_rng(0)
    jobs = [
        Job(
            f"J{i}", {f"M{k}": int(rng.integers(1, 99)) for k in range(5)}, group=f"{i}"
        )
        for i in range(40)
    ]
    setups = {(f"{i}", f"{j}"): 5 + i + j for i in range(40) for j in range(40)}
    problem = Problem.from_rows(jobs, [Machine(f"M{k}") for k in range(5)], setups)
    with pytest.raises(NoPlanFound, match=r"no plan of 40 jobs on 5 machines"):
        CpSat(seconds=1e-6).schedule(problem, Objective())
    with pytest.raises(NoPlanFound):
        CpSat(seconds=60).schedule(problem, Objective(), stop=MaxSeconds(0))


@pytest.mark.parametrize("settings", [{"seconds": 0}, {"workers": 0}])
def test_nonsense_is_refused(settings):
    """The message says what was expected."""
    with pytest.raises(ValueError, match="positive seconds and workers"):
        CpSat(**settings)
