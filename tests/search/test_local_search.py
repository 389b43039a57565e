"""The local search: exact accounts, real improvements, the same for a seed."""

from dataclasses import replace
from math import inf

import numba
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.planning.stopping import AnyOf, MaxIterations, MaxSeconds, never, peek
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.problem_fields import Scale
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.search import compiling
from core.search.arrays import arrays
from core.search.budget import FIRST_CYCLE, Budget
from core.search.chains import (
    Heat,
    LoadChain,
    OrderChain,
    guesses_hold,
    loads_decide,
)
from core.search.compiling import ready
from core.search.local_search import LocalSearch
from core.search.orders.state import COST, SPACE, first_behind, spread_labels
from core.timing.retime import retime
from tests.exhaustive import first_order, optimum
from tests.strategies import problems, problems_and_sequences

OBJECTIVES = [Objective(), Objective(1, 0, 0), Objective(0, 1, 0), Objective(0, 0, 1)]
PLAIN = {"precedence": False, "releases": False, "dues": False}


@settings(max_examples=50)
@given(
    problems_and_sequences(max_jobs=10),
    st.sampled_from(OBJECTIVES),
    st.integers(0, 99),
    st.sampled_from([1.0, 0.01]),
    st.booleans(),
)
def test_the_search_on_orders_keeps_exact_accounts(
    drawn, objective, seed, heat, guesses
):
    """After any moves, guessed or not, the cost is that of the timing rules."""
    problem, start = drawn
    chain = OrderChain(problem, arrays(problem, objective), start, seed)
    chain.guesses = guesses and guesses_hold(chain.flat)
    assert chain.first_cost == pytest.approx(
        objective.cost(problem, retime(problem, start))
    )
    chain.run(300, heat, heat / 2)
    best = retime(problem, chain.best())
    assert not violations(problem, best)
    assert objective.cost(problem, best) == pytest.approx(chain.best_cost)
    state = chain.state
    lists = [[] for _ in range(problem.num_machines)]
    for job in np.argsort(state.label).tolist():
        lists[state.machine[job]].append(job)
    now = retime(problem, lists)
    assert now.end.tolist() == state.end.tolist()
    assert objective.cost(problem, now) == pytest.approx(float(state.sums[COST]))


@settings(max_examples=20)
@given(problems_and_sequences(min_jobs=2, max_jobs=10), st.integers(0, 99))
def test_labels_run_upwards_on_machines_and_along_predecessors(drawn, seed):
    """After any moves, and after the labels were spread again; links are both ways."""
    problem, start = drawn
    chain = OrderChain(problem, arrays(problem, Objective()), start, seed)
    state, best = chain.state, None
    for _ in range(2):
        chain.run(200, 1.0, 0.5)
        for i, j in problem.precedence.tolist():
            assert state.label[i] < state.label[j]
        for j in range(problem.num_jobs):
            if (i := state.left[j]) >= 0:
                assert state.right[i] == j
                assert state.machine[i] == state.machine[j]
                assert state.label[i] < state.label[j]
        order, best = np.argsort(state.label, kind="stable"), chain.best()
        spread_labels(state)  # equal ones, of different machines, by the job
        assert np.argsort(state.label).tolist() == order.tolist()
        assert sorted(state.label.tolist()) == [
            (i + 1) * SPACE for i in range(problem.num_jobs)
        ]
        assert chain.best() == best


def test_a_place_is_found_from_either_end():
    """Labels 1, 2, 3 and 4 spaces on one machine, none on the other."""
    jobs = [Job(f"J{i}", {"M0": 1, "M1": 1}) for i in range(4)]
    problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
    chain = OrderChain(problem, arrays(problem, Objective()), [[3, 1, 0, 2], []], 0)
    places = [(0, 3), (1, 3), (SPACE, 3), (SPACE + 1, 1), (3 * SPACE + 1, 2)]
    for label, job in [*places, (4 * SPACE, 2), (4 * SPACE + 1, -1)]:
        assert first_behind(chain.state, 0, label) == job
        assert first_behind(chain.state, 1, label) == -1


@settings(max_examples=20)
@given(
    problems_and_sequences(max_jobs=8) | problems_and_sequences(max_jobs=8, **PLAIN),
    st.integers(0, 200),
)
def test_the_cost_of_a_part_is_that_of_the_whole(drawn, makespan):
    """What is fixed of a larger shift counts, in both kinds of annealing."""
    problem, start = drawn
    part = replace(problem, scale=Scale(500.0, 60.0, makespan, 40.0, 9))
    objective = Objective()
    flat = arrays(part, objective)
    kinds = [OrderChain, LoadChain] if loads_decide(part, objective) else [OrderChain]
    for kind in kinds:
        chain = kind(part, flat, start, 0)
        chain.run(200, 0.1, 0.05)
        best = objective.cost(part, retime(part, chain.best()))
        assert chain.best_cost == pytest.approx(best)


