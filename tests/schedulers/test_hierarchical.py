from dataclasses import replace
from math import inf

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate
from core.planning.scheduler import Pace, PlanningCancelled
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxIterations
from core.policy.checkpoint import Card, Model
from core.policy.compiled import plan_loop
from core.policy.compiled.plan_loop import PlanLoop
from core.policy.errors import TooLargeError
from core.policy.networks import build_policy
from core.problem.objective import Objective
from core.schedulers.hierarchical import HierarchicalScheduler, card_lookahead
from core.schedulers.tensors import plans
from core.schedulers.tensors.plans import TensorPlans
from core.simulation.problems.side_by_side import side_by_side
from core.simulation.problems.stack import stack
from tests.strategies import problems


def model_of(kind, lookahead=0.0, **network):
    """An untrained model of some kind."""
    torch.manual_seed(0)
    policy = build_policy(kind, network).eval()
    card = Card(
        name="tiny",
        policy=kind,
        created="2026-01-05",
        network=network,
        data={},
        config={},
        seed=0,
        command="",
        wall_seconds=0.0,
        decisions=0,
        lookahead=lookahead,
        weights="0123456789abcdef",
    )
    return Model.of(policy, card)


def by_loop(model, problem):
    """Plans in machine code."""
    return PlanLoop(side_by_side([problem], [Objective()]), model.network, 0.0)


def by_tensors(model, problem):
    """Plans by torch."""
    return TensorPlans(model.policy, stack([problem], [Objective()]), 0.0)


@pytest.fixture(scope="module")
def model():
    """An untrained set policy that plans with lookahead 0."""
    return model_of("set", hidden=8)


@pytest.fixture(scope="module")
def shift():
    """24 jobs on 4 machines, with calendars."""
    return generate(replace(KINDS["shift_calendar"], jobs=24, machines=4), 1)


@settings(max_examples=15)
@given(problems(), st.integers(0, 9), st.sampled_from([None, 0.0, 5.0, inf]))
def test_every_problem_is_planned(model, problem, seed, lookahead):
    """Greedy and sampled; a result is verified when it is made."""
    for samples in (1, 3):
        scheduler = HierarchicalScheduler(
            model, PlanSettings(samples=samples, lookahead=lookahead)
        )
        result = scheduler.schedule(problem, Objective(), seed=seed)
        assert result.decisions == problem.num_jobs
        assert result.model == "tiny@0123456789ab"
        assert result.scheduler == "hierarchical"


def test_the_trace_is_the_plan(model, shift):
    """One decision per job, each the most probable of its candidates."""
    result = HierarchicalScheduler(model).schedule(shift, Objective())
    trace = result.trace
    assert (trace.problem_hash, trace.model) == (shift.content_hash, result.model)
    assert trace.lookahead == 0
    assert len(trace) == 24
    assert sorted(trace.job.tolist()) == list(range(24))
    assert trace.is_of(result.schedule)
    for t in range(24):
        decision = trace[t]
        assert decision.jobs[decision.job_scores.argmax()] == decision.job
        assert decision.machines[decision.machine_scores.argmax()] == decision.machine
        assert decision.clock <= result.schedule.start[decision.job]
    assert np.isfinite(trace.value).all()
    assert (np.diff(trace.clock) >= 0).all()


@pytest.mark.parametrize("made", [by_loop, by_tensors])
def test_a_path_is_followed_and_leads_to_the_same_plan(model, shift, made):
    """The trace of a sampled plan, played again; half of it, and then the policy."""
    sampled = HierarchicalScheduler(model, PlanSettings(samples=8)).schedule(
        shift, Objective(), seed=3
    )
    chosen = sampled.trace
    path = list(zip(chosen.job.tolist(), chosen.machine.tolist(), strict=True))
    plans = made(model, shift)
    again = plans.greedy(path=path)
    assert np.array_equal(again.schedule.end, sampled.schedule.end)
    half = plans.greedy(path=path[:12])
    assert list(half.path[:12]) == path[:12]
    assert sorted(job for job, _ in half.path) == list(range(24))
    with pytest.raises(ValueError, match="may not be chosen"):
        plans.greedy(path=[path[0], path[0]])


def test_samples_are_never_worse_than_greedy_and_repeat(model):
    """The greedy plan is among them; the same seed gives the same, another does not."""
    shift = generate(replace(KINDS["shift_calendar"], jobs=24, machines=4), 2)
    greedy = HierarchicalScheduler(model).schedule(shift, Objective())
    scheduler = HierarchicalScheduler(model, PlanSettings(samples=12))
    best = [scheduler.schedule(shift, Objective(), seed=seed) for seed in (0, 0, 1, 2)]
    assert all(result.cost <= greedy.cost for result in best)
    assert min(result.cost for result in best) < greedy.cost
    assert np.array_equal(best[0].schedule.end, best[1].schedule.end)
    assert len({result.cost for result in best}) > 1
    assert all(result.trace.is_of(result.schedule) for result in best)
    assert "12 plans" in best[0].reason
    assert f"{greedy.cost:.4f}" in best[0].reason


