"""A plan that nobody holds any more takes no memory: a server runs for weeks."""

import gc
import weakref

import pytest

from core.instances.generator import KINDS, generate
from core.planning.settings import PlanSettings
from core.schedulers.registry import plan
from tests.plans import shift_of


@pytest.mark.parametrize("scheduler", ["auto", "rule:best", "batch"])
def test_a_plan_and_its_problem_are_gone_with_the_last_who_holds_them(scheduler):
    """What is remembered of a problem, in any room, does not hold it."""
    settings = PlanSettings(scheduler, effort="quick")
    made = plan(
        shift_of(generate(KINDS["shift_calendar"].resized(12, 3), 0)),
        settings,
        found=lambda *_: None,
    )
    assert made.figures  # the bound is remembered by problem
    held = [weakref.ref(x) for x in (made, made.shift.problem, made.result)]
    del made
    gc.collect()
    assert [x() for x in held] == [None, None, None]
