"""Improvers that are measured take turns."""

import pytest

from core.benchmarking.improving.improvers import Turn, improvers
from core.planning.stopping import AnyOf, MaxIterations
from core.problem.objective import Objective
from core.search.local_search import LocalSearch
from core.search.refine import refine
from core.timing.retime import retime
from tests.improvers import Puts, three_jobs
from tests.models import untrained


@pytest.fixture
def three():
    """The smallest problem that can be improved."""
    return three_jobs()


def test_a_turn_ends_by_its_own_limit_or_that_of_all(three):
    """The improver is given both; what it finds and its name are passed on."""
    inner = Puts([[2], [0, 1]])
    turn, whole = Turn(inner, 40.0), MaxIterations(3)
    start = retime(three, [[0, 1, 2], []])
    assert refine(three, Objective(), start, stop=whole, improvers=[turn]).makespan == 3
    assert turn.name == "puts"
    assert isinstance(inner.stop, AnyOf)
    assert inner.stop.stops[0] is whole
    assert 0 < inner.stop.stops[1].left <= 40.0
    with pytest.raises(ValueError, match="seconds > 0"):
        Turn(inner, 0.0)


def test_improvers_share_the_time_in_turn(tmp_path):
    """Each but the last stops by a limit of its own, the last by that of all."""
    model = untrained(tmp_path, hidden=8)
    first, second, last = improvers("sampling+windows+local", 9.0, model)
    assert (first.name, first.seconds) == ("policy sampling", 3.0)
    assert (second.name, second.seconds) == ("windows", 3.0)
    assert isinstance(last, LocalSearch)
    with pytest.raises(ValueError, match="got 'magic'"):
        improvers("local+magic", 9.0, model)
