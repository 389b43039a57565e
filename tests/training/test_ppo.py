"""The loss against a by-hand value, and what an update may and may not do."""

import math
from dataclasses import replace

import pytest
import torch
from torch import nn

from core.policy.two_step import JobScores
from core.simulation.features import MachineObservation, Observation
from core.training.ppo import NotFiniteError, averaged, ppo_loss, update
from core.training.rollout import RolloutDecisions
from core.training.settings import PPOSettings

SETTINGS = PPOSettings(clip_coef=0.2, ent_coef=0.01, vf_coef=0.5)
JOB_LOGITS = [0.0, math.log(3), 0.0, 0.0, math.log(2)]  # 1/4 3/4 | 1/4 1/4 1/2
MACHINE_LOGITS = [0.0, 0.0, 5.0]  # 1/2 1/2 | 1
VALUES = [1.0, 3.0]


class Table(nn.Module):
    """A policy whose scores are its parameters, whatever it sees."""

    needs_state = False
    places = None

    def __init__(self):
        super().__init__()
        self.jobs = nn.Parameter(torch.tensor(JOB_LOGITS))
        self.machines = nn.Parameter(torch.tensor(MACHINE_LOGITS))
        self.value = nn.Parameter(torch.tensor(VALUES))

    def score_jobs(self, observation):
        """The whole table: minibatches hold all decisions here."""
        return JobScores(self.jobs, self.value)

    def score_machines(self, observation, scores, chosen, machines):
        """The whole table."""
        return self.machines


def decisions(old, advantage, returns):
    """Two decisions with 2 and 3 jobs, 2 and 1 machines; jobs 1 and 4 were chosen."""
    owner = torch.tensor([0, 0, 1, 1, 1])
    seen = Observation(
        torch.arange(2), owner, torch.arange(5), torch.zeros(5, 1), torch.zeros(2, 1),
        None, None,
    )  # fmt: skip
    machines = MachineObservation(
        torch.tensor([0, 0, 1]), torch.arange(3), torch.zeros(3, 1), torch.zeros(3)
    )
    return RolloutDecisions(
        seen,
        machines,
        torch.tensor([1, 4]),
        torch.tensor([0, 2]),
        torch.tensor(old),
        torch.tensor(advantage),
        torch.tensor(returns),
    )


def test_loss_by_hand():
    """Ratios 1.5 and 0.5: the first is clipped to 1.2, the second to 0.8."""
    # pi: 3/4 * 1/2 and 1/2 * 1; the policy that acted had 1/4 and 1.
    old = [[math.log(1 / 2), math.log(1 / 2)], [0.0, 0.0]]
    batch = decisions(old, [2.0, -1.0], [-2.0, -3.0])
    found = ppo_loss(Table(), batch, SETTINGS)
    surrogate = -(min(2 * 1.5, 2 * 1.2) + min(-1 * 0.5, -1 * 0.8)) / 2
    squashed = [math.log1p(1.0) - math.log1p(2.0), 0.0]  # values 1 and 3, costs 2 and 3
    value = sum(0.5 * error**2 for error in squashed) / 2
    first = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    second = -(2 * 0.25 * math.log(0.25) + 0.5 * math.log(0.5))
    job_entropy, machine_entropy = (first + second) / 2, math.log(2) / 2
    total = surrogate + 0.5 * value - 0.01 * (job_entropy + machine_entropy)
    kl = (1.5 - 1 - math.log(1.5) + 0.5 - 1 - math.log(0.5)) / 2
    assert found.policy.item() == pytest.approx(surrogate)
    assert found.value.item() == pytest.approx(value)
    assert found.job_entropy.item() == pytest.approx(job_entropy)
    assert found.machine_entropy.item() == pytest.approx(machine_entropy)
    assert found.total.item() == pytest.approx(total)
    assert found.approx_kl.item() == pytest.approx(kl)
    assert found.clipfrac.item() == 1.0


def test_inside_the_clip_the_gradient_is_the_policy_gradient():
    """At ratio 1 the gradient of the chosen logit is -A (1 - pi) / D."""
    policy = Table()
    old = [[math.log(3 / 4), math.log(1 / 2)], [math.log(1 / 2), 0.0]]
    batch = decisions(old, [2.0, 0.0], [-1.0, -3.0])
    settings = replace(SETTINGS, ent_coef=0.0, vf_coef=0.0)
    ppo_loss(policy, batch, settings).total.backward()
    expected = [2 * 0.25 / 2, -2 * 0.25 / 2, 0, 0, 0]
    assert policy.jobs.grad.tolist() == pytest.approx(expected, abs=1e-7)


def test_a_clipped_decision_teaches_nothing():
    """Its surrogate is flat: no gradient beyond the clip in the advantage's way."""
    policy = Table()
    old = [[math.log(1 / 2), math.log(1 / 2)], [math.log(1 / 2), 0.0]]  # ratio 1.5
    batch = decisions(old, [2.0, 0.0], [-1.0, -3.0])
    settings = replace(SETTINGS, ent_coef=0.0, vf_coef=0.0)
    ppo_loss(policy, batch, settings).total.backward()
    assert policy.jobs.grad.abs().max().item() == 0


OLD = [[math.log(3 / 4), math.log(1 / 2)], [math.log(1 / 2), 0.0]]


def run(policy, batch, settings=SETTINGS, **changes):
    """One update with all decisions in one minibatch."""
    settings = replace(settings, **changes)
    optimizer = torch.optim.Adam(policy.parameters(), lr=0.01)
    return update(policy, optimizer, batch, settings, torch.Generator().manual_seed(0))


def test_an_update_makes_good_decisions_likelier():
    """The logit of the decision with an advantage rises against its rival's."""
    policy = Table()
    figures = run(policy, decisions(OLD, [2.0, 0.0], [-1.0, -3.0]), update_epochs=3)
    assert policy.jobs[1] - policy.jobs[0] > math.log(3)
    assert figures["epochs"] == 3


def test_an_update_that_goes_too_far_stops():
    """After an epoch whose KL is above the target there is no further one."""
    batch = decisions(OLD, [50.0, -50.0], [-1.0, -3.0])
    figures = run(Table(), batch, update_epochs=9, target_kl=1e-5)
    assert figures["epochs"] == 2  # in the first one the policy was the old one


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_number_that_is_none_stops_before_the_step(bad):
    """The weights are as they were, and the message says where."""
    policy = Table()
    before = [p.detach().clone() for p in policy.parameters()]
    with pytest.raises(NotFiniteError, match="epoch 1, minibatch 1 of 1"):
        run(policy, decisions(OLD, [bad, 1.0], [-1.0, -3.0]))
    for old, new in zip(before, policy.parameters(), strict=True):
        assert torch.equal(old, new)


def test_explained_variance_is_one_for_a_perfect_critic():
    """And 0 for one that says the mean; squashed, as the loss is."""
    policy = Table()
    perfect = decisions(OLD, [0.0, 0.0], [-1.0, -3.0])
    figures = run(policy, perfect, ent_coef=0.0, update_epochs=1)
    assert figures["explained_variance"] == pytest.approx(1)


def test_one_process_averages_nothing():
    """Figures of a run that is not distributed stay what they are."""
    assert averaged({"a": 1.5, "b": -2.0}) == {"a": 1.5, "b": -2.0}
