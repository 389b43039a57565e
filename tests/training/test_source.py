"""Where problems come from, and what is never drawn."""

from dataclasses import replace

import numpy as np
import pytest

from core.instances.generator import KINDS, generate
from core.training.curriculum import lookahead_seconds
from core.training.settings import DataSettings
from core.training.source import (
    JUDGED,
    KindSource,
    OneProblem,
    ShiftSource,
    source_of,
)
from tests.training.tiny import SETTINGS


@pytest.fixture
def shift():
    """A small shift."""
    return generate(KINDS["shift"].resized(8, 3), 0)


def same(one, other):
    """Whether two problems hold the same numbers."""
    return np.array_equal(one.processing, other.processing) and np.array_equal(
        one.due, other.due
    )


def test_the_source_follows_what_is_given(shift):
    """Shifts where there are any; the kinds of the recipe otherwise."""
    assert isinstance(source_of(SETTINGS, ()), KindSource)
    assert isinstance(source_of(SETTINGS, [shift]), ShiftSource)
    with pytest.raises(ValueError, match="no shift to learn from"):
        ShiftSource(SETTINGS, ())


@pytest.mark.parametrize("like", [False, True])
def test_held_out_problems_are_numbered_and_never_drawn(shift, like):
    """The same number is the same problem; none of them is among 40 drawn ones."""
    source = source_of(SETTINGS, [shift] if like else ())
    held = source.held_out(0, 4) + source.held_out(JUDGED, 4)
    again = source.held_out(0, 4) + source.held_out(JUDGED, 4)
    assert all(
        same(one.problem, other.problem) for one, other in zip(held, again, strict=True)
    )
    drawn = source.draw(np.random.default_rng(0), 0.9, 40)
    assert not any(same(one.problem, task.problem) for one in held for task in drawn)
    for i, one in enumerate(held):
        assert not any(same(one.problem, other.problem) for other in held[:i])


def test_one_problem_is_all_there_is(shift):
    """Drawn and judged alike, at the lookahead of the kind it passes for."""
    data = DataSettings(kinds={"tight": 1.0}, lookaheads={"tight": {"mean": 1.0}})
    source = OneProblem(replace(SETTINGS, data=data), shift)
    tasks = source.draw(np.random.default_rng(0), 0.5, 3) + source.held_out(0, 5)
    assert len(tasks) == 4
    assert all(task.problem is shift for task in tasks)
    wait = lookahead_seconds(shift, "mean")
    assert {task.lookahead for task in tasks} == {wait}
    assert source.held_out(0, 0) == []
