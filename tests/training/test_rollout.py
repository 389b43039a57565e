"""Playing problems for an update: nothing is lost on the way."""

import numpy as np
import pytest
import torch

from core.policy.choosing import Explored, sampled
from core.policy.segments import segment_log_softmax
from core.simulation.reward import REWARDS
from core.simulation.simulator import Simulator
from core.training.curriculum import draw
from core.training.ppo import update
from core.training.rollout import collect
from core.training.settings import DataSettings, PPOSettings, Stage
from core.training.tasks import tensors_of
from tests.training.tiny import policy

COPIES = 3


def simulator(seed=0, problems=2):
    """Two tiny problems of one size, three copies each."""
    stage = Stage(1.0, (5, 7), (2, 3))
    tasks = draw(
        DataSettings(kinds={"shift_open": 1.0}),
        stage,
        problems,
        np.random.default_rng(seed),
    )
    return Simulator(
        tensors_of(tasks), lookahead=[task.lookahead for task in tasks], copies=COPIES
    )


def played(network=None, seed=0, job_epsilon=0.0, **options):
    """A rollout of the tiny problems."""
    settings = PPOSettings(gae_lambda=1.0, advantage="gae")
    generator = torch.Generator().manual_seed(seed)
    return collect(
        network or policy(), simulator(), COPIES, settings,
        choose=Explored(generator, job_epsilon), **options,
    )  # fmt: skip


def test_every_job_is_decided_once_in_every_rollout():
    """As many decisions as jobs, times problems and copies."""
    rollout, jobs = played(), simulator().num_jobs
    assert len(rollout.decisions) == 2 * COPIES * jobs
    seen = rollout.decisions.observation
    chosen = seen.job[rollout.decisions.job_row]
    for b in range(2 * COPIES):
        assert sorted(chosen[seen.rollout == b].tolist()) == list(range(jobs))


def test_rewards_sum_to_minus_the_cost():
    """With the cost as reward a decision's return is minus the cost still to come."""
    rollout = played()
    torch.testing.assert_close(rollout.rewards, -rollout.costs)
    first = rollout.decisions.return_[: 2 * COPIES]
    torch.testing.assert_close(first.double(), -rollout.costs, rtol=1e-6, atol=1e-6)


def test_the_shaped_reward_is_another_one():
    """The reward that is asked for is the one that is paid."""
    rollout = played(reward=REWARDS["shaped"]())
    assert not torch.allclose(rollout.rewards, -rollout.costs)


@pytest.mark.parametrize("epsilon", [0.0, 0.3])
def test_kept_log_probabilities_are_those_of_who_acted(epsilon):
    """Without exploration the policy's own; with it, of the mixture."""
    network = policy()
    rollout = played(network, job_epsilon=epsilon)
    decisions = rollout.decisions
    seen, count = decisions.observation, len(decisions)
    with torch.no_grad():
        logits = network.score_jobs(seen).logits
    own = segment_log_softmax(logits, seen.owner, count)[decisions.job_row]
    if epsilon > 0:
        choices = torch.bincount(seen.owner, minlength=count)
        own = torch.log(0.7 * own.exp() + 0.3 / choices)
    torch.testing.assert_close(decisions.log_probability[:, 0], own)


def test_the_same_generator_plays_the_same():
    """And another one, something else."""
    first, second, other = played(seed=1), played(seed=1), played(seed=2)
    assert torch.equal(first.costs, second.costs)
    assert not torch.equal(first.costs, other.costs)


def test_a_selection_keeps_each_decision_whole():
    """Rows, choices and masks of the chosen decisions, renumbered."""
    decisions = played().decisions
    chosen = torch.tensor([1, 4, 5])
    part = decisions.select(chosen)
    assert len(part) == 3
    seen, all_seen = part.observation, decisions.observation
    for new, old in enumerate(chosen.tolist()):
        rows = all_seen.job[all_seen.owner == old]
        assert torch.equal(seen.job[seen.owner == new], rows)
        assert seen.job[part.job_row[new]] == all_seen.job[decisions.job_row[old]]
        machine = part.machines.machine[part.machine_row[new]]
        assert machine == decisions.machines.machine[decisions.machine_row[old]]
        assert part.machines.owner[part.machine_row[new]] == new


def test_group_advantages_of_the_copies_of_a_problem_sum_to_zero():
    """Nothing that all copies share is learned from; a rollout's are all alike."""
    generator = torch.Generator().manual_seed(0)
    settings = PPOSettings(advantage="group", gae_lambda=1.0)
    rollout = collect(
        policy(), simulator(), COPIES, settings, choose=sampled(generator)
    )
    steps = rollout.decisions.advantage.view(-1, 2, COPIES)
    assert (steps == steps[:1]).all()
    better = -rollout.costs.view(2, COPIES)
    assert torch.equal(steps[0].argsort(1), better.argsort(1))
    torch.testing.assert_close(
        steps.sum(2), torch.zeros_like(steps.sum(2)), atol=1e-4, rtol=0
    )


@pytest.mark.parametrize("reward", ["cost", "shaped"])
def test_only_the_best_copy_of_a_problem_is_learned_from(reward):
    """Every copy is played as ever; the best one's decisions are the label."""
    network = policy()
    whole, label = (
        collect(
            network, simulator(), COPIES, PPOSettings(advantage=advantage),
            choose=Explored(torch.Generator().manual_seed(4), 0.2),
            reward=REWARDS[reward](),
        )
        for advantage in ("group", "best")
    )  # fmt: skip
    assert torch.equal(label.costs, whole.costs)
    torch.testing.assert_close(label.rewards, whole.rewards)
    assert label.played == whole.played == len(whole.decisions)
    best = whole.rewards.view(2, COPIES).argmax(1)
    assert len(set(whole.rewards.tolist())) > 1  # else any would do
    assert choices_of(label, 0) == choices_of(whole, int(best[0]))
    assert choices_of(label, 1) == choices_of(whole, COPIES + int(best[1]))
    decisions = label.decisions
    assert len(decisions) == whole.played // COPIES
    assert (decisions.advantage == 1).all()
    torch.testing.assert_close(
        decisions.return_[:2].double(), whole.rewards.view(2, COPIES).amax(1),
        rtol=1e-6, atol=1e-6,
    )  # fmt: skip


def test_a_label_becomes_more_probable():
    """That is what learning from it means; its log-probabilities are the policy's."""
    network = policy()
    settings = PPOSettings(advantage="best", learning_rate=1e-2, ent_coef=0)
    rollout = collect(
        network, simulator(), COPIES, settings,
        choose=sampled(torch.Generator().manual_seed(0)),
    )  # fmt: skip
    before = log_probability(network, rollout)
    torch.testing.assert_close(before, rollout.decisions.log_probability[:, 0])
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-2)
    update(network, optimizer, rollout.decisions, settings, torch.Generator())
    assert log_probability(network, rollout).sum() > before.sum()


def choices_of(rollout, number):
    """Job and machine of each decision of one rollout, in order."""
    decisions = rollout.decisions
    mine = (decisions.observation.rollout == number).nonzero().flatten()
    jobs = decisions.observation.job[decisions.job_row[mine]]
    machines = decisions.machines.machine[decisions.machine_row[mine]]
    return [*zip(jobs.tolist(), machines.tolist(), strict=True)]


def log_probability(network, rollout):
    """Of the jobs that were chosen, under the policy as it is now."""
    decisions = rollout.decisions
    seen, count = decisions.observation, len(decisions)
    with torch.no_grad():
        logits = network.score_jobs(seen).logits
    return segment_log_softmax(logits, seen.owner, count)[decisions.job_row]
