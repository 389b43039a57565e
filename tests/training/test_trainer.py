"""The loop: the same seed, the same weights, whatever happens in between."""

from dataclasses import replace

import pytest
import torch

from core.training.callbacks import TrainingCallbacks
from core.training.checkpoints import from_bytes, to_bytes
from core.training.settings import ExplorationSettings
from core.training.trainer import Trainer, freeze_heads, greedy_costs, validation_tasks
from tests.training.tiny import SETTINGS, digest, policy


def trainer(**options):
    """A trainer of the tiny run, with fresh weights."""
    settings = options.pop("settings", SETTINGS)
    return Trainer(settings, policy(settings), **options)


class Notes(TrainingCallbacks):
    """Remembers what it was told."""

    def __init__(self):
        self.told = []
        self.states = {}

    def on_start(self, iterations, iteration):
        """Note it."""
        self.told.append(("start", iterations, iteration))

    def on_iteration(self, iteration, figures):
        """Note it."""
        self.told.append(("iteration", iteration))
        assert {"cost", "reward", "decisions", "stage", "approx_kl"} <= set(figures)

    def on_validation(self, iteration, costs, refined):
        """Note it; refined plans are no dearer."""
        assert all(refined[kind] <= cost for kind, cost in costs.items())
        self.told.append(("validation", iteration, tuple(costs)))

    def on_checkpoint(self, iteration, state):
        """Note it, and keep the state as a file would."""
        self.told.append(("checkpoint", iteration))
        self.states[iteration] = to_bytes(state)


def test_the_same_seed_gives_the_same_weights():
    """Equal to the last bit; another seed does not."""
    first, second = trainer(), trainer()
    first.run()
    second.run()
    other = trainer(settings=replace(SETTINGS, seed=4))
    other.run()
    assert digest(first.policy) == digest(second.policy)
    assert digest(first.policy) != digest(other.policy)
    assert digest(first.policy) != digest(policy())


def test_callbacks_are_told_in_order():
    """Held-out costs before training, every third iteration and at the end."""
    notes = Notes()
    trainer(callbacks=notes).run()
    kinds = ("shift", "tight")
    assert notes.told == [
        ("start", 6, 0),
        ("validation", 0, kinds),
        ("iteration", 1),
        ("iteration", 2),
        ("checkpoint", 2),
        ("iteration", 3),
        ("validation", 3, kinds),
        ("iteration", 4),
        ("checkpoint", 4),
        ("iteration", 5),
        ("iteration", 6),
        ("validation", 6, kinds),
        ("checkpoint", 6),
        ("checkpoint", 6),
    ]


@pytest.mark.parametrize("at", [2, 4])
def test_a_resumed_run_is_the_same_as_one_that_never_stopped(at):
    """From each checkpoint, through its file: weights, decisions, optimizer."""
    notes = Notes()
    whole = trainer(callbacks=notes)
    whole.run()
    rest = trainer()
    rest.load_state(from_bytes(notes.states[at]))
    assert rest.iteration == at
    rest.run()
    assert digest(rest.policy) == digest(whole.policy)
    assert rest.decisions == whole.decisions
    moments = rest.optimizer.state_dict()["state"]
    for key, values in whole.optimizer.state_dict()["state"].items():
        assert torch.equal(values["exp_avg"], moments[key]["exp_avg"])


def test_it_stops_after_the_iteration_and_keeps_its_state():
    """A stop is no end: the checkpoint says how far it was."""
    notes = Notes()
    stopped = trainer(callbacks=notes)
    stopped.stop = lambda: stopped.iteration >= 3
    stopped.run()
    assert stopped.iteration == 3
    assert notes.told[-1] == ("checkpoint", 3)


@pytest.mark.parametrize(
    ("heads", "frozen", "moved"),
    [("job", "machine", "job"), ("machine", "job", "machine")],
)
def test_a_frozen_head_does_not_move(heads, frozen, moved):
    """The other one and the value head do."""
    run = trainer(settings=replace(SETTINGS, ppo=replace(SETTINGS.ppo, heads=heads)))
    before = {k: v.clone() for k, v in run.policy.state_dict().items()}
    run.run()
    changed = {
        name
        for name, value in run.policy.state_dict().items()
        if not torch.equal(value, before[name])
    }
    assert any(name.startswith("value") for name in changed)

    def owner(name):
        return "machine" if name.startswith("machine") else "job"

    owners = {owner(name) for name in changed if not name.startswith("value")}
    assert owners == {moved}
    assert frozen not in owners


def test_all_heads_learn_again():
    """Freezing is not for ever."""
    network = policy()
    freeze_heads(network, "job")
    freeze_heads(network, "both")
    assert all(p.requires_grad for p in network.parameters())


def test_both_rewards_and_all_policies_train():
    """The settings that are offered are the settings that work."""
    from core.training.checkpoints import first_policy

    for kind in ("set", "fixed", "flat"):
        for reward in ("cost", "shaped"):
            settings = replace(
                SETTINGS,
                policy=kind,
                places=(8, 3),
                iterations=1,
                rollout=replace(SETTINGS.rollout, reward=reward),
                exploration=ExplorationSettings(0.2, 0.1),
            )
            network = first_policy(settings, None)
            before = digest(network)
            run = Trainer(settings, network)
            run.run()
            assert digest(network) != before, (kind, reward)


def test_problems_are_shared_out_evenly_or_not_at_all():
    """Two processes play what one would: each its half, no problem twice."""
    drawn = []

    def draw(numbers, progress, count):
        from core.training.curriculum import draw as draw_kinds

        tasks = draw_kinds(SETTINGS.data, SETTINGS.stages[0], count, numbers)
        drawn.append([task.problem.content_hash for task in tasks])
        return tasks

    for rank in range(2):
        trainer(draw_tasks=draw, rank=rank, world=2, validation=[]).step()
    assert drawn[0] == drawn[1]
    with pytest.raises(ValueError, match="multiple of 3"):
        trainer(rank=0, world=3)


def test_training_lowers_the_cost_of_a_problem_it_sees_again_and_again():
    """It learns: twenty updates on one problem beat the weights it began with."""
    settings = replace(
        SETTINGS,
        hidden=16,
        iterations=20,
        rollout=replace(SETTINGS.rollout, problems=1, copies=16),
        ppo=replace(SETTINGS.ppo, learning_rate=1e-2, final_learning_rate=1e-3),
        exploration=ExplorationSettings(0, 0),
    )
    task = validation_tasks(replace(settings, validation_jobs=12))[0]
    run = Trainer(settings, policy(settings), draw_tasks=lambda *_: [task])
    first = [run.step()["cost"] for _ in range(3)]
    last = [run.step()["cost"] for _ in range(17)][-3:]
    assert sum(last) < 0.97 * sum(first)
    assert greedy_costs(run.policy, [task]).item() < sum(first) / 3