@settings(max_examples=50)
@given(
    problems_and_sequences(max_jobs=10, **PLAIN, availability=False)
    | problems_and_sequences(max_jobs=10, **PLAIN),
    st.sampled_from(OBJECTIVES),
    st.integers(0, 99),
    st.sampled_from([1.0, 0.01]),
)
def test_the_search_on_loads_keeps_exact_accounts(drawn, objective, seed, heat):
    """Closures and availability included, loads give the exact makespan and setups."""
    problem, start = drawn
    assert loads_decide(problem, objective)
    chain = LoadChain(problem, arrays(problem, objective), start, seed)
    assert chain.first_cost == pytest.approx(
        objective.cost(problem, retime(problem, start))
    )
    chain.run(300, heat, heat / 2)
    best = retime(problem, chain.best())
    assert not violations(problem, best)
    assert objective.cost(problem, best) == pytest.approx(chain.best_cost)
    n, lists = problem.num_jobs, []
    for k in range(problem.num_machines):
        lists.append([])
        job = chain.state.right[n + k]
        while job < n:
            lists[-1].append(int(job))
            assert chain.state.left[chain.state.right[job]] == job
            job = chain.state.right[job]
    now = retime(problem, lists)
    assert objective.cost(problem, now) == pytest.approx(float(chain.state.sums[1]))


@settings(max_examples=20)
@given(problems(max_jobs=5, max_machines=3), st.sampled_from(OBJECTIVES))
def test_small_problems_are_solved(problem, objective):
    """Up to five jobs with everything a problem may have: the optimum."""
    chain = OrderChain(problem, arrays(problem, objective), first_order(problem), 1)
    for heat in (1.0, 0.1, 0.01):
        chain.run(4000, heat, heat / 10)
    assert chain.best_cost == pytest.approx(optimum(problem, objective))


@settings(max_examples=15)
@given(problems(max_jobs=5, max_machines=3, **PLAIN))
def test_small_problems_are_solved_on_loads(problem):
    """Up to five jobs whose machines do not wait for each other: the optimum."""
    objective = Objective()
    chain = LoadChain(problem, arrays(problem, objective), first_order(problem), 1)
    for heat in (1.0, 0.1, 0.01):
        chain.run(4000, heat, heat / 10)
    assert chain.best_cost == pytest.approx(optimum(problem, objective))


def alternating(due=inf):
    """Four jobs on one machine, groups A B A B, 10 s to change, 5 s of work each."""
    jobs = [Job(f"J{i}", {"M": 5}, group="AB"[i % 2], due=due) for i in range(4)]
    return Problem.from_rows(jobs, [Machine("M")], {("A", "B"): 10, ("B", "A"): 10})


@pytest.mark.parametrize("due", [inf, 20.0])  # on loads, and on orders
def test_one_setup_is_left_of_three(due):
    """A B A B takes 20 s of work and 30 s of setup; A A B B needs 10 s."""
    problem = alternating(due)
    found = LocalSearch().improve(
        problem, Objective(), [[0, 1, 2, 3]], seed=0, stop=MaxIterations(1)
    )
    assert retime(problem, found).makespan == 30


def test_the_same_seed_gives_the_same_sequences():
    """Two chains in two threads and a fixed number of looks: no race decides."""
    rng = np.random.default_rng(0)
    jobs = [
        Job(
            f"J{i}",
            {f"M{k}": int(rng.integers(1, 99)) for k in range(4)},
            predecessors=[f"J{i - 1}"] if i % 4 else [],
            due=float(rng.integers(50, 500)),
        )
        for i in range(40)
    ]
    problem = Problem.from_rows(jobs, [Machine(f"M{k}") for k in range(4)])
    start = first_order(problem)

    def search(seed):
        return LocalSearch().improve(
            problem, Objective(), start, seed=seed, stop=MaxIterations(8)
        )

    assert search(3) == search(3)
    assert search(3) != search(4)


def test_nothing_better_is_the_same():
    """Stopped at once, and at the optimum, what comes back is what was given."""
    problem, best = alternating(), [[0, 2, 1, 3]]
    search = LocalSearch()
    for start, looks in (([[0, 1, 2, 3]], 0), (best, 2)):
        found = search.improve(
            problem, Objective(), start, seed=0, stop=MaxIterations(looks)
        )
        assert found is start


