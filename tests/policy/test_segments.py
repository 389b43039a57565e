"""Softmax, entropy, largest and drawn row within each decision's candidates."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.policy.segments import (
    row_of,
    segment_argmax,
    segment_entropy,
    segment_log_softmax,
    segment_sample,
)


def test_samples_come_as_often_as_they_are_probable():
    """4,000 draws of 0.7, 0.1, 0.1, 0.1: shares within four standard deviations."""
    draws = 4000
    owner = torch.arange(draws).repeat_interleave(4)
    log_probability = torch.tensor([0.7, 0.1, 0.1, 0.1]).log().repeat(draws)
    generator = torch.Generator().manual_seed(0)
    rows = segment_sample(log_probability, owner, draws, generator)
    assert torch.equal(owner[rows], torch.arange(draws))
    shares = torch.bincount(rows % 4, minlength=4) / draws
    assert shares.tolist() == pytest.approx([0.7, 0.1, 0.1, 0.1], abs=0.029)


def test_the_same_seed_draws_the_same():
    """And another one something else."""
    values = torch.zeros(1000)
    owner = torch.arange(10).repeat_interleave(100)

    def drawn(seed):
        return segment_sample(values, owner, 10, torch.Generator().manual_seed(seed))

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


def test_the_number_that_may_not_be_chosen_is_named():
    """Two owners with candidates 4, 7 and 7, 9: no 4 in the second."""
    values, owner = torch.tensor([4, 7, 7, 9]), torch.tensor([0, 0, 1, 1])
    assert row_of(values, owner, torch.tensor([7, 9])).tolist() == [1, 3]
    with pytest.raises(ValueError, match="Number 4 may not be chosen"):
        row_of(values, owner, torch.tensor([4, 4]))
