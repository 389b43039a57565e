"""Bounds hold for every schedule, and are close to the best."""

from itertools import product
from math import inf

import numpy as np
import pytest
from hypothesis import assume, given, settings

from core.bounds import capacity_prices as prices
from core.bounds import tardiness_bound, work_bound
from core.bounds.cost_bound import CHAIN, WORK, lower_bounds
from core.bounds.earliest import earliest
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective, gap
from core.problem.rows import Job, Machine
from core.problem.schedule import metrics
from core.timing.retime import retime
from tests.strategies import problems, problems_and_sequences, special_sequences

OBJECTIVE = Objective(1, 1, 0.2)


def orders(problem):
    """Every order of the jobs on the machines that respects the predecessors."""
    seen = set()

    def extend(lists, left):
        if not left:
            seen.add(lists)
            return
        for job in left:
            if left & set(problem.predecessors[job]):
                continue
            for k in np.flatnonzero(problem.eligible[job]).tolist():
                longer = (*lists[:k], (*lists[k], job), *lists[k + 1 :])
                extend(longer, left - {job})

    extend(((),) * problem.num_machines, frozenset(range(problem.num_jobs)))
    return seen


def best(problem):
    """Best makespan, tardiness, setups and cost of any schedule, each alone."""
    figures = []
    for order in orders(problem):
        schedule = retime(problem, order)
        made = metrics(problem, schedule)
        cost = OBJECTIVE.cost(problem, schedule)
        figures.append((made.makespan, made.weighted_tardiness, made.setup, cost))
    return np.min(figures, axis=0)


def bounds_of(problem):
    """The same four figures, as bounds."""
    bound = lower_bounds(problem, OBJECTIVE)
    return np.array([bound.makespan, bound.weighted_tardiness, bound.setup, bound.cost])


@settings(max_examples=70)
@given(problems_and_sequences(max_jobs=10) | special_sequences(max_jobs=10))
def test_no_schedule_beats_a_bound(drawn):
    """Makespan, tardiness, setups and cost of any schedule reach their bounds."""
    problem, order = drawn
    schedule = retime(problem, order)
    made, bound = metrics(problem, schedule), lower_bounds(problem, OBJECTIVE)
    assert bound.makespan <= made.makespan
    assert bound.weighted_tardiness <= made.weighted_tardiness
    assert bound.setup <= made.setup
    assert bound.cost <= OBJECTIVE.cost(problem, schedule)
    assert gap(OBJECTIVE.cost(problem, schedule), bound.cost) >= 0


@settings(max_examples=40)
@given(problems(max_jobs=4, max_machines=2, max_groups=4, releases=False, dues=True))
def test_the_best_schedule_does_not_beat_a_bound(problem):
    """Nor does the best of all schedules, found by trying every order."""
    assume(problem.num_jobs > 1)
    assert (bounds_of(problem) <= best(problem)).all()


@settings(max_examples=40)
@given(problems_and_sequences(max_jobs=8) | special_sequences(max_jobs=8))
def test_nothing_starts_or_ends_before_its_earliest_times(drawn):
    """Earliest starts and ends hold in any schedule."""
    problem, order = drawn
    schedule, times = retime(problem, order), earliest(problem)
    assert (times.start <= schedule.start).all()
    assert (times.end <= schedule.end).all()


def test_a_detour_may_be_the_quickest_way_to_a_setup():
    """
    From x straight to z takes 50 s; through job y it takes 1 + 2 + 1 s.

    So z may start at 4 s. The earliest time leaves out the setup for y: 3 s.
    """
    setups = {("x", "z"): 50, ("x", "y"): 1, ("y", "z"): 1}
    jobs = [Job("y", {"M": 2}, group="y"), Job("z", {"M": 9}, group="z")]
    problem = Problem.from_rows(jobs, [Machine("M", group="x")], setups)
    assert retime(problem, [[0, 1]]).start.tolist() == [1, 4]
    assert earliest(problem).start.tolist() == [1, 3]


