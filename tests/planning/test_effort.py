"""Effort: a number of moves that depends on the shift alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.planning.effort import EFFORTS
from core.planning.settings import PlanSettings


def test_a_shift_of_411_jobs_by_hand():
    """6,000 moves a job; none, a tenth, five times of that; no end until stopped."""
    moves = {name: effort.moves(411) for name, effort in EFFORTS.items()}
    assert moves == {
        "none": 0,
        "quick": 246_600,
        "normal": 2_466_000,
        "thorough": 12_330_000,
        "open": None,
    }


@pytest.mark.parametrize(
    ("jobs", "moves"),
    [
        (1, 25_000),  # 25,000 a job
        (60, 1_500_000),
        (100, 1_500_000),  # the most that a small shop gets
        (150, 1_333_333),  # 200 million moves times jobs
        (200, 1_200_000),  # 6,000 a job
        (500, 3_000_000),
        (1_000, 6_000_000),
        (2_000, 5_000_000),  # 10,000 million moves times jobs
        (10_000, 1_000_000),
    ],
)
def test_small_shops_get_more_moves_and_large_ones_fewer(jobs, moves):
    """A move is cheap where few jobs follow from it."""
    assert EFFORTS["normal"].moves(jobs) == moves


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
