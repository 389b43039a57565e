"""Measurements in several processes."""

import os

import pytest

from core.benchmarking.shares import in_shares


def _where(part):
    if part is None:
        raise ZeroDivisionError("by part")
    return part, os.getpid()


def test_what_parts_give_comes_in_their_order():
    """Six parts of two other processes; a worker alone is this one."""
    found = list(in_shares(_where, range(6), 2))
    assert [part for part, _ in found] == [0, 1, 2, 3, 4, 5]
    assert os.getpid() not in {process for _, process in found}
    assert list(in_shares(_where, [7], 3)) == [(7, os.getpid())]


def test_a_part_that_fails_is_heard_of():
    """Its error comes out where its result would have."""
    found = in_shares(_where, [1, None, 2], 2)
    assert next(found)[0] == 1
    with pytest.raises(ZeroDivisionError, match="by part"):
        next(found)


def test_nobody_to_do_them_is_refused():
    """The message says how many were asked for."""
    with pytest.raises(ValueError, match="one worker or more, got 0"):
        next(in_shares(_where, [1, 2], 0))
