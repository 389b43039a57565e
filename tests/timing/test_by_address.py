"""Tuples of arrays that machine code hands on by their address."""

from typing import NamedTuple

import numpy as np
import pytest
from numba import TypingError

from core.timing.by_address import by_address
from core.timing.machine_code import machine_code


class Inner(NamedTuple):
    """Two arrays."""

    whole: np.ndarray
    flags: np.ndarray


class Outer(NamedTuple):
    """Arrays, and a tuple of arrays between them."""

    table: np.ndarray
    inner: Inner
    sums: np.ndarray


@machine_code
def count(inner, j):
    """Write into an array of the tuple in the tuple."""
    inner.whole[j] += 1
    return len(inner.whole)


@machine_code
def visit(outer, j):
    """Write, call and read again."""
    before = outer.inner.whole[j]
    size = count(outer.inner, j)
    outer.sums[0] += outer.table[j, 1] * (outer.inner.whole[j] - before)
    return size if outer.inner.flags[j] else -size


@machine_code
def entered(outer, times):
    """Called from Python."""
    outer = by_address(outer)
    last = 0
    for x in range(times):
        last = visit(outer, x % 2)
    return last


def outer_of(n):
    """Column 1 of the table is 10 and 20."""
    return Outer(
        np.array([[1.0, 10.0], [2.0, 20.0]]),
        Inner(np.zeros(n, dtype=np.int64), np.array([0, 1], dtype=np.uint8)),
        np.zeros(1),
    )


def test_what_is_handed_on_by_address_is_the_tuple_itself():
    """Five visits: three at 0, two at 1; each sees at once what the others wrote."""
    outer = outer_of(7)
    assert entered(outer, 5) == -7  # the last is at 0, where the flag is not set
    assert outer.inner.whole.tolist() == [3, 2, 0, 0, 0, 0, 0]
    assert outer.sums.tolist() == [70.0]


def test_a_name_that_is_not_in_the_tuple_is_a_fault():
    """It is told when it is compiled, not read from somewhere else."""

    @machine_code
    def wrong(outer):
        outer = by_address(outer)
        return outer.nothing[0]

    with pytest.raises(TypingError, match="nothing"):
        wrong(outer_of(2))


def test_a_row_of_a_table_is_a_fault():
    """Only whole entries are read: an index too few is told when it is compiled."""

    @machine_code
    def wrong(outer):
        outer = by_address(outer)
        return outer.table[0][1]

    with pytest.raises(NotImplementedError, match="row"):
        wrong(outer_of(2))
