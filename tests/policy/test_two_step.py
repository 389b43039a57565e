from math import log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy.choosing import GREEDY, Explored, Given, idle_weights, mixed, sampled
from core.policy.set_policy import SetPolicy
from core.policy.two_step import JobScores, act, evaluate
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.simulation.simulator import Simulator
from tests.simulation.playing import lookaheads
from tests.strategies import problems


class Fixed:
    """A policy that scores job j as ``jobs[j]`` and machine k as ``machines[k]``."""

    needs_state = False
    places = None

    def __init__(self, jobs, machines):
        self.jobs, self.machines = torch.tensor(jobs), torch.tensor(machines)

    def score_jobs(self, observation):
        """Look the scores up."""
        return JobScores(
            self.jobs[observation.job], torch.zeros(len(observation.rollout))
        )

    def score_machines(self, observation, scores, chosen, machines):
        """Look the scores up."""
        return self.machines[machines.machine]


@pytest.fixture
def shop():
    """a on M or N, b on either, c behind a."""
    either = {"M": 10, "N": 10}
    return Problem.from_rows(
        [Job("a", either), Job("b", either), Job("c", {"M": 10}, predecessors=["a"])],
        [Machine("M"), Machine("N")],
    )


def test_log_probabilities_by_hand(shop):
    """Scores log 3 and log 1 for a and b: 3/4 for a; log 1 and log 4: 4/5 for N."""
    policy = Fixed([log(3), 0.0, 50.0], [0.0, log(4)])
    choice = act(policy, Simulator([shop]), GREEDY)
    assert (int(choice.job), int(choice.machine)) == (0, 1)
    assert float(choice.job_log_probability.exp()) == pytest.approx(3 / 4)
    assert float(choice.machine_log_probability.exp()) == pytest.approx(4 / 5)


def test_a_given_choice_is_taken_with_its_own_probability(shop):
    """The improbable pair: b on M, 1/4 and 1/5; in two rollouts at once."""
    policy = Fixed([log(3), 0.0, 50.0], [0.0, log(4)])
    given_ = Given(torch.tensor([1, 0]), torch.tensor([0, 1]))
    choice = act(policy, Simulator([shop], copies=2), given_)
    assert choice.job.tolist() == [1, 0]
    assert choice.machine.tolist() == [0, 1]
    assert choice.job_log_probability.exp().tolist() == pytest.approx([1 / 4, 3 / 4])
    assert choice.machine_log_probability.exp().tolist() == pytest.approx(
        [1 / 5, 4 / 5]
    )


@pytest.mark.parametrize("given_", [(2, 0), (0, 5)])
def test_a_given_choice_must_be_possible(shop, given_):
    """c waits for a; there is no sixth machine."""
    job, machine = (torch.tensor([x]) for x in given_)
    with pytest.raises(ValueError, match="may not be chosen"):
        act(Fixed([0.0] * 3, [0.0] * 2), Simulator([shop]), Given(job, machine))


@settings(max_examples=20)
@given(problems(), st.integers(0, 2**31), st.sampled_from([0, 1, 2]))
def test_sampling_never_chooses_what_is_masked(problem, seed, which):
    """The simulator would refuse; the best score of all is on masked jobs, too."""
    torch.manual_seed(seed)
    policy = SetPolicy()
    simulator = Simulator([problem], lookahead=lookaheads(problem)[which], copies=3)
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        while len(simulator.active):
            choice = act(policy, simulator, sampled(generator))
            assert simulator.job_mask[choice.rollout, choice.job].all()
            mask = simulator.machine_mask(choice.rollout, choice.job)
            assert mask.gather(1, choice.machine[:, None]).all()
            assert (choice.job_log_probability <= 0).all()
            assert (choice.machine_log_probability <= 0).all()
            simulator.step(choice.rollout, choice.job, choice.machine)


