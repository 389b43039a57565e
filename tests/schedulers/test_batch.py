"""Planning in batches: what is seen when, and that every job is planned."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate
from core.planning.scheduler import PlanningCancelled
from core.planning.settings import PlanSettings
from core.planning.visibility import (
    action_counts,
    batch_of_job,
    batches,
    visible_jobs,
)
from core.policy.errors import TooLargeError
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.batch import BatchScheduler, remainder
from core.schedulers.hierarchical import HierarchicalScheduler
from core.timing.retime import retime
from tests.models import untrained
from tests.strategies import problems

SHIFT = KINDS["shift_calendar"].resized(130, 6)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An untrained policy for any size."""
    return untrained(tmp_path_factory.mktemp("model") / "set")


@pytest.fixture(scope="module")
def shift():
    """A random shift with families, setups, calendars and due dates."""
    return generate(SHIFT, 3)


def jobs_of(*rows):
    """A problem of one machine: (id, family, due, important, predecessors)."""
    return Problem.from_rows(
        [
            Job(
                name,
                {"M": 10},
                family=family,
                due=due,
                important=important,
                predecessors=before,
            )
            for name, family, due, important, before in rows
        ],
        [Machine("M")],
    )


def test_important_families_come_first_then_those_due_early():
    """B is important, C is due before A."""
    problem = jobs_of(
        ("a1", "A", 90, False, ()),
        ("a2", "A", 90, False, ("a1",)),
        ("b1", "B", 500, True, ()),
        ("b2", "B", 500, True, ()),
        ("c1", "C", 40, False, ()),
    )
    assert batches(problem, 2) == ((2, 3), (4,), (0, 1))


def test_a_family_that_others_wait_for_goes_with_the_most_urgent_of_them():
    """A is due last, but the important B waits for one of its jobs."""
    problem = jobs_of(
        ("a1", "A", 900, False, ()),
        ("c1", "C", 40, False, ()),
        ("b1", "B", 500, True, ("a1",)),
    )
    assert batches(problem, 1) == ((0,), (2,), (1,))


def test_families_that_wait_for_each_other_stay_in_order():
    """A1 before B1 before A2: neither family can go first as a whole."""
    problem = jobs_of(
        ("a2", "A", 90, False, ("b1",)),
        ("b1", "B", 10, True, ("a1",)),
        ("a1", "A", 90, False, ()),
    )
    assert batches(problem, 3) == ((2, 1, 0),)
    assert batches(problem, 1) == ((2,), (1,), (0,))


@given(problem=problems(max_jobs=10), visible=st.integers(1, 10))
def test_batches_hold_every_job_once_and_predecessors_first(problem, visible):
    """No batch is larger than what is visible."""
    found = batches(problem, visible)
    listed = [job for batch in found for job in batch]
    assert sorted(listed) == list(range(problem.num_jobs))
    assert all(0 < len(batch) <= visible for batch in found)
    place = {job: i for i, job in enumerate(listed)}
    assert all(place[a] < place[b] for a, b in problem.precedence.tolist())


def test_families_stay_whole_where_they_fit(shift):
    """Families of a generated shift are smaller than a batch, and bound to no other."""
    found = batches(shift, 50)
    place = {job: i for i, batch in enumerate(found) for job in batch}
    for family in range(len(shift.family_names)):
        members = np.flatnonzero(shift.family == family).tolist()
        assert len({place[job] for job in members}) == 1


def test_a_part_finds_the_machines_as_the_earlier_part_left_them():
    """The machine is free at 10 and set up for X; y waits for the end of x."""
    problem = Problem.from_rows(
        [
            Job("x", {"M": 10}, group="X", release=0),
            Job("y", {"M": 5}, group="Y", predecessors=("x",)),
        ],
        [Machine("M"), Machine("N")],
        {("X", "Y"): 3},
    )
    times = np.zeros((5, 2), dtype=np.int64)
    times[:, 0] = (0, 0, 0, 0, 10)
    part = remainder(problem, np.array([1]), times, np.array([True, False]))
    assert part.available.tolist() == [10, 0]
    assert part.initial_group.tolist() == [problem.group[0], problem.num_groups]
    assert part.release.tolist() == [10]
    assert not len(part.precedence)
    with pytest.raises(ValueError, match="'x' to be planned before"):
        remainder(problem, np.array([1]), times, np.array([False, False]))


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(problem=problems(max_jobs=10), visible=st.integers(1, 4))
def test_every_job_is_planned_and_the_times_are_exact(problem, visible, model):
    """Calendars, setups, releases and predecessors across the batches included."""
    scheduler = BatchScheduler(model)
    # Smaller than a planner may choose, so that small problems have many batches.
    object.__setattr__(scheduler, "visible", visible)
    result = scheduler.schedule(problem, Objective())
    assert not violations(problem, result.schedule)
    lists = list(result.schedule.sequences)
    lists += [()] * (problem.num_machines - len(lists))
    again = retime(problem, lists)
    assert (again.start == result.schedule.start).all()
    assert (again.end == result.schedule.end).all()


