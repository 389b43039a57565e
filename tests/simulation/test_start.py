import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.objective import Objective
from core.simulation.compiled.arrays import Fixed, Moving
from core.simulation.compiled.start import at_start, copied, restart
from core.simulation.compiled.step import step_one
from core.simulation.problems.side_by_side import side_by_side
from core.simulation.problems.stack import stack
from core.simulation.rollouts import Rollouts
from tests.simulation.playing import lookaheads
from tests.strategies import problems, special_problems


@settings(max_examples=40)
@given(
    st.lists(problems() | special_problems(), min_size=1, max_size=3), st.integers(1, 2)
)
def test_plan_start_is_that_of_the_reference(batch, copies):
    """Every array of the rollouts, of one or more problems, to the bit."""
    static = stack(batch, [Objective()] * len(batch))
    wait = lookaheads(batch[0])[1]
    reference = Rollouts(static, wait, copies)
    moving = at_start(static.arrays, wait, copies=copies)
    for name in Moving._fields:
        own, expected = getattr(moving, name), getattr(reference, name).numpy()
        assert own.dtype == expected.dtype, name
        assert np.array_equal(own, expected), name


@settings(max_examples=20)
@given(problems())
def test_a_restart_leads_back_to_it(problem):
    """After a step, and the copy does not move with the original."""
    arrays = stack([problem], [Objective()]).arrays
    start = at_start(arrays)
    moving = copied(start)
    job = int(np.flatnonzero(moving.job_mask[0])[0])
    machine = int(np.argmin(moving.earliest_start[0, job]))
    assert step_one(Fixed.of(arrays), moving, 0, job, machine)
    assert moving.scheduled[0, job]
    assert not start.scheduled.any()
    restart(moving, start)
    assert all(np.array_equal(a, b) for a, b in zip(moving, start, strict=True))


def test_a_lookahead_below_zero_is_refused():
    """As the reference refuses it."""
    arrays = side_by_side([generate(KINDS["tight"].resized(5, 2), 0)], [Objective()])
    with pytest.raises(ValueError, match="Expected lookahead >= 0, got -1"):
        at_start(arrays, -1)
