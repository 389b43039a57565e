from itertools import pairwise
from math import inf

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.simulation.simulator import Simulator
from core.timing.retime import retime
from tests.simulation.playing import (
    choose,
    lookaheads,
    masks_by_definition,
    one,
    place,
    play_randomly,
)
from tests.strategies import problems, special_problems

SEEDS = st.integers(0, 2**32 - 1)
OBJECTIVES = st.sampled_from([Objective(), Objective(1, 0, 0), Objective(0.2, 3, 1)])


@pytest.fixture
def shop():
    """
    Two machines, closed 20-30 s and never; b (10 s, group Y) follows a (8 s, group X).

    Changing from X to Y takes 5 s; c may start at 3 s, on the second machine alone.
    """
    return Problem.from_rows(
        [
            Job("a", {"M": 8, "N": 9}, group="X", due=10.0),
            Job("b", {"M": 10}, group="Y", predecessors=["a"], due=25.0, weight=2.0),
            Job("c", {"N": 4}, group="X", release=3),
        ],
        [Machine("M", calendar=Calendar(np.array([[20, 30]]))), Machine("N")],
        {("X", "Y"): 5},
    )


def test_a_plan_by_hand(shop):
    """a runs 0-8, the setup 8-13, b from 13 with a pause 20-30 to 33, c 3-7."""
    simulator = one(shop)
    place(simulator, 0, 0)
    place(simulator, 2, 1)
    place(simulator, 1, 0)
    (schedule,) = simulator.schedules()
    assert schedule.machine.tolist() == [0, 0, 1]
    assert schedule.setup_start.tolist() == [0, 8, 0]
    assert schedule.setup_end.tolist() == [0, 13, 0]
    assert schedule.start.tolist() == [0, 13, 3]
    assert schedule.end.tolist() == [8, 33, 7]
    assert float(simulator.makespan) == 33
    assert float(simulator.weighted_tardiness) == 2 * 8
    assert float(simulator.setup_total) == 5


def test_the_clock_by_hand(shop):
    """At 0 only a may start; c may be waited for when the lookahead reaches 3 s."""
    assert one(shop).job_mask.tolist() == [[True, False, False]]
    assert one(shop, lookahead=2.0).job_mask.tolist() == [[True, False, False]]
    assert one(shop, lookahead=3.0).job_mask.tolist() == [[True, False, True]]
    simulator = one(shop)
    place(simulator, 0, 0)
    assert float(simulator.now) == 3  # c on N; b not before 8
    assert simulator.job_mask.tolist() == [[False, False, True]]


def test_a_closed_machine_cannot_be_chosen_until_it_opens(shop):
    """Once a has run on N until 21 s, b may start at 30 s, when M opens."""
    late = Problem.from_rows(
        [Job("a", {"N": 21}), Job("b", {"M": 10}, predecessors=["a"])],
        [Machine("M", calendar=Calendar(np.array([[20, 30]]))), Machine("N")],
    )
    simulator = one(late)
    place(simulator, 0, 1)
    assert float(simulator.now) == 30


def test_a_masked_choice_is_refused_and_changes_nothing(shop):
    """b waits for a; a is not placed twice; c does not fit machine M."""
    simulator = one(shop)
    for job, machine in [(1, 0), (2, 0), (2, 1)]:
        with pytest.raises(ValueError, match="masked"):
            place(simulator, job, machine)
    assert int(simulator.remaining) == 3
    place(simulator, 0, 0)
    with pytest.raises(ValueError, match="masked"):
        place(simulator, 0, 1)
    assert int(simulator.remaining) == 2


def test_half_a_plan_is_not_given_out(shop):
    """A schedule has every job or is none."""
    with pytest.raises(ValueError, match="not scheduled yet"):
        one(shop).schedules()


@pytest.mark.parametrize("lookahead", [-1.0, float("nan"), [0.0, -1.0]])
def test_a_negative_lookahead_is_refused(shop, lookahead):
    """Also one among several."""
    with pytest.raises(ValueError, match="lookahead >= 0"):
        Simulator([shop] * 2, lookahead=lookahead)


@settings(max_examples=40)
@given(problems() | special_problems(), OBJECTIVES, SEEDS)
def test_a_random_agent_places_every_job_and_breaks_no_rule(problem, objective, seed):
    """Whatever the lookahead; times and cost are those of the other truths."""
    for lookahead in lookaheads(problem):
        simulator = play_randomly(one(problem, objective, lookahead=lookahead), seed)
        (schedule,) = simulator.schedules()
        assert not violations(problem, schedule)
        sequences = [*schedule.sequences]
        sequences += [()] * (problem.num_machines - len(sequences))
        timed = retime(problem, sequences)
        for name in ("machine", "setup_start", "setup_end", "start", "end"):
            assert np.array_equal(getattr(schedule, name), getattr(timed, name)), name
        cost = objective.cost(problem, schedule)
        assert float(simulator.cost) == pytest.approx(cost, rel=1e-12)