def crowded(seed):
    """Five jobs on two machines, nearly all late, four groups to be set up for."""
    rng = np.random.default_rng(seed)
    jobs = [
        Job(
            f"J{j}",
            {f"M{k}": int(rng.integers(10, 60)) for k in range(2)},
            group=f"G{rng.integers(4)}",
            due=float(rng.integers(10, 50)),
            predecessors=[f"J{j - 1}"] if rng.random() < 0.3 and j else [],
            release=int(rng.integers(0, 20)),
        )
        for j in range(5)
    ]
    machines = [
        Machine("M0", group="G0", calendar=Calendar(np.array([[30, 45]]))),
        Machine("M1", group="G1", available=10),
    ]
    pairs = product(range(4), range(4))
    setups = {(f"G{x}", f"G{y}"): int(rng.integers(3, 9)) for x, y in pairs if x != y}
    return Problem.from_rows(jobs, machines, setups)


def test_bounds_are_close_to_the_best_of_crowded_shops():
    """
    On eight shops solved by trying every order: mean share of the best.

    A bound that proves nothing would be 0; one that is never wrong is at most 1.
    """
    shares = []
    for seed in range(8):
        problem = crowded(seed)
        shares.append(bounds_of(problem) / best(problem))
    assert (np.array(shares) <= 1).all()
    makespan, tardiness, setup, cost = np.mean(shares, axis=0)
    assert makespan > 0.85
    assert tardiness > 0.45
    assert setup > 0.7
    assert cost > 0.6


def flow(seed):
    """Six jobs in two chains on two machines, without setups and closures."""
    rng = np.random.default_rng(seed)
    jobs = [
        Job(
            f"J{j}",
            {
                f"M{k}": int(rng.integers(10, 60))
                for k in range(2)
                if k == j % 2 or rng.random() < 0.4
            },
            due=float(rng.integers(20, 200)),
            predecessors=[f"J{j - 1}"] if j % 3 else [],
            release=int(rng.integers(0, 40)),
        )
        for j in range(6)
    ]
    return Problem.from_rows(jobs, [Machine("M0"), Machine("M1", available=10)])


def test_bounds_meet_the_best_of_some_small_shops():
    """On twelve shops with chains; a quarter of the makespans are met exactly."""
    shares = []
    for seed in range(12):
        problem = flow(seed)
        shares.append(bounds_of(problem)[[0, 3]] / best(problem)[[0, 3]])
    makespan, cost = np.transpose(shares)
    assert (makespan == 1).sum() >= 3
    assert makespan.mean() > 0.92
    assert cost.mean() > 0.8


def test_work_is_shared_out_in_open_time():
    """
    Three jobs of 10 s on two machines: 15 s each, in open time.

    M0 is closed in 4-12 s, M1 free from 3 s on: both have 15 s by 20.5 s on average;
    at 21 s they have 13 + 18 = 31 s, at 20 s 12 + 17 = 29 s.
    """
    machines = [
        Machine("M0", calendar=Calendar(np.array([[4, 12]]))),
        Machine("M1", available=3),
    ]
    jobs = [Job(f"J{j}", {"M0": 10, "M1": 10}) for j in range(3)]
    bound = lower_bounds(Problem.from_rows(jobs, machines), OBJECTIVE)
    assert (bound.makespan, bound.decisive) == (21, WORK)


def test_a_chain_of_jobs_is_followed_through_closures():
    """a ends at 10 s, b is released at 12 s and pauses in 15-40 s: 47 s."""
    machine = Machine("M", calendar=Calendar(np.array([[15, 40]])))
    jobs = [
        Job("a", {"M": 10}, due=8.0),
        Job("b", {"M": 10}, predecessors=["a"], release=12, due=40.0, weight=2.0),
    ]
    bound = lower_bounds(Problem.from_rows(jobs, [machine]), OBJECTIVE)
    assert (bound.makespan, bound.decisive) == (47, CHAIN)
    assert bound.weighted_tardiness == pytest.approx(2 + 2 * 7)


