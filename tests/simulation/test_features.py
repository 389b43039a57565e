from math import inf, log, log1p, tanh

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.simulation.features import (
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    observe,
    observe_machines,
    squash,
    unsquash,
)
from core.simulation.simulator import Simulator
from core.simulation.state_table import STATE_FEATURES
from core.simulation.tensors import job_features, overall_features
from tests.simulation.playing import choose, lookaheads, one, place, play_randomly
from tests.strategies import problems

SEEDS = st.integers(0, 2**32 - 1)


@pytest.fixture
def shop():
    """
    Mean processing times 15, 10 and 5 s: the unit is 10 s, the ideal horizon 15 s.

    a (X) takes 10 s on M and 20 on N, where planners prefer it; b (Y) 10 s on M,
    due at 30 s, important; c (X) 5 s on N, behind a. X to Y takes 4 s, Y to X 2.
    """
    return Problem.from_rows(
        [
            Job("a", {"M": 10, "N": 20}, group="X", preferred="N"),
            Job("b", {"M": 10}, group="Y", due=30.0, important=True),
            Job("c", {"N": 5}, group="X", predecessors=["a"]),
        ],
        [Machine("M", group="X"), Machine("N")],
        {("X", "Y"): 4, ("Y", "X"): 2},
    )


def job_values(simulator, job):
    """Features of a candidate, by name."""
    seen = observe(simulator)
    row = int((seen.job == job).nonzero())
    values = seen.job_features[row].tolist()
    return {x.name: y for x, y in zip(JOB_FEATURES, values, strict=True)}


def machine_values(simulator, job, machine):
    """Features of a machine for a job, by name."""
    seen = observe_machines(simulator, torch.tensor([0]), torch.tensor([job]))
    row = int((seen.machine == machine).nonzero())
    values = seen.machine_features[row].tolist()
    return {x.name: y for x, y in zip(MACHINE_FEATURES, values, strict=True)}


def overall(simulator):
    """Global features, by name."""
    values = observe(simulator).global_features[0].tolist()
    return {x.name: y for x, y in zip(GLOBAL_FEATURES, values, strict=True)}


def test_candidates_are_those_of_the_mask(shop):
    """a and b may start, c waits for a."""
    assert observe(one(shop)).job.tolist() == [0, 1]