@settings(max_examples=40)
@given(problems() | special_problems(), SEEDS, st.sampled_from([0, 1, 2]))
def test_masks_are_those_of_the_definition(problem, seed, which):
    """Clock, job mask and machine masks before every decision, from the problem."""
    lookahead = lookaheads(problem)[which]
    simulator = one(problem, lookahead=lookahead)

    def look():
        done = torch.nonzero(simulator.scheduled[0])[:, 0].tolist()
        end = {j: int(simulator.times[3, 0, j]) for j in done}
        free, group = problem.available.tolist(), problem.initial_group.tolist()
        for j, at in sorted(end.items(), key=lambda x: x[1]):
            k = int(simulator.machine[0, j])
            free[k], group[k] = at, problem.group[j]
        pairs, now = masks_by_definition(problem, end, free, group, lookahead)
        assert float(simulator.now) == now
        assert np.array_equal(simulator.job_mask[0].numpy(), pairs.any(1))
        jobs = torch.arange(problem.num_jobs)
        mask = simulator.machine_mask(torch.zeros_like(jobs), jobs)
        assert np.array_equal(mask.numpy(), pairs)

    play_randomly(simulator, seed, look)


@settings(max_examples=25)
@given(st.lists(problems() | special_problems(), min_size=2, max_size=3), SEEDS)
def test_a_batch_of_any_sizes_is_each_problem_by_itself(batch, seed):
    """The same decisions give the same times, costs, bounds and running sums."""
    waits = [lookaheads(problem)[i] for i, problem in enumerate(batch)]
    copies = 2
    together = Simulator(batch, lookahead=waits, copies=copies)
    alone = [
        one(batch[i], lookahead=waits[i])
        for i in range(len(batch))
        for _ in range(copies)
    ]
    rng = np.random.default_rng(seed)
    while len(together.active):
        rollouts, jobs, machines = choose(together, rng)
        for b, job, machine in zip(*map(list, (rollouts, jobs, machines)), strict=True):
            place(alone[b], int(job), int(machine))
        together.step(rollouts, jobs, machines)
        for b, single in enumerate(alone):
            n, m = single.num_jobs, single.num_machines
            assert torch.equal(together.job_mask[b, :n], single.job_mask[0])
            assert not together.job_mask[b, n:].any()
            if len(single.active):
                assert together.now[b] == single.now[0]
            assert torch.equal(together.ready[b, :m], single.ready[0])
            assert torch.equal(together.times[:, b, :n], single.times[:, 0])
            assert float(together.cost[b]) == pytest.approx(
                float(single.cost), rel=1e-12
            )
            assert float(together.bound[b]) == pytest.approx(
                float(single.bound), rel=1e-12
            )
            assert torch.allclose(together.load[b, :m], single.load[0], atol=1e-3)
    sizes = [len(schedule.machine) for schedule in together.schedules()]
    assert sizes == [p.num_jobs for p in batch for _ in range(copies)]


@settings(max_examples=40)
@given(problems() | special_problems(), OBJECTIVES, SEEDS, st.sampled_from([0, 1, 2]))
def test_the_bound_never_falls_and_ends_at_the_cost(problem, objective, seed, which):
    """So it was never above what the plan came to cost."""
    simulator = one(problem, objective, lookahead=lookaheads(problem)[which])
    bounds = []
    play_randomly(simulator, seed, lambda: bounds.append(float(simulator.bound)))
    bounds.append(float(simulator.bound))
    assert all(b >= a - 1e-12 for a, b in pairwise(bounds))
    assert bounds[-1] == pytest.approx(float(simulator.cost), rel=1e-12)


@settings(max_examples=25)
@given(problems(), SEEDS)
def test_the_outcome_told_before_is_the_outcome(problem, seed):
    """Setup, start and end on every machine, as the step then finds them."""
    simulator = one(problem, lookahead=inf)
    rng = np.random.default_rng(seed)
    while len(simulator.active):
        b, jobs, machines = choose(simulator, rng)
        told = simulator.outcome(b, jobs)[:, 0]
        eligible = torch.tensor(problem.eligible[int(jobs)].tolist())
        assert torch.equal(torch.isfinite(told[3]), eligible)
        simulator.step(b, jobs, machines)
        assert torch.equal(told[:, machines[0]], simulator.times[:, 0, jobs[0]])


@given(problems(), SEEDS)
@settings(max_examples=15)
def test_running_sums_end_at_nothing_and_a_reset_is_a_new_start(problem, seed):
    """Work, load and group work left are 0 at the end; the second play is the first."""
    simulator = play_randomly(one(problem), seed)
    for left in (simulator.work_left, simulator.load, simulator.group_work):
        assert torch.allclose(left, torch.zeros_like(left), atol=1e-3)
    first = simulator.times.clone()
    simulator.reset()
    assert int(simulator.remaining) == problem.num_jobs
    assert torch.equal(play_randomly(simulator, seed).times, first)


def test_copies_of_a_problem_are_adjacent(shop):
    """Rollout 2 is the first copy of the second problem."""
    other = Problem.from_rows([Job("x", {"M": 1})], [Machine("M")])
    simulator = Simulator([shop, other], copies=2)
    assert simulator.source.tolist() == [0, 0, 1, 1]
    assert simulator.remaining.tolist() == [3, 3, 1, 1]
    simulator.step(torch.tensor([2, 3]), torch.tensor([0, 0]), torch.tensor([0, 0]))
    assert simulator.active.tolist() == [0, 1]
