"""The joint bound holds for every schedule, and sees what separate bounds do not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bounds import joint
from core.bounds.cost_bound import lower_bounds
from core.bounds.joint import Search, joint_bound
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.timing.retime import retime
from tests.exhaustive import optimum
from tests.strategies import problems, problems_and_sequences, special_problems

OBJECTIVES = st.sampled_from(
    [
        Objective(),
        Objective(1, 0, 0),
        Objective(0, 1, 0),
        Objective(0, 0, 1),
        Objective(1, 6, 0),
        Objective(0.1, 0.3, 6),
    ]
)


@settings(max_examples=60)
@given(problems_and_sequences(max_jobs=10), OBJECTIVES)
def test_no_schedule_beats_the_joint_bound(drawn, objective):
    """Whatever the order of the jobs, and however far the search has come."""
    problem, order = drawn
    cost = objective.cost(problem, retime(problem, order))
    bound = joint_bound(problem, objective, steps=40)
    assert bound.cost <= cost
    assert bound.cost >= bound.separate == lower_bounds(problem, objective).cost


@settings(max_examples=40)
@given(
    problems(max_jobs=4, max_machines=2, max_groups=4)
    | special_problems(max_jobs=4, max_machines=2, max_groups=4),
    OBJECTIVES,
)
def test_the_best_schedule_does_not_beat_the_joint_bound(problem, objective):
    """The best of all schedules, found by trying every order."""
    bound = joint_bound(problem, objective, steps=60)
    assert bound.cost <= optimum(problem, objective)


@settings(max_examples=40)
@given(
    problems_and_sequences(max_jobs=8),
    OBJECTIVES,
    st.integers(0, 10**6),
    st.sampled_from([0.0, 0.5, 3.0]),
)
def test_any_prices_prove_a_bound(drawn, objective, seed, size):
    """Random prices prove little, but never too much: the proof needs no search."""
    problem, order = drawn
    search = Search(problem, objective)
    rng = np.random.default_rng(seed)
    for price in (search.price, search.visit):
        drawn_price = size * search.size * rng.exponential(size=price.shape)
        price[:] = drawn_price * (rng.random(price.shape) < 0.5)
    bound, _, _ = search.evaluate(search.price, search.visit)
    assert bound <= objective.cost(problem, retime(problem, order))


@pytest.mark.parametrize("kind", KINDS)
def test_the_joint_bound_holds_on_every_kind(kind):
    """Eight small shifts of each kind; the order by hand is that of the jobs."""
    settings_of_kind = KINDS[kind].resized(14, 4)
    for seed in range(4):
        problem = generate(settings_of_kind, seed)
        lists = [[] for _ in range(problem.num_machines)]
        for job in problem.topological_order.tolist():
            loads = [
                (sum(problem.processing[i, k] for i in jobs), k)
                for k, jobs in enumerate(lists)
                if problem.eligible[job, k]
            ]
            lists[min(loads)[1]].append(job)
        schedule = retime(problem, lists)
        for objective in (Objective(), Objective(0, 1, 0), Objective(1, 0, 3)):
            bound = joint_bound(problem, objective, steps=40)
            assert bound.cost <= objective.cost(problem, schedule)


def small_shift(seed):
    """Thirty jobs in chains on four machines, with setups; tight due dates."""
    return generate(KINDS["tight"].resized(30, 4), seed)


def test_it_sees_what_separate_bounds_do_not():
    """Of three shifts with chains and setups, each is proved at least 3 % dearer."""
    for seed in range(3):
        bound = joint_bound(small_shift(seed), Objective(), steps=200)
        assert bound.cost > 1.03 * bound.separate


def test_a_setup_that_two_groups_need_is_seen():
    """
    Two jobs of 100 s on one machine, groups x and y, 60 s between them: ends 260 s.

    Both are due at 100 s, so one of them is 160 s late, whichever goes first. The sum
    of separate bounds knows the 260 s, and less of the lateness.
    """
    jobs = [Job(g, {"M": 100}, group=g, due=100.0) for g in "xy"]
    setups = {("x", "y"): 60, ("y", "x"): 60}
    problem = Problem.from_rows(jobs, [Machine("M")], setups)
    objective = Objective(0, 1, 0)
    bound = joint_bound(problem, objective, steps=400)
    best = objective.scales(problem)[1] * 160
    assert bound.separate < bound.cost <= best
    assert bound.cost > 0.5 * best


def test_it_can_be_stopped_and_says_how_far_it_is():
    """Stopped before the fourth step: three steps, and what they have proved so far."""
    told = []
    bound = joint_bound(
        small_shift(0),
        Objective(),
        steps=10,
        stop=lambda: len(told) == 3,
        progress=lambda share, cost: told.append((share, cost)),
    )
    assert [share for share, _ in told] == [0.1, 0.2, 0.3]
    costs = [bound.separate, *(cost for _, cost in told)]
    assert costs == sorted(costs)
    assert (bound.steps, bound.cost) == (3, costs[-1])


def test_the_same_steps_prove_the_same():
    """Nothing in the search depends on the clock."""
    first, second = (joint_bound(small_shift(1), Objective(), steps=30) for _ in "ab")
    assert first == second


def test_without_a_step_the_separate_bounds_stand(monkeypatch):
    """Asked for no step, or too large for one; fewer than none are refused."""
    problem = small_shift(2)
    separate = lower_bounds(problem, Objective()).cost
    assert joint_bound(problem, Objective(), steps=0).cost == separate
    for limit in ("MOST_PAIRS", "MOST_CHANGES"):
        with monkeypatch.context() as patch:
            patch.setattr(joint, limit, 10)
            assert joint_bound(problem, Objective()).steps == 0
    with pytest.raises(ValueError, match="steps >= 0"):
        joint_bound(problem, Objective(), steps=-1)