def test_what_is_not_given_is_chosen_as_ever(shop):
    """Job b is given, its machine greedy; then machine M, the job greedy."""
    policy = Fixed([log(3), 0.0, 50.0], [0.0, log(4)])
    first = act(policy, Simulator([shop]), Given(torch.tensor([1])))
    assert (int(first.job), int(first.machine)) == (1, 1)
    second = act(policy, Simulator([shop]), Given(machine=torch.tensor([0])))
    assert (int(second.job), int(second.machine)) == (0, 0)


def test_decisions_are_evaluated_as_they_were_taken(shop):
    """Log-probabilities of the rows taken; entropies of 3/4, 1/4 and of 1/5, 4/5."""
    policy = Fixed([log(3), 0.0, 50.0], [0.0, log(4)])
    generator = torch.Generator().manual_seed(0)
    taken = act(policy, Simulator([shop], copies=5), sampled(generator))
    now = evaluate(
        policy, taken.observation, taken.machines, taken.job_row, taken.machine_row
    )
    both = torch.stack([taken.job_log_probability, taken.machine_log_probability], 1)
    assert torch.equal(now.log_probability, both)
    assert now.job_entropy.tolist() == pytest.approx([0.5623] * 5, abs=1e-4)
    assert now.machine_entropy.tolist() == pytest.approx([0.5004] * 5, abs=1e-4)


def test_mixture_by_hand():
    """Two decisions: mu = (1 - e) pi + e w / sum(w), each within its own rows."""
    pi = torch.tensor([0.5, 0.5, 0.9, 0.1])
    owner = torch.tensor([0, 0, 1, 1])
    weight = torch.tensor([1.0, 3.0, 1.0, 1.0])
    found = mixed(pi.log(), owner, 2, 0.2, weight)
    expected = [
        0.8 * 0.5 + 0.2 * 0.25,
        0.8 * 0.5 + 0.2 * 0.75,
        0.8 * 0.9 + 0.2 * 0.5,
        0.8 * 0.1 + 0.2 * 0.5,
    ]
    torch.testing.assert_close(found, torch.tensor(expected).log())


def test_a_mixture_sums_to_one_and_reaches_everything():
    """Also what the policy would never choose has its share of the random choices."""
    pi = torch.tensor([1.0, 0.0, 0.0])
    found = mixed(pi.log(), torch.zeros(3, dtype=int), 1, 0.3, torch.ones(3)).exp()
    assert found.sum().item() == pytest.approx(1)
    assert found.tolist() == pytest.approx([0.8, 0.1, 0.1])


def test_without_epsilon_the_policy_stays_as_it_is(shop):
    """No round trip through exp and log: what is kept is log pi to the last bit."""
    policy = Fixed([log(3), 0.0, 50.0], [0.0, log(4)])
    taken = act(policy, Simulator([shop], copies=50), Explored(torch.Generator(), 0, 0))
    now = evaluate(
        policy, taken.observation, taken.machines, taken.job_row, taken.machine_row
    )
    assert torch.equal(now.log_probability[:, 0], taken.job_log_probability)
    assert torch.equal(now.log_probability[:, 1], taken.machine_log_probability)


def test_random_choices_prefer_the_less_loaded_machine(shop):
    """Machine epsilon 1, N with half of M's load: weights 1 / 1.1 and 1 / 0.6."""
    policy = Fixed([0.0, 0.0, 0.0], [9.0, 0.0])
    simulator = Simulator([shop], copies=20)
    simulator.load = torch.tensor([[60.0, 30.0]]).repeat(20, 1)
    chosen = act(policy, simulator, Explored(torch.Generator().manual_seed(0), 0, 1.0))
    share = torch.tensor([0.6, 1.1]) / 1.7
    expected = share[chosen.machine].log()
    torch.testing.assert_close(chosen.machine_log_probability, expected)
    assert set(chosen.machine.tolist()) == {0, 1}


def test_idle_machines_are_likelier():
    """Weights 1 / (utilisation + 0.1)."""
    found = idle_weights(torch.tensor([0.0, 0.9]))
    assert found.tolist() == pytest.approx([10, 1])
