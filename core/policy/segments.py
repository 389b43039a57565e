"""Softmax, entropy, largest and given row within each decision's candidates."""

from __future__ import annotations

import torch
from torch import Tensor


def segment_log_softmax(logits: Tensor, owner: Tensor, count: int) -> Tensor:
    """
    Logarithm of the softmax within each owner's rows.

    Parameters
    ----------
    logits, owner
        Shape (R,).
    count
        Number of owners.
    """
    if count == 1:
        return torch.log_softmax(logits, 0)
    empty = torch.full((count,), -torch.inf, dtype=logits.dtype, device=logits.device)
    peak = empty.scatter_reduce(0, owner, logits.detach(), "amax")
    shifted = logits - peak[owner]
    total = torch.zeros_like(peak).index_add(0, owner, shifted.exp())
    return shifted - total.log()[owner]


def segment_entropy(log_probability: Tensor, owner: Tensor, count: int) -> Tensor:
    """Entropy of each owner's distribution, in nats; shape (count,)."""
    terms = -log_probability.exp() * log_probability
    empty = torch.zeros(count, dtype=terms.dtype, device=terms.device)
    return empty.index_add(0, owner, terms)


def segment_argmax(values: Tensor, owner: Tensor, count: int) -> Tensor:
    """First row with the largest value of each owner; shape (count,)."""
    if count == 1:
        return values.argmax(0, keepdim=True)
    empty = torch.full((count,), -torch.inf, dtype=values.dtype, device=values.device)
    peak = empty.scatter_reduce(0, owner, values, "amax")
    rows = torch.nonzero(values == peak[owner]).squeeze(1)
    first = torch.full((count,), len(values), dtype=torch.int64, device=values.device)
    return first.scatter_reduce(0, owner[rows], rows, "amin")


def segment_sample(
    log_probability: Tensor,
    owner: Tensor,
    count: int,
    generator: torch.Generator | None,
) -> Tensor:
    """
    Draw one row of each owner, by the Gumbel-max trick; shape (count,).

    Parameters
    ----------
    log_probability, owner, count
        Shape (R,), (R,), and the number of owners.
    generator
        Source of randomness; ``None``: torch's own.
    """
    noise = torch.empty_like(log_probability).exponential_(generator=generator)
    return segment_argmax(log_probability - noise.log(), owner, count)


def row_of(values: Tensor, owner: Tensor, wanted: Tensor) -> Tensor:
    """
    Row of each owner that holds a wanted job or machine; shape of ``wanted``.

    Parameters
    ----------
    values, owner
        Shape (R,): what each row stands for, and whose it is.
    wanted
        Shape (A,): one value per owner.

    Raises
    ------
    ValueError
        When one is not among its owner's rows: it may not be chosen.
    """
    rows = torch.nonzero(values == wanted[owner]).squeeze(1)
    hits = torch.bincount(owner[rows], minlength=len(wanted))
    if (hits != 1).any():
        missing = int(wanted[hits != 1][0])
        raise ValueError(f"Number {missing} may not be chosen at this step.")
    return rows
