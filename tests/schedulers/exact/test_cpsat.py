"""CP-SAT on the whole problem: the exact optimum, or an honest refusal."""

from contextlib import suppress
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate
from core.planning.scheduler import PlanningCancelled, Stopwatch
from core.planning.stopping import MaxSeconds
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.exact import cpsat
from core.schedulers.exact.cpsat import (
    LARGEST,
    CpSat,
    NoPlanFound,
    TooLargeToSolveError,
)
from core.schedulers.exact.model_size import size
from core.schedulers.exact.whole_numbers import whole_weights
from core.timing.retime import retime
from tests.exhaustive import first_order, optimum
from tests.strategies import problems, special_problems

SMALL = settings(max_examples=25)
OBJECTIVES = [Objective(), Objective(1, 0, 0), Objective(0, 1, 0), Objective(0, 0, 1)]
SOLVER = CpSat(seconds=60, workers=1)


@SMALL
@given(
    problems(max_jobs=4, max_machines=3) | special_problems(max_jobs=4, max_machines=3),
    st.sampled_from(OBJECTIVES),
)
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
    with pytest.raises(PlanningCancelled, match="being built"):
        CpSat(seconds=60).schedule(problem, Objective(), stop=MaxSeconds(0))


@SMALL
@given(
    problems(max_jobs=4, max_machines=3),
    st.sampled_from([Objective(0.37, 2.9, 0.013), Objective(1e-4, 10, 3)]),
)
def test_what_is_called_proved_is_the_optimum_of_the_cost_itself(problem, objective):
    """To a billionth, whatever the weights are; by itself CP-SAT leaves 1e-4."""
    result = SOLVER.schedule(problem, objective)
    assert result.reason == "CP-SAT proved that no plan is better."
    best = optimum(problem, objective)
    assert result.cost <= best + 2e-9 * max(1.0, best)


@pytest.mark.parametrize(
    ("weights", "most", "counts"),
    [
        ([0.5, 0.25, 0.0], [10, 10, 10], [2, 1, 0]),
        ([1 / 3, 1 / 7], [100, 100], [7, 3]),
        ([0.2, 1.0, 5.0], [10**6] * 3, [1, 5, 25]),
        ([], [], []),
    ],
)
def test_weights_that_have_a_common_measure_are_counted_in_it(weights, most, counts):
    """1/3 and 1/7 are 7 and 3 of 1/21."""
    whole, unit, exact = whole_weights(weights, most)
    assert (whole, exact) == (counts, True)
    assert [x * unit for x in whole] == pytest.approx(weights)


def test_weights_without_a_common_measure_are_rounded_and_that_is_known():
    """A weight a trillionth of the other is lost: nothing is proved with that."""
    whole, _, exact = whole_weights([np.pi, 1e-13 * np.e], [10**6, 10**6])
    assert not exact
    assert sum(x * 10**6 for x in whole) <= 2**53 * 1.01


def test_a_shift_too_large_is_refused_before_anything_is_built(monkeypatch):
    """Within a blink, in words, with the sizes."""
    monkeypatch.setattr(cpsat, "CpModel", lambda *_: pytest.fail("built"))
    problem = generate(replace(KINDS["shift"], jobs=1000, machines=10), 0)
    with pytest.raises(TooLargeToSolveError, match="for small shifts: 1000 jobs on 10"):
        CpSat().schedule(problem, Objective())


def test_the_size_of_a_model_by_hand():
    """Three jobs on M, which has setups and two closures: 3 + 3 * 3 + 2 * 3 * 2."""
    problem = Problem.from_rows(
        [Job(name, {"M": 5}, group=name) for name in "abc"],
        [Machine("M", calendar=Calendar(np.array([[4, 10], [14, 20]])))],
        {("a", "b"): 6},
    )
    assert size(problem) == 24


def test_the_time_left_is_told_while_it_searches():
    """At most what was asked for, falling."""
    told = []
    problem = generate(replace(KINDS["shift"], jobs=25, machines=3), 1)
    with suppress(NoPlanFound):
        CpSat(seconds=2.0, workers=1).schedule(
            problem, Objective(), progress=lambda *words: told.append(words)
        )
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert told[0] == (0.0, "building the model")
    assert told[1][1] == "searching, 2 s at most"


@pytest.mark.parametrize("seconds", [0.05, 1.0, 3.0])
def test_a_stop_holds_within_two_seconds_at_the_largest_size(seconds):
    """While it builds, prepares and searches; a plan by then says it was stopped."""
    kind, jobs = KINDS["shift"], 40
    while True:
        problem = generate(replace(kind, jobs=jobs + 10, machines=8), 0)
        if size(problem) > LARGEST:
            break
        jobs += 10
    problem = generate(replace(kind, jobs=jobs, machines=8), 0)
    stop, watch = MaxSeconds(seconds), Stopwatch()
    try:
        result = CpSat().schedule(problem, Objective(), stop=stop)
    except PlanningCancelled:
        pass
    else:
        assert "was stopped after" in result.reason
    assert watch.seconds < seconds + 2.0


@pytest.mark.parametrize("settings", [{"seconds": 0}, {"workers": 0}])
def test_nonsense_is_refused(settings):
    """The message says what was expected."""
    with pytest.raises(ValueError, match="positive seconds and workers"):
        CpSat(**settings)
