from dataclasses import replace
from math import exp, inf

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.simulation.reward import REWARDS, CostReward, ShapedReward, ShapedWeights
from core.simulation.simulator import Simulator
from tests.simulation.playing import choose, lookaheads
from tests.strategies import problems

NOTHING = ShapedWeights(0, 0, 0, 0, 0, 0)


def earned(simulator, reward, decisions=None, seed=0):
    """Rewards of each decision, shape (T, B); random decisions unless given."""
    rng = np.random.default_rng(seed)
    reward.begin(simulator)
    rows = []
    while len(simulator.active):
        if decisions is None:
            chosen = choose(simulator, rng)
        else:
            job, machine = decisions[len(rows)]
            chosen = tuple(torch.tensor([x]) for x in (0, job, machine))
        simulator.step(*chosen)
        row = torch.zeros(simulator.num_rollouts, dtype=torch.float64)
        row[chosen[0]] = reward.after(simulator, *chosen)
        rows.append(row)
    return torch.stack(rows)


@pytest.fixture
def pair():
    """
    Job a (10 s, important, due at 20, on M by preference), then b (30 s); X to Y 4 s.

    Ideal horizon (10 + 30) / 2 = 20 s, mean processing 20 s.
    """
    return Problem.from_rows(
        [
            Job("a", {"M": 10}, group="X", due=20.0, important=True, preferred="M"),
            Job("b", {"M": 30, "N": 30}, group="Y"),
        ],
        [Machine("M"), Machine("N")],
        {("X", "Y"): 4},
    )


@settings(max_examples=40)
@given(st.lists(problems(), min_size=1, max_size=3), st.integers(0, 2**32 - 1))
def test_cost_rewards_sum_to_minus_the_cost_and_are_never_positive(batch, seed):
    """In a batch of problems of different sizes, random decisions."""
    waits = [lookaheads(problem)[i] for i, problem in enumerate(batch)]
    simulator = Simulator(batch, lookahead=waits, copies=2)
    rewards = earned(simulator, CostReward(), seed=seed)
    assert torch.allclose(rewards.sum(0), -simulator.cost, rtol=1e-12)
    assert (rewards <= 1e-12).all()


@pytest.mark.parametrize(
    ("term", "first", "second"),
    [
        # Decisions: a on M (0-10), b on M behind it (setup 10-14, run 14-44).
        ("importance", 5.0, 0.0),
        ("urgency", 2 * exp(-(20 - 10) / 20), 0.0),  # b has no due date
        ("balance", -3 * (10 / 10 - 0.5), -3 * (40 / 44 - 20 / 44)),
        ("preferred", 3.0, 0.0),
        ("setup", 0.0, -0.5 * 4 / 20),
        ("completion", 0.0, 100 * 20 / 44),
    ],
)
def test_each_shaped_term_by_hand(pair, term, first, second):
    """One weight at its default, the others 0."""
    weights = replace(NOTHING, **{term: getattr(ShapedWeights(), term)})
    simulator = Simulator([pair], lookahead=inf)
    rewards = earned(simulator, ShapedReward(weights), [(0, 0), (1, 0)])
    assert rewards[:, 0].tolist() == pytest.approx([first, second])


def test_an_important_job_pays_less_the_later_it_is_placed(pair):
    """Placed second of two, it earns half."""
    weights = replace(NOTHING, importance=5.0)
    simulator = Simulator([pair], lookahead=inf)
    rewards = earned(simulator, ShapedReward(weights), [(1, 1), (0, 0)])
    assert rewards[:, 0].tolist() == [0, 2.5]


@settings(max_examples=15)
@given(st.lists(problems(), min_size=2, max_size=3), st.integers(0, 2**32 - 1))
def test_shaped_rewards_do_not_depend_on_company(batch, seed):
    """A problem earns the same in a batch as by itself; every number is finite."""
    rng = np.random.default_rng(seed)
    together = Simulator(batch, lookahead=inf)
    alone = [Simulator([problem], lookahead=inf) for problem in batch]
    shared, own = ShapedReward(), [ShapedReward() for _ in batch]
    shared.begin(together)
    for reward, simulator in zip(own, alone, strict=True):
        reward.begin(simulator)
    while len(together.active):
        b, jobs, machines = choose(together, rng)
        together.step(b, jobs, machines)
        gains = shared.after(together, b, jobs, machines)
        assert torch.isfinite(gains).all()
        for i, rollout in enumerate(b.tolist()):
            chosen = torch.tensor([0]), jobs[i : i + 1], machines[i : i + 1]
            alone[rollout].step(*chosen)
            gain = own[rollout].after(alone[rollout], *chosen)
            assert float(gains[i]) == pytest.approx(float(gain), rel=1e-9)


@pytest.mark.parametrize("value", [-1.0, inf, float("nan")])
def test_a_weight_that_is_no_weight_is_refused(value):
    """The message names it."""
    with pytest.raises(ValueError, match="setup >= 0"):
        ShapedWeights(setup=value)


def test_rewards_are_found_by_name():
    """The two that training offers."""
    assert {name: type(make()) for name, make in REWARDS.items()} == {
        "cost": CostReward,
        "shaped": ShapedReward,
    }
