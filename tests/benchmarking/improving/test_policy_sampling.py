"""Sampling the end of a schedule: the rest stays, and the cost only falls."""

from math import inf

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.benchmarking.improving.policy_sampling import PolicySampling
from core.planning.stopping import MaxIterations, MaxSeconds, never
from core.policy.errors import TooLargeError
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.simulation.problems.stack import stack
from core.simulation.simulator import Simulator
from core.timing.retime import retime
from tests.exhaustive import first_order
from tests.models import untrained
from tests.strategies import problems, problems_and_sequences


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy with fresh weights: it draws nearly anything."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=8)


@pytest.fixture
def four() -> Problem:
    """Four jobs of 5 s, two machines."""
    jobs = [Job(f"J{i}", {"M0": 5, "M1": 5}) for i in range(4)]
    return Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])


@settings(max_examples=25)
@given(problems_and_sequences(max_jobs=8), st.data())
def test_what_starts_earlier_stays_as_it_is(model, drawn, data):
    """Machines and times of the kept jobs, whatever waits they hold; all valid."""
    problem, order = drawn
    before = retime(problem, order)
    kept = data.draw(st.integers(0, problem.num_jobs))
    static = stack([problem], [Objective()])
    generator = torch.Generator().manual_seed(1)
    after = PolicySampling(model, copies=3).drawn(
        problem, static, before, kept, generator, never
    )
    assert not violations(problem, after)
    first = np.argsort(before.start, kind="stable")[:kept]
    assert after.machine[first].tolist() == before.machine[first].tolist()
    assert after.end[first].tolist() == before.end[first].tolist()


@settings(max_examples=10)
@given(problems_and_sequences(max_jobs=8))
def test_sequences_are_complete_and_no_worse(model, drawn):
    """With everything a problem may have."""
    problem, order = drawn
    objective = Objective()
    found = PolicySampling(model, copies=4).improve(
        problem, objective, order, seed=0, stop=MaxIterations(2)
    )
    after = retime(problem, found)
    assert objective.cost(problem, after) <= objective.cost(
        problem, retime(problem, order)
    )


def test_a_machine_that_idled_gets_work(model, four):
    """All four on one machine take 20 s; two on each take 10 s."""
    found = PolicySampling(model).improve(
        four, Objective(), [[0, 1, 2, 3], []], seed=0, stop=MaxIterations(6)
    )
    assert retime(four, found).makespan == 10


def test_an_unused_last_machine_has_a_sequence_too(model):
    """What comes back names every machine: the slow one stays empty."""
    jobs = [Job(f"J{i}", {"M0": 5}) for i in range(3)]
    jobs[0] = Job("J0", {"M0": 5}, due=5.0, weight=9.0)
    problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
    found = PolicySampling(model).improve(
        problem, Objective(), [[1, 2, 0], []], seed=0, stop=MaxIterations(6)
    )
    assert found[0][0] == 0
    assert len(found) == 2
    assert not found[1]


def test_the_same_seed_gives_the_same_sequences(model):
    """Everything random comes from the seed."""
    rng = np.random.default_rng(0)
    jobs = [
        Job(f"J{i}", {f"M{k}": int(rng.integers(1, 99)) for k in range(3)})
        for i in range(12)
    ]
    problem = Problem.from_rows(jobs, [Machine(f"M{k}") for k in range(3)])
    start = [list(range(12)), [], []]

    def sampled(seed):
        return PolicySampling(model, copies=2).improve(
            problem, Objective(), start, seed=seed, stop=MaxIterations(3)
        )

    assert sampled(1) == sampled(1)
    assert sampled(1) != sampled(2)


def test_no_time_is_no_change(model, four):
    """Stopped before the first draw, what comes back is what was given."""
    start = [[0, 1, 2, 3], []]
    for stop in (MaxSeconds(0), MaxIterations(0)):
        found = PolicySampling(model).improve(
            four, Objective(), start, seed=0, stop=stop
        )
        assert found is start


def test_a_stop_ends_a_draw_under_way(model, four):
    """Nothing is drawn to its end for nobody."""
    schedule = retime(four, [[0, 1, 2, 3], []])
    static = stack([four], [Objective()])
    generator = torch.Generator().manual_seed(0)
    assert (
        PolicySampling(model).drawn(four, static, schedule, 1, generator, lambda: True)
        is None
    )


@settings(max_examples=20)
@given(problems(max_jobs=6), st.sampled_from([0.0, 5.0, inf]))
def test_waits_can_be_limited_later_on(problem, seconds):
    """The masks are those of a simulator that had the limit from the beginning."""
    late, early = (
        Simulator([problem], lookahead=inf),
        Simulator([problem], lookahead=seconds),
    )
    order = retime(problem, first_order(problem))
    job = int(np.argsort(order.start, kind="stable")[0])
    late.wait_at_most(seconds)
    assert late.job_mask.tolist() == early.job_mask.tolist()
    step = torch.tensor([0]), torch.tensor([job])
    assert late.machine_mask(*step).tolist() == early.machine_mask(*step).tolist()
    with pytest.raises(ValueError, match="lookahead >= 0"):
        late.wait_at_most(-1.0)


def test_nonsense_is_refused(model, four, tmp_path):
    """No copies; a model with too few places."""
    with pytest.raises(ValueError, match="copies >= 1"):
        PolicySampling(model, copies=0)
    fixed = untrained(tmp_path, kind="fixed", jobs=3, machines=2)
    with pytest.raises(TooLargeError):
        PolicySampling(fixed).improve(
            four, Objective(), [[0, 1, 2, 3], []], seed=0, stop=never
        )
