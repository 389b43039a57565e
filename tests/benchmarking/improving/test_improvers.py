"""Improvers that are measured take turns."""

import pytest

from core.benchmarking.improving.improvers import Turn, improvers
from core.planning.stopping import AnyOf, MaxIterations
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.search.local_search import LocalSearch
from core.search.refine import refine
from core.timing.retime import retime
from tests.models import untrained


class Puts:
    """An improver that answers with fixed sequences and keeps what it was given."""

    name = "puts"

    def __init__(self, sequences):
        self.sequences, self.given, self.stop = sequences, None, None

    def improve(self, problem, objective, sequences, *, seed, stop, progress):
        self.given, self.stop = sequences, stop
        progress(1.0, self.name)
        return self.sequences


@pytest.fixture
def three() -> Problem:
    """Jobs of 1, 2 and 3 s, the last due at once; two machines, the second unused."""
    jobs = [Job(f"J{i}", {"M0": i + 1, "M1": i + 1}) for i in range(2)]
    jobs.append(Job("J2", {"M0": 3, "M1": 3}, due=0.0))
    return Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])


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