@pytest.mark.parametrize(
    ("job", "objective", "expected"),
    [
        ({}, Objective(), True),
        ({"due": 9.0}, Objective(), False),
        ({"due": 9.0}, Objective(1, 0, 1), True),  # late, but it costs nothing
        ({"release": 3}, Objective(), True),  # the machine is free later still
        ({"release": 4}, Objective(), False),
        ({"predecessors": ["I"]}, Objective(), False),
        ({"may_pause": False}, Objective(), False),  # closures may push it
        ({"reserved": ("M", 3)}, Objective(), False),
    ],
)
def test_loads_decide_only_where_nothing_waits(job, objective, expected):
    """The machines are available from second 3."""
    jobs = [Job("I", {"M": 1}), Job("J", {"M": 1}, **job)]
    problem = Problem.from_rows(jobs, [Machine("M", available=3)])
    assert loads_decide(problem, objective) is expected


def test_jobs_that_must_change_places_do():
    """One job each, on the wrong machine: 9 s; the right way round takes 1 s."""
    jobs = [Job("I", {"M0": 1, "M1": 9}), Job("J", {"M0": 9, "M1": 1})]
    problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
    found = LocalSearch(chains=1).improve(
        problem, Objective(), [[1], [0]], seed=0, stop=MaxIterations(1)
    )
    assert [list(x) for x in found] == [[0], [1]]


def test_cooling_follows_the_limit_that_is_used_up_first():
    """Two of eight looks, or two of four: the smaller number is the budget."""
    for stop, share in (
        (MaxIterations(8), 0.25),
        (AnyOf(MaxIterations(8), MaxIterations(4), never), 0.5),
        (AnyOf(MaxSeconds(1e9), MaxIterations(8)), 0.25),
    ):
        budget = Budget(stop)
        assert not budget.stop()
        assert not budget.stop()
        assert budget.cycle_and_share() == (0, pytest.approx(share, abs=1e-6))


def test_without_a_limit_cycles_double():
    """After the first cycle comes one of twice its length, from the top again."""
    budget = Budget(never)
    seen = []
    for _ in range(3 * FIRST_CYCLE + 1):
        budget.stop()
        seen.append(budget.cycle_and_share())
    assert seen[FIRST_CYCLE // 2 - 1] == (0, 0.5)
    assert seen[FIRST_CYCLE - 1] == (1, 0.0)
    assert seen[2 * FIRST_CYCLE - 1] == (1, 0.5)
    assert seen[3 * FIRST_CYCLE - 1] == (2, 0.0)


def test_a_cooling_begins_hot_and_ends_cold():
    """Gentleness 1 leaves only the cold; half of it, the geometric middle."""
    heat = Heat(1.0, 0.01)
    assert heat.at(0.0, 0.0) == pytest.approx(1.0)
    assert heat.at(1.0, 0.0) == pytest.approx(0.01)
    assert heat.at(0.5, 0.0) == pytest.approx(0.1)
    assert heat.at(0.0, 0.5) == pytest.approx(0.1)
    assert heat.at(0.0, 1.0) == pytest.approx(0.01)


def test_nonsense_is_refused():
    """The message says what was expected."""
    with pytest.raises(ValueError, match="one chain or more"):
        LocalSearch(chains=0)
    with pytest.raises(ValueError, match="hot > cold"):
        Heat(0.1, 0.1)


def test_stopping_does_not_wait_for_the_compiler(monkeypatch):
    """Where nothing is compiled yet, a stop ends the wait, and uses up no look."""
    monkeypatch.setattr(compiling, "_COMPILED", {})
    monkeypatch.setattr(compiling, "_compile", lambda kind, done: None)
    assert not ready(OrderChain, AnyOf(MaxIterations(5), MaxSeconds(0)))


def test_peeking_uses_up_no_look_and_lets_the_last_one_finish():
    """One look allowed: before it and during it, go on; after that, stop."""
    stop = AnyOf(MaxIterations(1), never)
    assert not peek(stop)
    assert not stop()
    assert not peek(stop)
    assert stop()
    assert peek(stop)


def test_a_fault_of_the_compiler_is_told(monkeypatch):
    """Whoever waits gets the error, instead of waiting for ever."""

    def broken(kind, done):
        done.set_exception(RuntimeError("no compiler"))

    monkeypatch.setattr(compiling, "_COMPILED", {})
    monkeypatch.setattr(compiling, "_compile", broken)
    with pytest.raises(RuntimeError, match="no compiler"):
        ready(OrderChain, never)


def test_one_signature_serves_all_problems():
    """Another problem compiles nothing again: that would take seconds each time."""
    kinds = set()
    for n in (1, 3):
        jobs = [Job(f"J{i}", {"M": 5}, group=f"G{i}", due=9.0) for i in range(n)]
        calendar = Calendar(np.array([[3, 4]] * (n - 1)).reshape(-1, 2))
        problem = Problem.from_rows(
            jobs, [Machine("M", calendar=calendar)], {("G0", f"G{n - 1}"): n}
        )
        kinds.add(numba.typeof(arrays(problem, Objective())))
    assert len(kinds) == 1
