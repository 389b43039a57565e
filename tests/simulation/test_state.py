"""The state in 80 numbers: what each is, and the range it keeps."""

from collections import Counter
from math import inf, log, tanh

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.simulation.simulator import Simulator
from core.simulation.state import observe_state
from core.simulation.state_table import STATE_FEATURES
from tests.simulation.playing import lookaheads, one, place, play_randomly
from tests.strategies import problems

ROUNDING = 1e-6  # of float32


def seen(simulator):
    """The state by name."""
    row = observe_state(simulator, simulator.active)[0].tolist()
    return dict(zip((f.name for f in STATE_FEATURES), row, strict=True))


def outside(simulator):
    """The features of any active rollout that are not numbers, or out of range."""
    low = torch.tensor([f.low for f in STATE_FEATURES]) - ROUNDING
    high = torch.tensor([f.high for f in STATE_FEATURES]) + ROUNDING
    state = observe_state(simulator, simulator.active)
    wrong = ~((state >= low) & (state <= high)).all(0)  # NaN is in no range
    return [f.name for f, bad in zip(STATE_FEATURES, wrong, strict=True) if bad]


@pytest.fixture
def shop():
    """a 10 s, b 20 s with twice the weight, due at 5 s; each on M or N."""
    return Problem.from_rows(
        [
            Job("a", {"M": 10, "N": 10}),
            Job("b", {"M": 20, "N": 20}, due=5.0, weight=2.0),
        ],
        [Machine("M"), Machine("N")],
    )


def test_there_are_80_names():
    """60 base and 20 hierarchical features, no two alike, each with its meaning."""
    names = [feature.name for feature in STATE_FEATURES]
    assert len(names) == 80
    assert len(set(names)) == 80
    assert all(f.meaning and f.low < f.high for f in STATE_FEATURES)
    kinds = Counter(name.split()[0].rstrip(",") for name in names[60:])
    assert kinds == {"job": 10, "machine": 5, "compatibility": 5}


def test_the_state_at_plan_start(shop):
    """All is free; b cannot be on time; the ideal horizon is 15 s."""
    state = seen(one(shop))
    expected = {
        "machine types 1: load": 1.0,
        "machine types 1: idle": 1.0,
        "machine types 2: load": 0.0,
        "priority class 1: urgency": tanh(15 / 15),  # b has 5 s and needs 20
        "priority class 1: remaining": 0.5,
        "priority class 3: urgency": 0.0,  # a has no due date
        "done": 0.0,
        "work left": 1.0,
        "idle machines": 1.0,
        "candidates": 1.0,
        "late": 0.5,
        "due": 0.5,
        "size": log(2) / log(10_000),
        "machines": log(2) / log(1_000),
        "job complexity, 100%": tanh(20 / 15),
        "compatibility, 0%": 1.0,
    }
    assert {name: state[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_the_state_once_a_job_is_placed(shop):
    """a runs on M from 0 to 10 s: N is idle, and only b is left."""
    simulator = one(shop)
    place(simulator, 0, 0)
    state = seen(simulator)
    expected = {
        "machine types 1: idle": 0.5,
        "machine types 1: free in": tanh(5 / 15),
        "priority class 1: progress": 0.0,
        "priority class 3: progress": 1.0,
        "priority class 1: remaining": 1.0,
        "done": 0.5,
        "clock": 0.0,
        "work left": 20 / 2 / 15,
        "idle machines": 0.5,
        "busy": tanh(10 / 2 / 15),
        "late": 1.0,
        "due": 1.0,
        "setup": 0.0,
    }
    assert {name: state[name] for name in expected} == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40)
@given(problems(), st.integers(0, 2**32 - 1), st.integers(0, 2))
def test_features_keep_their_ranges(problem, seed, which):
    """Finite and in range, at every decision of random play, from one job up."""
    simulator = one(problem, lookahead=lookaheads(problem)[which])

    def look():
        assert outside(simulator) == []

    play_randomly(simulator, seed, look)


@pytest.mark.parametrize("kind", KINDS)
def test_features_of_generated_problems_keep_their_ranges(kind):
    """The kinds that models are trained on, at every decision."""
    simulator = one(generate(KINDS[kind].resized(15, 4), 0), lookahead=inf)
    play_randomly(simulator, 0, lambda: outside(simulator) == [] or pytest.fail(kind))


@settings(max_examples=10)
@given(problems(max_jobs=4), problems(max_jobs=8))
def test_a_neighbour_does_not_change_the_state(problem, other):
    """Side by side with a problem of another size, the state is the same."""
    alone = observe_state(one(problem), torch.tensor([0]))
    both = observe_state(Simulator([problem, other]), torch.tensor([0]))
    assert torch.allclose(both, alone, atol=1e-5)
