"""What the shop floor says, written and read back."""

import json

import numpy as np
import pytest

from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.saving.floor_file import floor_from_json, floor_to_json


@pytest.fixture
def floor():
    """Everything that a floor can say, of three jobs."""
    times = [np.array([x, x + 1, -1]) for x in (1, 2, 3, 4)]
    return Floor(
        600,
        {
            0: JobState(Status.FINISHED, 1, 10, 500),
            1: JobState(Status.STARTED, 0, 550, remaining=30),
            2: JobState(Status.RELEASED, 1, lock=Lock.START),
        },
        PreviousPlan(np.array([0, 1, -1]), *times, lost=("gone",)),
        {1: 7200},
    )


def test_a_floor_reads_back_as_it_was(floor):
    """Through JSON, with and without a previous plan."""
    again = floor_from_json(json.loads(json.dumps(floor_to_json(floor))))
    assert again.content_hash == floor.content_hash
    assert again.previous.lost == ("gone",)
    assert again.states[2].lock is Lock.START
    bare = floor_from_json(floor_to_json(Floor(0)))
    assert bare.content_hash == Floor(0).content_hash


@pytest.mark.parametrize(
    "change",
    [{"now": None}, {"states": [[0, "lost"]]}, {"states": [[0, "x", *[None] * 5]]}],
)
def test_a_damaged_floor_is_refused(floor, change):
    """Never half of it."""
    with pytest.raises(ValueError, match=r"floor|Expected|not a valid|unpack"):
        floor_from_json(floor_to_json(floor) | change)
