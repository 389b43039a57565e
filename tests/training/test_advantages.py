"""Advantages of decisions, against numbers worked out by hand."""

import pytest
import torch

from core.training.advantages import generalized_advantages, group_advantages


def column(*values):
    """One rollout: shape (T, 1)."""
    return torch.tensor(values, dtype=torch.float64)[:, None]


def flags(*values):
    """Shape (T, 1), bool."""
    return torch.tensor(values)[:, None]


def test_gae_by_hand():
    """Three steps, gamma 0.9 and lambda 0.5: delta and carry as in the paper."""
    rewards, values = column(1, 2, 3), column(0.5, 1.0, 1.5)
    after = column(1.0, 1.5, 9.0)  # the last one is beyond the end
    end = flags(False, False, True)
    found = generalized_advantages(rewards, values, after, end, end, 0.9, 0.5)
    third = 3 - 1.5
    second = 2 + 0.9 * 1.5 - 1.0 + 0.45 * third
    first = 1 + 0.9 * 1.0 - 0.5 + 0.45 * second
    torch.testing.assert_close(found, column(first, second, third))


def test_a_cut_rollout_bootstraps_and_a_finished_one_does_not():
    """Truncation is no end of the problem: the value behind it counts."""
    rewards, values, after = column(1.0), column(0.5), column(2.0)
    cut = generalized_advantages(
        rewards, values, after, flags(False), flags(True), 0.9, 0.95
    )
    done = generalized_advantages(
        rewards, values, after, flags(True), flags(True), 0.9, 0.95
    )
    assert cut.item() == pytest.approx(1 + 1.8 - 0.5)
    assert done.item() == pytest.approx(0.5)


def test_nothing_flows_back_over_a_cut():
    """The step before a truncation knows nothing of the rollout after it."""
    rewards, zeros = column(0, 0, 5), column(0, 0, 0)
    ended = flags(False, True, True)
    found = generalized_advantages(rewards, zeros, zeros, ended, ended, 1.0, 1.0)
    torch.testing.assert_close(found, column(0, 0, 5))


def test_with_lambda_one_it_is_return_minus_value():
    """GAE's other end: the Monte Carlo estimate."""
    generator = torch.Generator().manual_seed(0)
    rewards = torch.rand((7, 3), generator=generator, dtype=torch.float64)
    values = torch.rand((7, 3), generator=generator, dtype=torch.float64)
    after = torch.cat([values[1:], torch.zeros(1, 3, dtype=torch.float64)])
    end = torch.zeros((7, 3), dtype=torch.bool)
    end[-1] = True
    found = generalized_advantages(rewards, values, after, end, end, 1.0, 1.0)
    returns = rewards.flip(0).cumsum(0).flip(0)
    torch.testing.assert_close(found, returns - values)


def test_terminated_without_ended_is_refused():
    """A contradiction is said, not guessed at."""
    zero = column(0.0)
    with pytest.raises(ValueError, match="marked as ended"):
        generalized_advantages(zero, zero, zero, flags(True), flags(False), 1, 1)


def test_group_advantages_by_hand():
    """Two problems with copies: mean less own cost, over the standard deviation."""
    found = group_advantages(torch.tensor([2.0, 4.0, 5.0, 5.0]), 2)
    one = 1 / 2**0.5  # of 2 and 4
    torch.testing.assert_close(found, torch.tensor([one, -one, 0.0, 0.0]))
    found = group_advantages(torch.tensor([1.0, 2.0, 6.0]), 3)
    deviation = 7**0.5  # of 1, 2 and 6, mean 3
    torch.testing.assert_close(found, torch.tensor([2.0, 1.0, -3.0]) / deviation)


def test_group_advantages_of_no_cost_at_all_are_zero():
    """All copies free of cost: nothing to learn, and no division by zero."""
    assert group_advantages(torch.zeros(4), 2).tolist() == [0, 0, 0, 0]
