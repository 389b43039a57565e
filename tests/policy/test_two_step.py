from math import log

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.policy.set_policy import SetPolicy
from core.policy.two_step import (
    JobScores,
    act,
    pick,
    segment_argmax,
    segment_entropy,
    segment_log_softmax,
)
from core.problem.model import Job, Machine, Problem
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
    choice = act(policy, Simulator([shop]), greedy=True)
    assert (int(choice.job), int(choice.machine)) == (0, 1)
    assert float(choice.job_log_probability.exp()) == pytest.approx(3 / 4)
    assert float(choice.machine_log_probability.exp()) == pytest.approx(4 / 5)


def test_a_given_choice_is_taken_with_its_own_probability(shop):
    """The improbable pair: b on M, 1/4 and 1/5; in two rollouts at once."""
    policy = Fixed([log(3), 0.0, 50.0], [0.0, log(4)])
    given_ = torch.tensor([1, 0]), torch.tensor([0, 1])
    choice = act(policy, Simulator([shop], copies=2), given=given_)
    assert choice.job.tolist() == [1, 0]
    assert choice.machine.tolist() == [0, 1]
    assert choice.job_log_probability.exp().tolist() == pytest.approx([1 / 4, 3 / 4])
    assert choice.machine_log_probability.exp().tolist() == pytest.approx(
        [1 / 5, 4 / 5]
    )


@pytest.mark.parametrize("given_", [(2, 0), (0, 5)])
def test_a_given_choice_must_be_possible(shop, given_):
    """c waits for a; there is no sixth machine."""
    given_ = tuple(torch.tensor([x]) for x in given_)
    with pytest.raises(ValueError, match="may not be chosen"):
        act(Fixed([0.0] * 3, [0.0] * 2), Simulator([shop]), given=given_)


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
            choice = act(policy, simulator, generator=generator)
            assert simulator.job_mask[choice.rollout, choice.job].all()
            mask = simulator.machine_mask(choice.rollout, choice.job)
            assert mask.gather(1, choice.machine[:, None]).all()
            assert (choice.job_log_probability <= 0).all()
            assert (choice.machine_log_probability <= 0).all()
            simulator.step(choice.rollout, choice.job, choice.machine)


def test_samples_come_as_often_as_they_are_probable():
    """4,000 draws of 0.7, 0.1, 0.1, 0.1: shares within four standard deviations."""
    draws = 4000
    owner = torch.arange(draws).repeat_interleave(4)
    log_probability = torch.tensor([0.7, 0.1, 0.1, 0.1]).log().repeat(draws)
    generator = torch.Generator().manual_seed(0)
    rows = pick(log_probability, owner, draws, False, generator)
    assert torch.equal(owner[rows], torch.arange(draws))
    shares = torch.bincount(rows % 4, minlength=4) / draws
    assert shares.tolist() == pytest.approx([0.7, 0.1, 0.1, 0.1], abs=0.029)


def test_the_same_seed_draws_the_same():
    """And another one something else."""
    values = torch.zeros(1000)
    owner = torch.arange(10).repeat_interleave(100)

    def drawn(seed):
        return pick(values, owner, 10, False, torch.Generator().manual_seed(seed))

    assert torch.equal(drawn(1), drawn(1))
    assert not torch.equal(drawn(1), drawn(2))


@given(
    st.lists(
        st.lists(st.floats(-20, 20), min_size=1, max_size=5), min_size=1, max_size=4
    )
)
def test_segments_are_the_rows_of_each_owner(rows):
    """Softmax, entropy and largest of each, as torch has them row by row."""
    count = len(rows)
    owner = torch.repeat_interleave(torch.tensor([len(row) for row in rows]))
    flat = torch.tensor([x for row in rows for x in row])
    found = segment_log_softmax(flat, owner, count)
    entropy = segment_entropy(found, owner, count)
    largest = segment_argmax(flat, owner, count)
    before = 0
    for i, row in enumerate(rows):
        expected = torch.distributions.Categorical(logits=torch.tensor(row))
        assert torch.allclose(found[owner == i], expected.logits, atol=1e-4)
        assert float(entropy[i]) == pytest.approx(float(expected.entropy()), abs=1e-4)
        assert int(largest[i]) == before + int(torch.tensor(row).argmax())
        before += len(row)
