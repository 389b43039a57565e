"""Effort: a number of moves that depends on the shift alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.planning.effort import EFFORTS, LEAST_MOVES
from core.planning.settings import PlanSettings


def test_a_shift_of_411_jobs_by_hand():
    """1,500 moves a job; none, a tenth, ten times of that; no end until stopped."""
    moves = {name: effort.moves(411) for name, effort in EFFORTS.items()}
    assert moves == {
        "none": 0,
        "quick": 61_650,
        "normal": 616_500,
        "thorough": 6_165_000,
        "open": None,
    }
    assert EFFORTS["normal"].moves(1) == LEAST_MOVES


@given(st.integers(1, 100_000))
def test_more_effort_is_more_moves(num_jobs):
    """And there is always a move to make."""
    moves = [EFFORTS[name].moves(num_jobs) for name in ("quick", "normal", "thorough")]
    assert 0 < moves[0] < moves[1] < moves[2]


@pytest.mark.parametrize("effort", ["", "some", 3])
def test_an_unknown_effort_is_refused(effort):
    """The message lists those that there are."""
    with pytest.raises(ValueError, match="none, quick, normal, thorough, open"):
        PlanSettings(effort=effort)
