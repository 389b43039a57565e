"""The reference network: probabilities by hand, and its places."""

import math

import pytest
import torch
from hypothesis import given, settings

from core.policy.choosing import GREEDY, Given, sampled
from core.policy.errors import TooLargeError
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.two_step import act
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.simulation.features import observe
from core.simulation.simulator import Simulator
from tests.strategies import problems


def shop(jobs, machines=2):
    """Jobs of 10 s that may run on every machine."""
    names = [f"M{k}" for k in range(machines)]
    return Problem.from_rows(
        [Job(f"j{j}", {name: 10 for name in names}) for j in range(jobs)],
        [Machine(name) for name in names],
    )


@pytest.fixture
def by_hand():
    """A network for 3 jobs and 2 machines that prefers them 1 : 2 : 5 and 1 : 3."""
    policy = FixedSizePolicy(3, 2)
    for head, odds in ((policy.job_head, [1, 2, 5]), (policy.machine_head, [1, 3])):
        torch.nn.init.zeros_(head[-1].weight)
        with torch.no_grad():
            head[-1].bias.copy_(torch.tensor(odds).log())
    return policy


def probabilities(policy, simulator, job, machine):
    """Of a job, and of a machine given the job."""
    given_ = Given(torch.tensor([job]), torch.tensor([machine]))
    choice = act(policy, simulator, given_)
    return (
        math.exp(choice.job_log_probability.item()),
        math.exp(choice.machine_log_probability.item()),
    )


def test_probabilities_are_the_softmax_of_both_heads(by_hand):
    """With odds 1 : 2 : 5 and 1 : 3, job 1 on machine 1 has 2/8 and 3/4."""
    simulator = Simulator([shop(3)])
    assert probabilities(by_hand, simulator, 1, 1) == pytest.approx((2 / 8, 3 / 4))
    assert probabilities(by_hand, simulator, 2, 0) == pytest.approx((5 / 8, 1 / 4))


def test_what_is_placed_or_busy_takes_no_probability(by_hand):
    """With job 2 on machine 1, the others have 1/3 and 2/3, and machine 0 is sure."""
    simulator = Simulator([shop(3)], lookahead=0.0)
    simulator.step(torch.tensor([0]), torch.tensor([2]), torch.tensor([1]))
    assert probabilities(by_hand, simulator, 0, 0) == pytest.approx((1 / 3, 1.0))
    assert probabilities(by_hand, simulator, 1, 0) == pytest.approx((2 / 3, 1.0))


def test_empty_places_take_no_probability(by_hand):
    """Two jobs and one machine in a network of three and two."""
    simulator = Simulator([shop(2, 1)])
    assert probabilities(by_hand, simulator, 0, 0) == pytest.approx((1 / 3, 1.0))


def test_the_machine_head_knows_the_chosen_job():
    """Another job, another distribution over the same machines."""
    torch.manual_seed(0)
    policy, simulator = FixedSizePolicy(2, 2), Simulator([shop(2)])
    found = [probabilities(policy, simulator, j, 0)[1] for j in (0, 1)]
    assert abs(found[0] - found[1]) > 1e-4


@pytest.mark.parametrize(
    ("jobs", "machines", "message"),
    [(4, 2, "places for 3 jobs; job number 4"), (3, 3, "places for 2 machines")],
)
def test_a_larger_problem_is_refused(by_hand, jobs, machines, message):
    """One job, or one machine, more than there are places."""
    with pytest.raises(TooLargeError, match=message):
        act(by_hand, Simulator([shop(jobs, machines)]), GREEDY)


def test_the_state_is_needed(by_hand):
    """An observation without it is refused, not guessed at."""
    with pytest.raises(ValueError, match="observation with state"):
        by_hand.score_jobs(observe(Simulator([shop(2)])))


@pytest.mark.parametrize("places", [(0, 2), (3, 0)])
def test_a_network_has_places(places):
    """None is refused."""
    with pytest.raises(ValueError, match="Expected places >= 1"):
        FixedSizePolicy(*places)


@settings(max_examples=15)
@given(problems(max_jobs=5))
def test_every_problem_that_fits_is_planned(problem):
    """A random network of 6 x 5 places every job, always by a valid choice."""
    torch.manual_seed(0)
    policy, simulator = FixedSizePolicy(6, 5), Simulator([problem])
    for _ in range(problem.num_jobs):
        choice = act(policy, simulator, sampled(torch.Generator().manual_seed(1)))
        simulator.step(choice.rollout, choice.job, choice.machine)
    assert not len(simulator.active)