def test_a_greedy_plan_that_is_the_best_is_kept(model, shift):
    """Where the drawn plan is worse; the number of plans is told all the same."""
    greedy = HierarchicalScheduler(model).schedule(shift, Objective())
    two = HierarchicalScheduler(model, PlanSettings(samples=2))
    tried = (two.schedule(shift, Objective(), seed=seed) for seed in range(40))
    result = next(x for x in tried if x.cost == greedy.cost)
    assert np.array_equal(result.schedule.end, greedy.schedule.end)
    assert "2 plans" in result.reason


def test_a_small_room_still_makes_all_samples(model, shift, monkeypatch):
    """Tensors, five copies at a time."""
    pairs = shift.num_jobs * shift.num_machines
    monkeypatch.setattr(plans, "MOST_BYTES", 5 * pairs * plans.BYTES_PER_PAIR)
    best, made = by_tensors(model, shift).best_sampled(11, 0, Pace(11 * 24, "drawing"))
    assert made == 11
    assert sorted(job for job, _ in best.path) == list(range(24))


def test_more_samples_of_a_seed_are_the_same_and_others_after_them(model, shift):
    """The best of 1 … 8 never gets worse, and each is found again."""
    loop = by_loop(model, shift)
    costs = [
        loop.best_sampled(count, 3, Pace(count * 24, "drawing"))[0].cost
        for count in (*range(1, 9), 8)
    ]
    assert costs[:8] == sorted(costs[:8], reverse=True)
    assert costs[-1] == costs[-2]
    assert len(set(costs)) > 1


def test_a_stop_before_the_first_plan_cancels_and_after_it_keeps_the_best(
    model, shift, monkeypatch
):
    """The first plan asks 3 times, then the scheduler; samples are dropped midway."""
    monkeypatch.setattr(plan_loop, "STEPS", 8)
    scheduler = HierarchicalScheduler(model, PlanSettings(samples=4))
    with pytest.raises(PlanningCancelled):
        scheduler.schedule(shift, Objective(), stop=MaxIterations(2))
    result = scheduler.schedule(shift, Objective(), stop=MaxIterations(5))
    greedy = HierarchicalScheduler(model).schedule(shift, Objective())
    assert np.array_equal(result.schedule.end, greedy.schedule.end)
    assert result.reason == greedy.reason


def test_progress_rises_to_one(model, shift):
    """Shares in [0, 1], never falling."""
    told = []
    HierarchicalScheduler(model, PlanSettings(samples=3)).schedule(
        shift, Objective(), progress=lambda share, what: told.append(share)
    )
    assert told == sorted(told)
    assert told[-1] == 1


def test_the_card_says_how_long_machines_may_wait(shift):
    """In mean processing times; null is for ever; the planner's own goes before."""
    mean = float(shift.mean_processing.mean())
    assert card_lookahead(shift, model_of("set", 0.0, hidden=4)) == 0
    assert card_lookahead(shift, model_of("set", 2.0, hidden=4)) == 2 * mean
    waiting = model_of("set", None, hidden=4)
    assert card_lookahead(shift, waiting) == inf
    result = HierarchicalScheduler(waiting).schedule(shift, Objective())
    assert result.trace.lookahead == inf
    result = HierarchicalScheduler(waiting, PlanSettings(lookahead=7.0)).schedule(
        shift, Objective()
    )
    assert result.trace.lookahead == 7


@pytest.mark.parametrize("kind", ["fixed", "flat"])
@pytest.mark.parametrize("places", [(23, 4), (24, 3)])
def test_too_few_places_are_refused(shift, kind, places):
    """By name, with both sizes, before anything is planned."""
    model = model_of(kind, jobs=places[0], machines=places[1])
    with pytest.raises(TooLargeError, match=r"'tiny' takes at most .* has 24 and 4"):
        HierarchicalScheduler(model).schedule(shift, Objective())


@pytest.mark.parametrize("kind", ["fixed", "flat"])
def test_other_networks_plan_what_fits(shift, kind):
    """Exactly as many places as there are jobs and machines."""
    model = model_of(kind, jobs=24, machines=4)
    result = HierarchicalScheduler(model, PlanSettings(samples=2)).schedule(
        shift, Objective()
    )
    assert len(result.trace) == 24