def test_job_features_by_hand(shop):
    """Job b at plan start: setup 4 s on M, start at once, end at 14 s."""
    b = job_values(one(shop), 1)
    expected = {
        "processing now": log1p(1),
        "setup now": log1p(0.4),
        "end now": log1p(1.4),
        "end regret": 0,
        "wait": 0,
        "dead time": log1p(0.4),
        "pause": 0,
        "no setup": 0,
        "slack, near": tanh((30 - 10) / 10 / 4),
        "late": 0,
        "machines now": 1 / 2,
        "group work": log1p(1),
        "group share": 10 / 30,
        "chain": 0,
        "due": 1,
        "weight": log1p(5 / (7 / 3)),
        "weight behind": log1p(5 / (7 / 3)),
        "important": 1,
        "successors": 0,
        "machines": 1 / 2,
        "only machine": 1,
        "preferred": 0,
        "mean processing": log1p(1),
        "best processing": log1p(1),
        "criticality": 10 / 15,
        "chain pressure": log1p(10 / 15),
    }
    assert {name: b[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_job_features_follow_the_plan(shop):
    """After b on M (to 14 s), a may start on N at 0; M needs a setup of 2 s, to 26."""
    simulator = one(shop, lookahead=inf)
    place(simulator, 1, 0)
    a = job_values(simulator, 0)
    expected = {
        "processing now": log1p(1),
        "setup now": 0,
        "setup saved": log1p((0 + 2 + 0) / 3 / 10),  # from a, b, c into X
        "end now": log1p(2),  # on N; 2.6 on M
        "wait": 0,
        "machines now": 1,
        "chain": log1p(0.5),
        "successors": 1,
        "due": 0,
        "preferred": 1,
        "slack, near": 0,
        "group work": log1p(2),
        "group share": 1,
        "criticality": 1,
    }
    assert {name: a[name] for name in expected} == pytest.approx(expected, abs=1e-6)


def test_machine_features_by_hand(shop):
    """a on M (set up for X: 0-10 s) and on N (free, 0-20 s, preferred)."""
    simulator = one(shop)
    on_m, on_n = (machine_values(simulator, 0, machine) for machine in (0, 1))
    expected = {
        "processing": log1p(1),
        "setup": 0,
        "end": log1p(1),
        "end regret": 0,
        "wait": 0,
        "busy": 0,
        "no setup": 1,
        "same group": 1,
        "preferred": 0,
        "processing ratio": 10 / 15,
        "own group work": log1p(2),
    }
    assert {name: on_m[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    expected = {
        "processing": log1p(2),
        "end": log1p(2),
        "end regret": log1p(1),
        "work and setup regret": log1p(1),
        "same group": 0,
        "no setup": 1,
        "preferred": 1,
        "processing ratio": 20 / 15,
        "own group work": 0,
    }
    assert {name: on_n[name] for name in expected} == pytest.approx(expected, abs=1e-6)
    assert on_m["fit"] + on_n["fit"] == pytest.approx(1, abs=1e-6)
    assert on_m["fit of others"] == pytest.approx(on_n["fit"])


def test_global_features_by_hand(shop):
    """Before anything, and when a is placed on M: c is next, on N from 10 s."""
    simulator = one(shop, Objective(1, 2, 1))
    start = overall(simulator)
    expected = {
        "work left": log1p(1.5),
        "clock": 0,
        "makespan": log1p(15 / 15),
        "busy spread": 0,
        "done": 0,
        "idle machines": 1,
        "size": log1p(3) / 4,
        "machines": log1p(2) / 4,
        "may wait": 0,
        "any order": 0,
        "candidates": 2 / 3,
        "late": 0,
        "due": 1 / 2,
        "finish early": 1 / 4,
        "on time": 2 / 4,
        "few setups": 1 / 4,
    }
    assert {x: start[x] for x in expected} == pytest.approx(expected, abs=1e-6)
    place(simulator, 0, 0)
    expected = {"done": 1 / 3, "clock": log1p(10 / 15), "candidates": 1, "due": 1 / 2}
    later = overall(simulator)
    assert {x: later[x] for x in expected} == pytest.approx(expected, abs=1e-6)


def test_the_dispatch_index_by_hand(shop):
    """Log of w/p' exp(-slack / k1) exp(-s / (k2 s')), twice, compressed."""
    b = job_values(one(shop), 1)
    usual = (2 / 3 * 2 + 8 / 3) / 3 / 10  # into X (two jobs) 2/3 s, into Y 8/3 s
    weight = log(5 / (7 / 3))
    short = weight - log(1) - 2.0 - 0.4 / usual / 0.3
    long = weight - log(1) - 2.0 / 4 - 0.4 / usual
    assert b["ATCS, short"] == pytest.approx(-log1p(-2 * short), rel=1e-5)
    assert b["ATCS, long"] == pytest.approx(-log1p(-2 * long), rel=1e-5)


@pytest.mark.parametrize(
    "problem",
    [
        Problem.from_rows([Job("a", {"M": 1})], [Machine("M")]),
        Problem.from_rows(
            [Job("a", {"M": 10**10}, release=10**10), Job("b", {"M": 1})],
            [Machine("M", available=10**10)],
        ),
        Problem.from_rows(
            [Job("a", {"M": 1}, due=1e15), Job("b", {"M": 10**10}, due=-1e15)],
            [Machine("M"), Machine("N")],
        ),
    ],
)
@pytest.mark.parametrize("lookahead", [0.0, 10.0, inf])
def test_every_number_is_finite(problem, lookahead):
    """One job; times of centuries; a machine for nobody; dues beyond all reason."""
    simulator = one(problem, lookahead=lookahead)

    def look():
        seen = observe(simulator, with_state=True)
        parts = observe_machines(simulator, torch.tensor([0]), seen.job[:1])
        for values in (seen.job_features, seen.global_features, seen.state):
            assert torch.isfinite(values).all()
            assert values.abs().max() < 1000
        assert torch.isfinite(parts.machine_features).all()

    play_randomly(simulator, 0, look)


@settings(max_examples=20)
@given(problems(), SEEDS, st.sampled_from([0, 1, 2]))
def test_numbers_are_finite_and_the_state_keeps_its_ranges(problem, seed, which):
    """On random problems, before every decision, whatever the lookahead."""
    simulator = one(problem, lookahead=lookaheads(problem)[which])
    low = torch.tensor([x.low for x in STATE_FEATURES])
    high = torch.tensor([x.high for x in STATE_FEATURES])

    def look():
        seen = observe(simulator, with_state=True)
        assert seen.job.tolist() == simulator.job_mask[0].nonzero()[:, 0].tolist()
        assert torch.isfinite(seen.job_features).all()
        assert torch.isfinite(seen.global_features).all()
        assert ((seen.state >= low - 1e-6) & (seen.state <= high + 1e-6)).all()

    play_randomly(simulator, seed, look)


@settings(max_examples=15)
@given(st.lists(problems(), min_size=2, max_size=3), SEEDS)
def test_company_changes_nothing(batch, seed):
    """A problem looks the same beside larger ones as by itself."""
    waits = [lookaheads(problem)[1] for problem in batch]
    together = Simulator(batch, lookahead=waits)
    alone = [one(p, lookahead=wait) for p, wait in zip(batch, waits, strict=True)]
    rng = np.random.default_rng(seed)
    while len(together.active):
        seen = observe(together, with_state=True)
        b, jobs, machines = choose(together, rng)
        parts = observe_machines(together, b, jobs)
        for i, rollout in enumerate(b.tolist()):
            single = observe(alone[rollout], with_state=True)
            rows = seen.owner == i
            assert seen.job[rows].tolist() == single.job.tolist()
            close = {"atol": 2e-4, "rtol": 1e-3}
            assert torch.allclose(seen.job_features[rows], single.job_features, **close)
            whole = single.global_features[0]
            assert torch.allclose(seen.global_features[i], whole, **close)
            here = observe_machines(alone[rollout], torch.tensor([0]), jobs[i : i + 1])
            rows = parts.owner == i
            assert parts.machine[rows].tolist() == here.machine.tolist()
            assert torch.equal(parts.end[rows], here.end)
            assert torch.allclose(
                parts.machine_features[rows], here.machine_features, **close
            )
            place(alone[rollout], int(jobs[i]), int(machines[i]))
        together.step(b, jobs, machines)


def test_names_are_unique():
    """Features are known by their names alone."""
    for table in (JOB_FEATURES, MACHINE_FEATURES, GLOBAL_FEATURES, STATE_FEATURES):
        assert len({feature.name for feature in table}) == len(table)
    assert len(STATE_FEATURES) == 80


@pytest.mark.parametrize(
    ("module", "name", "part"),
    [
        (job_features, "JOB_FEATURES", "job_features"),
        (overall_features, "GLOBAL_FEATURES", "global_features"),
    ],
)
def test_tensors_place_features_by_name(shop, module, name, part, monkeypatch):
    """A table in another order gives the same columns in that order."""
    simulator = Simulator([shop], compiled=False)
    before = getattr(observe(simulator), part)
    monkeypatch.setattr(module, name, getattr(module, name)[::-1])
    assert torch.equal(getattr(observe(simulator), part), before.flip(1))
    monkeypatch.setattr(module, name, getattr(module, name)[1:])
    with pytest.raises(ValueError, match="in the table or the engine alone"):
        observe(simulator)


def test_squash_and_back():
    """sign(x) log(1 + |x|), and its inverse."""
    x = torch.tensor([-3.0, 0.0, 7.0])
    assert squash(x).tolist() == pytest.approx([-log1p(3), 0, log1p(7)])
    assert torch.allclose(unsquash(squash(x)), x)
    assert torch.isfinite(unsquash(torch.tensor([1e30, -1e30]))).all()