def test_every_group_is_entered_once():
    """
    From x to y 4 s, to z 6 s, between y and z 5 s; M0 is set up for x, M1 for nothing.

    M1 saves one entry: that of y (least 4 s) or of z (least 5 s). So 4 s are left.
    """
    setups = {("x", "y"): 4, ("x", "z"): 6, ("y", "z"): 5, ("z", "y"): 5, ("y", "x"): 9}
    setups[("z", "x")] = 9
    machines = [Machine("M0", group="x"), Machine("M1")]
    jobs = [Job(f"J{g}{i}", {"M0": 9, "M1": 9}, group=g) for g in "xyz" for i in (0, 1)]
    bound = lower_bounds(Problem.from_rows(jobs, machines, setups), OBJECTIVE)
    assert bound.setup == 4


def test_setups_lengthen_the_makespan_bound():
    """Five groups, one machine set up for none: 5 · 10 s of work, 4 · 3 s of setup."""
    names = "vwxyz"
    setups = {(a, b): 3 for a in names for b in names if a != b}
    jobs = [Job(g, {"M": 10}, group=g) for g in names]
    bound = lower_bounds(Problem.from_rows(jobs, [Machine("M")], setups), OBJECTIVE)
    assert (bound.makespan, bound.setup) == (62, 12)


def test_shared_time_makes_jobs_late():
    """
    Forty jobs of 10 s on one machine, all due at once: ends 10, 20 … 400 s.

    Alone, each would be 10 s late: 400 s. Together it is 8,200 s, and the bound
    comes within 5 % of that.
    """
    jobs = [Job(f"J{j}", {"M": 10}, due=0.0) for j in range(40)]
    bound = lower_bounds(Problem.from_rows(jobs, [Machine("M")]), OBJECTIVE)
    assert 0.95 * 8200 < bound.weighted_tardiness <= 8200


def test_an_unsolved_program_leaves_a_weaker_sound_bound(monkeypatch):
    """Without prices, the chain and each job alone still prove something."""
    problem = crowded(0)
    full = bounds_of(problem)
    for module in (work_bound, tardiness_bound):
        monkeypatch.setattr(module, "capacity_prices", lambda *_: None)
    weak = bounds_of(problem)
    assert (weak <= full).all()
    assert weak[0] == earliest(problem).end.max()
    assert weak[1] > 0


@pytest.mark.parametrize("factor", [0.0, 0.3, 5.0])
def test_bad_prices_prove_less_and_never_too_much(monkeypatch, factor):
    """Whatever the solver returns, even noise, the bounds hold."""
    rng = np.random.default_rng(0)

    def noisy(*arguments):
        exact = prices.capacity_prices(*arguments)
        return exact * (1 - factor * rng.random(len(exact))).clip(0)

    for module in (work_bound, tardiness_bound):
        monkeypatch.setattr(module, "capacity_prices", noisy)
    for seed in range(3):
        problem = crowded(seed)
        assert (bounds_of(problem) <= best(problem)).all()


def test_prices_of_a_sample_prove_a_bound_for_all(monkeypatch):
    """A quarter of the pairs gives prices that prove nearly the same makespan."""
    rng = np.random.default_rng(1)
    jobs = [
        Job(f"J{j}", {f"M{k}": int(rng.integers(10, 100)) for k in range(5)})
        for j in range(200)
    ]
    problem = Problem.from_rows(jobs, [Machine(f"M{k}") for k in range(5)])
    full = lower_bounds(problem, OBJECTIVE).makespan
    monkeypatch.setattr(work_bound, "MOST_PAIRS", 250)
    sampled = lower_bounds(problem, OBJECTIVE).makespan
    assert 0.97 * full < sampled <= full


def test_a_gap_is_the_share_above_the_bound():
    """5 is 25 % above 4, nothing is above itself, and 0 proves nothing."""
    assert gap(5.0, 4.0) == 0.25
    assert gap(4.0, 4.0) == 0.0
    assert gap(0.0, 0.0) == 0.0
    assert gap(1.0, 0.0) == inf
    with pytest.raises(ValueError, match="at least its bound"):
        gap(3.0, 4.0)
