"""Refinement: never worse, parts in turn, the same for a seed."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from core.benchmarking.improving.windows import Windows
from core.planning.stopping import MaxIterations, MaxSeconds
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.search.local_search import LocalSearch
from core.search.refine import padded, refine
from core.timing.retime import retime
from tests.exhaustive import first_order
from tests.improvers import Puts, three_jobs
from tests.strategies import problems_and_sequences


@pytest.fixture
def three():
    """The smallest problem that can be improved."""
    return three_jobs()


def test_a_worse_answer_is_not_taken_and_the_next_part_goes_on_from_the_best(three):
    """Better (ends at 3), then worse (ends at 6 again): the third gets the better."""
    better = Puts([[2], [0, 1]])
    worse, last = Puts([[0, 1, 2], []]), Puts([[2], [0, 1]])
    start = retime(three, [[0, 1, 2], []])
    refined = refine(
        three,
        Objective(),
        start,
        stop=MaxIterations(1),
        improvers=[better, worse, last],
    )
    assert better.given == [[0, 1, 2], []]
    assert last.given == worse.given == [[2], [0, 1]]
    assert refined.makespan == 3


def test_what_cannot_be_improved_comes_back_itself(three):
    """No copy of an equal cost: a page sees at once that nothing changed."""
    start = retime(three, [[2], [0, 1]])
    for moves in (None, [], [Puts([[2], [1, 0]])]):
        refined = refine(
            three, Objective(), start, stop=MaxIterations(1), improvers=moves
        )
        assert refined is start


@settings(max_examples=8)
@given(problems_and_sequences(max_jobs=8))
def test_refined_schedules_are_valid_and_no_worse(drawn):
    """With everything a problem may have, both parts in turn."""
    problem, order = drawn
    objective, start = Objective(), retime(problem, order)
    refined = refine(problem, objective, start, stop=MaxIterations(2))
    refined = refine(
        problem, objective, refined, stop=MaxIterations(1), improvers=[Windows(jobs=4)]
    )
    assert not violations(problem, refined)
    assert objective.cost(problem, refined) <= objective.cost(problem, start)


def shop() -> Problem:
    """Thirty jobs in chains of three on four machines."""
    rng = np.random.default_rng(1)
    jobs = [
        Job(
            f"J{i}",
            {f"M{k}": int(rng.integers(1, 99)) for k in range(4)},
            predecessors=[f"J{i - 1}"] if i % 3 else [],
        )
        for i in range(30)
    ]
    return Problem.from_rows(jobs, [Machine(f"M{k}") for k in range(4)])


def test_the_same_seed_gives_the_same_schedule():
    """A fixed number of looks at the stop, and everything else random by the seed."""
    problem = shop()
    start = retime(problem, first_order(problem))
    made = [
        refine(problem, Objective(), start, seed=5, stop=MaxIterations(4))
        for _ in range(2)
    ]
    assert made[0].end.tolist() == made[1].end.tolist()
    assert made[0].makespan < start.makespan


def test_progress_rises_to_the_end():
    """The page's bar gets shares in [0, 1] that never fall."""
    problem, shares = shop(), []
    refine(
        problem,
        Objective(),
        retime(problem, first_order(problem)),
        stop=MaxIterations(4),
        progress=lambda share, what: shares.append(share),
    )
    assert len(shares) == 4
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1


def test_no_time_is_no_change():
    """A limit of 0 s: the schedule itself."""
    problem = shop()
    start = retime(problem, first_order(problem))
    assert refine(problem, Objective(), start, stop=MaxSeconds(0)) is start


def test_an_unused_machine_has_an_empty_sequence(three):
    """Schedules list machines up to the last one used; sequences list all."""
    assert padded(retime(three, [[0, 1, 2], []]), 2) == [[0, 1, 2], []]


ON_TIME = Objective(makespan=0, tardiness=1, setup=0)


@pytest.mark.parametrize(
    "moves", [None, [LocalSearch()], [Windows(jobs=4)], [LocalSearch(), Windows()]]
)
def test_a_plan_at_cost_0_comes_back_as_it_is(three, moves):
    """On time is all that counts, and it is on time: nothing to improve, no fault."""
    dated = replace(three, due=np.full(3, 60.0))
    start = retime(dated, [[0, 1, 2], []])
    assert ON_TIME.cost(dated, start) == 0
    stop = MaxIterations(3)
    assert refine(dated, ON_TIME, start, stop=stop, improvers=moves) is start
    assert stop.left == 3, "no time is spent"


@pytest.mark.parametrize("improver", [LocalSearch(), Windows(jobs=4)])
def test_an_improver_leaves_a_cost_of_0_alone(three, improver):
    """By itself, too: its temperatures and shares are of the cost."""
    dated, order = replace(three, due=np.full(3, 60.0)), [[0, 1, 2], []]
    found = improver.improve(
        dated,
        ON_TIME,
        order,
        seed=0,
        stop=MaxIterations(3),
        progress=lambda share, what: None,
    )
    assert found is order


def test_windows_end_when_the_cost_reaches_0(three):
    """The last job is due at 3 s: one window makes it on time, and no next is drawn."""
    dated = replace(three, due=np.array([np.inf, np.inf, 3.0]))
    start = retime(dated, [[0, 1, 2], []])
    stop = MaxIterations(50)
    better = refine(dated, ON_TIME, start, stop=stop, improvers=[Windows(jobs=3)])
    assert ON_TIME.cost(dated, better) == 0
