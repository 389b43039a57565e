"""The search where jobs wait after others, may not pause, or are reserved."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.planning.stopping import MaxIterations
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.search.arrays import arrays
from core.search.chains import OrderChain
from core.search.refine import refine
from core.timing.retime import retime
from tests.strategies import problems_and_sequences


@st.composite
def mixed(draw, **sizes):
    """
    A problem with everything, and an order whose plan keeps its reservations.

    Reserved are some of its jobs at their times in that plan, each after its
    predecessors.
    """
    problem, order = draw(problems_and_sequences(**sizes))
    n = problem.num_jobs
    waits = draw(st.lists(st.just(0) | st.integers(1, 15), min_size=n, max_size=n))
    pauses = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    problem = replace(problem, wait_after=np.array(waits), may_pause=np.array(pauses))
    plan = retime(problem, order)
    wanted = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    for job in np.argsort(plan.start, kind="stable").tolist():
        before = list(problem.predecessors[job])
        if not wanted[job] or (problem.reserved_machine[before] < 0).any():
            continue
        machine, start = problem.reserved_machine.copy(), problem.reserved_start.copy()
        machine[job], start[job] = plan.machine[job], plan.start[job]
        try:
            problem = replace(problem, reserved_machine=machine, reserved_start=start)
        except ValueError:
            continue  # a detour over other groups took less setup: refused
    return problem, order


@settings(max_examples=60)
@given(mixed(max_jobs=10), st.integers(0, 99), st.sampled_from([1.0, 0.01]))
def test_the_accounts_are_exact_and_reservations_kept(drawn, seed, heat):
    """After any moves, in what it stands at and in the best."""
    problem, start = drawn
    objective = Objective()
    chain = OrderChain(problem, arrays(problem, objective), start, seed)
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
    reserved = np.flatnonzero(problem.reserved_machine >= 0)
    for plan in (best, now):
        starts, machines = plan.start[reserved], plan.machine[reserved]
        assert starts.tolist() == problem.reserved_start[reserved].tolist()
        assert machines.tolist() == problem.reserved_machine[reserved].tolist()


def test_a_gap_before_a_reservation_is_used_only_with_its_setup():
    """
    A job of 30 s and one of 60 s, both due at 60 s; one is reserved at 100 s.

    The short one and then 40 s of setup for the reserved group fit before 100 s; of
    the long one only the 60 s would.
    """
    jobs = [
        Job("short", {"M": 30}, group="a", due=60.0),
        Job("long", {"M": 65}, group="a", due=60.0, important=True),
        Job("locked", {"M": 10}, group="b", reserved=("M", 100)),
    ]
    problem = Problem.from_rows(
        jobs, [Machine("M")], {("a", "b"): 40, ("b", "a"): 5, ("a", "a"): 0}
    )
    start = retime(problem, [[2, 1, 0]])
    found = refine(
        problem, Objective(), start, stop=MaxIterations(99), moves=2000, seed=1
    )
    assert found.start.tolist() == [0, 115, 100]
    assert not violations(problem, found)
