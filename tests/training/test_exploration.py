"""Random choices mixed into a policy."""

import math

import pytest
import torch

from core.training.exploration import epsilons, explored, idle_weights
from core.training.settings import ExplorationSettings


def test_mixture_by_hand():
    """Two decisions: mu = (1 - e) pi + e w / sum(w), each within its own rows."""
    pi = torch.tensor([0.5, 0.5, 0.9, 0.1])
    owner = torch.tensor([0, 0, 1, 1])
    weight = torch.tensor([1.0, 3.0, 1.0, 1.0])
    found = explored(pi.log(), owner, 2, 0.2, weight)
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
    found = explored(pi.log(), torch.zeros(3, dtype=int), 1, 0.3, torch.ones(3)).exp()
    assert found.sum().item() == pytest.approx(1)
    assert found.tolist() == pytest.approx([0.8, 0.1, 0.1])


def test_without_epsilon_the_policy_stays_as_it_is():
    """No round trip through exp and log."""
    log_probability = torch.tensor([-0.1, -2.0])
    owner = torch.zeros(2, dtype=int)
    assert explored(log_probability, owner, 1, 0.0, torch.ones(2)) is log_probability


def test_epsilons_fall_linearly_and_stay():
    """From the start value to its final share at half of the run."""
    settings = ExplorationSettings(0.2, 0.1, final_share=0.5, anneal_until=0.5)
    assert epsilons(settings, 0.0) == (0.2, 0.1)
    assert epsilons(settings, 0.25) == pytest.approx((0.15, 0.075))
    assert epsilons(settings, 0.5) == pytest.approx((0.1, 0.05))
    assert epsilons(settings, 1.0) == pytest.approx((0.1, 0.05))


def test_a_pace_of_zero_is_final_at_once():
    """0 is a value: no division by it, and no default in its place."""
    settings = ExplorationSettings(0.2, 0.1, final_share=0.0, anneal_until=0.0)
    assert epsilons(settings, 0.0) == (0, 0)


def test_idle_machines_are_likelier():
    """Weights 1 / (utilisation + 0.1)."""
    found = idle_weights(torch.tensor([0.0, 0.9]))
    assert found.tolist() == pytest.approx([10, 1])
    assert math.isfinite(found.sum().item())
