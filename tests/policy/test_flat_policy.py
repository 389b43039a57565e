"""One softmax over all pairs, answered in two steps."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy.choosing import GREEDY, Given, sampled
from core.policy.errors import TooLargeError
from core.policy.flat_policy import FlatPolicy
from core.policy.two_step import act
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.simulation.features import observe
from core.simulation.simulator import Simulator
from tests.strategies import problems


@pytest.fixture
def shop():
    """a may run on M and N, b on N alone; 10 s each."""
    return Problem.from_rows(
        [Job("a", {"M": 10, "N": 10}), Job("b", {"N": 10})],
        [Machine("M"), Machine("N")],
    )


def test_pairs_have_their_share_of_one_softmax(shop):
    """With odds aM 1, aN 2, bN 5, job a has 3/8, then M 1/3; bM counts for nothing."""
    policy = FlatPolicy(2, 2)
    torch.nn.init.zeros_(policy.pair_head[-1].weight)
    with torch.no_grad():
        policy.pair_head[-1].bias.copy_(torch.tensor([1.0, 2.0, 9.0, 5.0]).log())
    choice = act(policy, Simulator([shop]), Given(torch.tensor([0]), torch.tensor([0])))
    assert math.exp(choice.job_log_probability.item()) == pytest.approx(3 / 8)
    assert math.exp(choice.machine_log_probability.item()) == pytest.approx(1 / 3)


@settings(max_examples=20)
@given(
    problems(max_jobs=5), st.integers(0, 2**32 - 1), st.sampled_from([0.0, math.inf])
)
def test_two_steps_are_the_joint_softmax(problem, seed, lookahead):
    """log pi(job) + log pi(machine | job) is the pair's own, all the way to the end."""
    torch.manual_seed(seed % 1000)
    policy = FlatPolicy(6, 5)
    generator = torch.Generator().manual_seed(seed)
    simulator = Simulator([problem], lookahead=lookahead)
    every = torch.arange(problem.num_jobs)
    while len(b := simulator.active):
        state = observe(simulator, with_state=True).state
        may = simulator.machine_mask(b.repeat(len(every)), every)
        may &= simulator.job_mask[0, :, None]
        logits = policy.pair_head(policy.trunk(state)).view(6, 5)
        logits = logits[: problem.num_jobs, : problem.num_machines]
        joint = torch.where(may, logits, -torch.inf).flatten().log_softmax(0)
        choice = act(policy, simulator, sampled(generator))
        pair = int(choice.job) * problem.num_machines + int(choice.machine)
        found = choice.job_log_probability + choice.machine_log_probability
        assert found.item() == pytest.approx(joint[pair].item(), abs=1e-5)
        simulator.step(choice.rollout, choice.job, choice.machine)


@pytest.mark.parametrize(
    ("places", "message"),
    [((1, 2), "places for 1 jobs; job number 2"), ((2, 1), "places for 1 machines")],
)
def test_a_larger_problem_is_refused(shop, places, message):
    """One job, or one machine, more than there are places."""
    with pytest.raises(TooLargeError, match=message):
        act(FlatPolicy(*places), Simulator([shop]), GREEDY)


def test_the_state_is_needed(shop):
    """An observation without it is refused, not guessed at."""
    with pytest.raises(ValueError, match="observation with state"):
        FlatPolicy(2, 2).score_jobs(observe(Simulator([shop])))