def test_one_batch_of_everything_is_the_hierarchical_plan(model, shift):
    """The same network, so the difference is visibility alone."""
    whole = HierarchicalScheduler(model).schedule(shift, Objective())
    parts = BatchScheduler(model, PlanSettings(visible=200)).schedule(
        shift, Objective()
    )
    assert len(parts.batches) == 1
    assert (parts.schedule.machine == whole.schedule.machine).all()
    assert (parts.schedule.end == whole.schedule.end).all()
    assert visible_jobs(parts).tolist() == visible_jobs(whole).tolist()
    assert batch_of_job(parts) is None


def test_what_is_seen_falls_to_one_in_each_batch(model, shift):
    """At most 50 of 130 jobs, and the later decisions of a batch see fewer."""
    result = BatchScheduler(model, PlanSettings(visible=50)).schedule(
        shift, Objective()
    )
    seen = visible_jobs(result)
    assert len(seen) == shift.num_jobs
    assert seen.max() <= 50
    assert (seen == 1).sum() == len(result.batches) >= 3
    place = batch_of_job(result)
    assert [int((place == i).sum()) for i in range(len(result.batches))] == [
        len(batch) for batch in result.batches
    ]
    assert f"{len(result.batches)} batches of at most 50" in result.reason


def test_a_network_of_fixed_size_sees_no_more_jobs_than_it_has_places(tmp_path, shift):
    """The old, flat network plans all jobs, too; with too few machines it cannot."""
    small = untrained(tmp_path / "flat", "flat", jobs=20, machines=6)
    result = BatchScheduler(small, PlanSettings(visible=60)).schedule(
        shift, Objective()
    )
    assert max(map(len, result.batches)) <= 20
    fewer = untrained(tmp_path / "fewer", "flat", jobs=20, machines=5)
    with pytest.raises(TooLargeError, match="at most 5 machines; the problem has 6"):
        BatchScheduler(fewer).schedule(shift, Objective())


def test_a_stop_ends_planning(model, shift):
    """Half a plan is no plan."""
    with pytest.raises(PlanningCancelled):
        BatchScheduler(model).schedule(shift, Objective(), stop=lambda: True)


def test_the_sizes_of_the_choice():
    """411 jobs on 30 machines."""
    assert action_counts(411, 30).flat == 12_330
    assert action_counts(411, 30).hierarchical == 441


def test_one_batch_of_everything_is_the_whole_problem_sampled_too(model, shift):
    """The same plans are drawn, and the same one is the best."""
    parts = BatchScheduler(model, PlanSettings(visible=200, samples=4)).schedule(
        shift, Objective()
    )
    whole = HierarchicalScheduler(model, PlanSettings(samples=4)).schedule(
        shift, Objective()
    )
    assert parts.cost == whole.cost
    assert (parts.schedule.start == whole.schedule.start).all()
    assert "of each it made 4 plans" in parts.reason


def test_more_plans_of_a_batch_are_no_worse_for_it(model, shift):
    """The first batch: its best plan costs no more than the most probable one."""
    first = np.sort(batches(shift, 50)[0])
    ends = []
    for samples in (1, 8):
        result = BatchScheduler(
            model, PlanSettings(visible=50, samples=samples)
        ).schedule(shift, Objective())
        assert violations(shift, result.schedule) == ()
        nothing = np.zeros(shift.num_jobs, dtype=np.bool_)
        times = np.zeros((5, shift.num_jobs), dtype=np.int64)
        part = remainder(shift, first, times, nothing)
        cut = result.schedule
        sequences = [
            [int(np.searchsorted(first, j)) for j in jobs if j in first]
            for jobs in cut.sequences
        ]
        ends.append(Objective().cost(part, retime(part, sequences)))
    assert ends[1] <= ends[0]
