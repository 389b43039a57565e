"""A resampled shift is like its original: same plant, other orders."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate, resample
from core.problem.model import Problem
from core.problem.rows import Job, Machine


@pytest.fixture(scope="module")
def shift() -> Problem:
    """Forty jobs in sequenced families on six machines with calendars."""
    return generate(KINDS["shift_calendar"].resized(40, 6), 0)


@pytest.fixture
def two_orders() -> Problem:
    """Order A: a1, a2 in sequence, then b of order B needs a2; c stands alone."""
    jobs = [
        Job("a1", {"M": 100}, family="A", due=1000),
        Job("a2", {"M": 200}, family="A", predecessors=["a1"], due=1000),
        Job("b", {"M": 300}, family="B", predecessors=["a2"], due=1000),
        Job("c", {"M": 50}, release=400, important=True),
    ]
    return Problem.from_rows(jobs, [Machine("M")])


def original(problem: Problem, like: Problem) -> np.ndarray:
    """The job of the original that each one copies, by its id."""
    place = {name: j for j, name in enumerate(problem.job_ids)}
    return np.array([place[name.rsplit("#", 1)[0]] for name in like.job_ids])


@given(seed=st.integers(0, 2**32), jobs=st.integers(1, 100))
@settings(max_examples=40)
def test_what_belongs_together_stays_together(shift, seed, jobs):
    """Exactly as many jobs as asked; each with all its predecessors, from one draw."""
    like = resample(shift, seed, jobs=jobs)
    source = original(shift, like)
    draw = [name.rsplit("#", 1)[1] for name in like.job_ids]
    assert like.num_jobs == jobs
    for j, before in enumerate(like.predecessors):
        assert [draw[i] for i in before] == [draw[j]] * len(before)
        assert sorted(source[list(before)]) == sorted(shift.predecessors[source[j]])
    assert (like.eligible == shift.eligible[source]).all()
    assert (like.group == shift.group[source]).all()
    assert (like.important == shift.important[source]).all()
    for j in range(jobs):
        mates = np.flatnonzero(like.family == like.family[j])
        assert {draw[i] for i in mates} == {draw[j]}
        assert len(set(shift.family[source[mates]].tolist())) == 1


def test_the_plant_is_the_same(shift):
    """Machines, setups, calendars and availability are untouched."""
    like = resample(shift, 1)
    assert like.calendars == shift.calendars
    assert like.machine_ids == shift.machine_ids
    for name in ("setup", "setup_class", "initial_group", "available", "machine_type"):
        assert (getattr(like, name) == getattr(shift, name)).all()


def test_orders_bound_by_a_predecessor_are_drawn_together(two_orders):
    """Job b needs a2 of another order: whoever draws one draws both, a1 first."""
    names = resample(two_orders, 0, jobs=30).job_ids
    drawn = [name.split("#")[0] for name in names]
    text = " ".join(drawn).replace("a1 a2 b", "x")
    assert set(text.split()) <= {"x", "c", "a1", "a2"}
    assert {"x", "c"} <= set(text.split())


def test_a_family_without_sequence_is_drawn_whole():
    """Families of three, no predecessors: twelve new jobs are four whole families."""
    asked = replace(
        KINDS["shift"].resized(15, 3), family_size=((3, 3),), predecessors="none"
    )
    problem = generate(asked, 0)
    like = resample(problem, 0, jobs=12)
    assert np.bincount(like.family).tolist() == [3, 3, 3, 3]


def test_without_spread_an_order_comes_back_as_it_was(two_orders):
    """Four jobs of four: times, releases and due dates are those of the originals."""
    like = resample(two_orders, 3, time_spread=0.0, date_spread=0.0)
    source = original(two_orders, like)
    assert (like.processing == two_orders.processing[source]).all()
    assert (like.release == two_orders.release[source]).all()
    assert (like.due == two_orders.due[source]).all()


def test_fewer_jobs_are_due_earlier(two_orders):
    """
    Half of the jobs: of 1,000 s, the chain of 600 stays and 400 become 200.

    The lone job's release halves with the workload, from 400 to 200.
    """
    for seed in range(20):
        like = resample(two_orders, seed, jobs=2, time_spread=0.0, date_spread=0.0)
        for name, release, due in zip(
            like.job_ids, like.release, like.due, strict=True
        ):
            alone = name.startswith("c#")
            assert (release, due) == ((200, np.inf) if alone else (0, 800))


def test_times_and_dates_are_changed_as_far_as_asked(shift):
    """One factor per job on all its machines; about as spread as asked."""
    like = resample(shift, 5, jobs=400, time_spread=0.2)
    source = original(shift, like)
    ratio = np.where(like.eligible, like.processing, np.nan)
    ratio /= np.where(like.eligible, shift.processing[source], 1.0)
    assert np.nanmax(np.nanmax(ratio, 1) / np.nanmin(ratio, 1)) < 1.01
    assert 0.17 < np.log(np.nanmean(ratio, axis=1)).std() < 0.23
    still = resample(shift, 5, jobs=400, time_spread=0.2, date_spread=0.0)
    assert (like.due != still.due).mean() > 0.9


def test_a_seed_repeats_and_another_does_not(shift):
    """The draw is a function of its arguments."""
    assert resample(shift, 1).content_hash == resample(shift, 1).content_hash
    assert resample(shift, 1).content_hash != resample(shift, 2).content_hash


def test_ids_stay_unique_when_they_look_like_draws(two_orders):
    """An original called a1#1 does not meet the first copy of a1."""
    named = replace(two_orders, job_ids=("a1", "a1#1", "a1#1#1", "c"))
    assert resample(named, 0, jobs=60).num_jobs == 60


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"jobs": 0}, "Expected jobs >= 1, got 0"),
        ({"time_spread": -0.1}, "time_spread < 1, got -0.1"),
        ({"date_spread": 1.0}, "date_spread < 1, got 1.0"),
    ],
)
def test_nonsense_is_refused(two_orders, arguments, message):
    """The message names the argument and its value."""
    with pytest.raises(ValueError, match=message):
        resample(two_orders, 0, **arguments)
