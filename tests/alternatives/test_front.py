"""The front: no plan on it beats another, and the plan in hand has its place."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.alternatives.front import FrontPlan, front, objectives, unbeaten
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.floor import PreviousPlan
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Metrics, metrics
from core.problem.verifier.verify import violations
from core.problem.verifier.verify_floor import violations_on
from core.replanning.changes import home_of
from core.replanning.commitments import floor_as_planned
from core.timing.retime import retime


def choice(late, end, setup):
    """A plan of these figures; what it looks like does not matter."""
    return FrontPlan(None, Metrics(end, late, setup, 0.0, 0, 0, 1.0, 0.0), None)


def beats(first, second):
    """Whether a plan is nowhere worse than another and somewhere better."""
    pairs = list(zip(first.figures, second.figures, strict=True))
    return all(a <= b for a, b in pairs) and any(a < b for a, b in pairs)


@pytest.fixture
def shop():
    """
    One machine; A and C of one group, B of another, due at 30 s; a change takes 10 s.

    A B C has B on time, two changes and ends at 50; A C B has one change and ends at
    40, B 10 s late.
    """
    jobs = [
        Job("A", {"M": 10}, group="x", due=10),
        Job("B", {"M": 10}, group="y", due=30),
        Job("C", {"M": 10}, group="x"),
    ]
    setups = {("x", "y"): 10, ("y", "x"): 10}
    return Problem.from_rows(jobs, [Machine("M")], setups)


def test_both_sides_of_a_choice_are_found(shop):
    """By hand: B on time with two changes, or one change and B 10 s late."""
    found = front(shop, retime(shop, [[1, 0, 2]]))
    orders = [x.schedule.sequences[0] for x in found.choices]
    assert orders == [(0, 1, 2), (0, 2, 1)]
    assert [x.figures for x in found.choices] == [(0.0, 50, 20), (10.0, 40, 10)]
    assert found.position is None  # B first: 20 s late, nothing gained


def test_a_plan_that_nobody_beats_is_on_the_front(shop):
    """The plan in hand is the first of the two."""
    found = front(shop, retime(shop, [[0, 1, 2]]))
    assert found.position == 0
    assert found.choices[0].objective is None


def test_on_a_shift_all_plans_are_valid_and_none_beats_another():
    """30 jobs on 5 machines; the same seed gives the same front."""
    problem = generate(KINDS["shift_calendar"].resized(30, 5), 4)
    start = retime(problem, _anyhow(problem))
    found = front(problem, start)
    assert found.made == len(objectives()) == 36
    assert len(objectives(keeping=True)) == 60
    assert len(found.choices) >= 3
    for one in found.choices:
        assert not violations(problem, one.schedule)
        assert one.metrics == metrics(problem, one.schedule)
        assert not any(beats(x, one) for x in [*found.choices, found.in_hand])
    again = front(problem, start)
    assert [x.figures for x in again.choices] == [x.figures for x in found.choices]


def test_beside_a_previous_plan_it_counts_what_changes(shop):
    """
    Before, B ran first: the plan in hand, A 1,010 s late, changes nothing and is kept.

    With A first nobody is late, all on a scale on which a change is one.
    """
    slow = replace(shop, processing=shop.processing * 100, due=shop.due * 100)
    before = retime(slow, [[1, 0, 2]])
    home = Home(before.machine, before.start, np.ones(3), 3)
    found = front(slow, before, home=home)
    assert found.in_hand.changed_jobs == 0
    assert found.position is not None
    assert found.choices[0].metrics.weighted_tardiness == 0
    assert found.choices[0].changed_jobs >= 2
    assert found.choices[-1].changed_jobs == 0


def test_what_has_begun_stays_in_every_plan():
    """30 jobs on 5 machines, a quarter over: valid on the floor, no start moved."""
    problem = generate(KINDS["shift_calendar"].resized(30, 5), 4)
    before = retime(problem, _anyhow(problem))
    now = before.makespan // 4
    floor = floor_as_planned(problem, PreviousPlan.of(before), now)
    home = home_of(problem, floor)
    found = front(problem, before, floor=floor, home=home)
    assert found.made == 60
    begun = before.start < now
    assert 0 < begun.sum() < 30
    for one in found.choices:
        assert not violations_on(problem, one.schedule, floor)
        assert (one.schedule.start == before.start)[begun].all()
        assert one.metrics == metrics(problem, one.schedule)
    changed = [one.changed_jobs for one in found.choices]
    assert changed == [home.changed(x.schedule).sum() for x in found.choices]
    assert min(changed) == 0 < max(changed)


def test_a_stop_leaves_what_was_found(shop):
    """Stopped before anything was looked at, the plan in hand is all there is."""
    found = front(shop, retime(shop, [[1, 0, 2]]), stop=lambda: True)
    assert (found.made, found.position, len(found.choices)) == (0, 0, 1)


figures = st.tuples(*[st.integers(0, 4)] * 3)


@given(st.lists(figures, min_size=1, max_size=20))
def test_what_is_left_out_is_beaten_or_the_same(drawn):
    """Whatever the figures: what stays is unbeaten, what goes has its better."""
    choices = [choice(*x) for x in drawn]
    kept = unbeaten(choices)
    assert [x.figures for x in kept] == sorted(x.figures for x in kept)
    for one in choices:
        better = [x for x in kept if beats(x, one)]
        if one in kept:
            assert not better
        else:
            assert better or one.figures in [x.figures for x in kept]


def _anyhow(problem):
    """Every job on its fastest machine, in topological order."""
    sequences = [[] for _ in range(problem.num_machines)]
    for job in problem.topological_order.tolist():
        sequences[int(np.argmin(problem.processing[job]))].append(job)
    return sequences
