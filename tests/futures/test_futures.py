"""A plan in many futures: exact without spread, honest with it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.futures.futures import futures
from core.futures.spread import Breakdowns, Spread
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.settings import PlanSettings
from core.problem.calendar import Calendar
from core.problem.floor import PreviousPlan
from core.problem.measures.orders import find_order
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.replanning.commitments import floor_as_planned
from core.schedulers.registry import scheduler
from core.timing.retime import retime
from tests.strategies import problems_and_sequences

NONE = Spread(0.0)


@pytest.fixture(scope="module")
def fifty():
    """Random shifts of 30 jobs, half of them with calendars, planned by a rule."""
    made = []
    for seed in range(50):
        kind = KINDS[["shift", "shift_calendar"][seed % 2]].resized(30, 5)
        problem = generate(kind, seed)
        result = scheduler(PlanSettings("rule:atcs")).schedule(problem, Objective())
        made.append((problem, result.schedule))
    return made


def alone(seconds=1000, due=1100.0, **machine):
    """One job on one machine, and its plan."""
    problem = Problem.from_rows(
        [Job("J", {"M": seconds}, due=due)], [Machine("M", **machine)]
    )
    return problem, retime(problem, [[0]])


@settings(max_examples=80)
@given(problems_and_sequences(), st.data())
def test_without_spread_every_future_is_the_plan(drawn, data):
    """Also where the plan starts jobs later than it could, or setups."""
    problem, sequences = drawn
    seconds = st.integers(0, 40)
    jobs = st.lists(seconds, min_size=problem.num_jobs, max_size=problem.num_jobs)
    later = replace(
        problem,
        release=np.maximum(data.draw(jobs), problem.release),
        available=problem.available + data.draw(seconds),
    )
    for made in (problem, later):
        plan = retime(made, sequences)
        found = futures(problem, plan, NONE, count=2)
        assert (found.end == plan.end).all()
        assert found.late_expected == found.late_as_planned
        for job, outlook in enumerate(found.jobs):
            assert outlook.low == outlook.median == outlook.high == plan.end[job]


def test_one_time_in_ten_is_shorter_and_one_longer_than_the_share():
    """Of 4,000 futures of one job of 1,000 s, about 400 on each side of ±20 %."""
    problem, plan = alone()
    end = futures(problem, plan, Spread(0.2), count=4000).end[:, 0]
    assert 340 < (end < 800).sum() < 460
    assert 340 < (end > 1200).sum() < 460
    assert 1880 < (end < 1000).sum() < 2120


def test_a_job_with_times_of_its_own_keeps_to_them():
    """The first may take half or three times as long; the second only as planned."""
    jobs = [Job("own", {"A": 1000}), Job("shop", {"B": 1000})]
    problem = Problem.from_rows(jobs, [Machine("A"), Machine("B")])
    spread = Spread(0.0, np.array([0.5, np.nan]), np.array([3.0, np.nan]))
    plan = retime(problem, [[0], [1]])
    outlook = futures(problem, plan, spread, count=4000).jobs
    assert outlook[0].low == pytest.approx(500, rel=0.03)
    assert outlook[0].median == pytest.approx(1000, rel=0.03)
    assert outlook[0].high == pytest.approx(3000, rel=0.05)
    assert (outlook[1].low, outlook[1].high) == (1000, 1000)


def test_what_a_problem_knows_of_its_jobs_and_machines_is_used():
    """Half or three times as long where the job says so, and breakdowns as stated."""
    problem, plan = alone()
    known = replace(problem, time_low=np.array([0.5]), time_high=np.array([3.0]))
    outlook = futures(known, plan, count=4000).jobs[0]
    assert outlook.low == pytest.approx(500, rel=0.03)
    assert outlook.high == pytest.approx(3000, rel=0.05)
    broken = replace(
        known, between_breakdowns=np.array([1000.0]), repair=np.array([600.0])
    )
    more = futures(broken, plan, count=4000).jobs[0]
    assert more.median > outlook.median
    assert futures(broken, plan, NONE, Breakdowns.never(1)).end.max() == 1000


def test_setups_spread_with_the_shop():
    """A setup of 1,000 s before a job that always takes its second."""
    problem = Problem.from_rows(
        [Job("J", {"M": 1}, group="B")], [Machine("M", group="A")], {("A", "B"): 1000}
    )
    spread = Spread(0.2, np.array([1.0]), np.array([1.0]))
    outlook = futures(problem, retime(problem, [[0]]), spread, count=4000).jobs[0]
    assert outlook.low == pytest.approx(801, rel=0.02)
    assert outlook.high == pytest.approx(1201, rel=0.02)


def test_orders_and_closures_hold_in_every_future():
    """Behind a job of 50-150 s the machine closes at 100-400 s: nobody ends inside."""
    closed = Calendar(np.array([[100, 400]]))
    jobs = [Job("first", {"M": 90}), Job("next", {"M": 30}), Job("after", {"N": 5})]
    jobs[2] = replace(jobs[2], predecessors=["next"], release=10)
    problem = Problem.from_rows(jobs, [Machine("M", calendar=closed), Machine("N")])
    end = futures(problem, retime(problem, [[0, 1], [2]]), Spread(0.5)).end
    assert (end[:, 1] > end[:, 0]).all()
    assert (end[:, 2] > end[:, 1]).all()
    assert not ((end[:, :2] > 100) & (end[:, :2] <= 400)).any()
    assert (end[:, 0] < 100).any()
    assert (end[:, 0] > 400).any()


def test_a_machine_that_breaks_down_costs_its_repairs():
    """1,000 h of work at a mean of 10 h between breakdowns of 30 min: 50 h more."""
    problem, plan = alone(3_600_000)
    broken = Breakdowns(np.array([10.0]), np.array([30.0]))
    end = futures(problem, plan, NONE, broken, count=400).end[:, 0]
    assert (end - 3_600_000).mean() == pytest.approx(50 * 3600, rel=0.05)
    assert (futures(problem, plan, NONE, Breakdowns.never(1)).end == 3_600_000).all()


def test_a_repair_goes_on_while_the_machine_is_closed():
    """Never a breakdown in closed time, and work only in open time."""
    closed = Calendar(np.array([[3600 * h, 3600 * (h + 1)] for h in range(1, 2000, 2)]))
    problem, plan = alone(360_000, calendar=closed)
    broken = Breakdowns(np.array([1.0]), np.array([10.0]))
    end = futures(problem, plan, NONE, broken, count=400).end[:, 0]
    late = (closed.open_seconds(end) - 360_000).mean()
    # Half of the clock is closed; a repair of 10 min costs less open time than that.
    assert 0.5 < late / (100 * 600) < 1


def test_luck_belongs_to_the_job_and_the_machine_whatever_the_plan():
    """Another job in front, in the list and on the machine, changes nobody's times."""
    problem, plan = alone()
    jobs = [Job("new", {"M": 500}), Job("J", {"M": 1000})]
    more = Problem.from_rows(jobs, [Machine("M")])
    both = futures(more, retime(more, [[0, 1]]))
    one = futures(problem, plan)
    assert (both.end[:, 1] - both.end[:, 0] == one.end[:, 0]).all()
    assert (futures(problem, plan, count=50).end == one.end[:50]).all()
    assert (futures(problem, plan, seed=1).end != one.end).any()


def test_a_promise_is_kept_as_often_as_it_says():
    """Of 200 futures, 180 end by the moment that is 90 % certain, and no fewer do."""
    problem, plan = alone()
    found = futures(problem, plan)
    order = find_order(problem, "J")
    moment = found.promise(order, 0.9)
    assert (found.order_end(order) <= moment).sum() == 180
    assert found.promise(order, 0.995) < found.order_end(order).max()
    for certainty in (0, -0.1, 0.996, 1, 2, float("nan")):
        with pytest.raises(ValueError, match=r"up to 0\.995"):
            found.promise(order, certainty)


def test_an_order_is_on_time_only_with_its_last_job():
    """Two jobs side by side, each about even: the order less often than either."""
    jobs = [Job(f"J{i}", {f"M{i}": 1000}, family="WO", due=1000.0) for i in range(2)]
    problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
    found = futures(problem, retime(problem, [[0], [1]]), count=4000)
    ((_, order),) = found.orders
    assert [round(x.chance, 1) for x in found.jobs] == [0.5, 0.5]
    assert order.chance == pytest.approx(0.25, abs=0.03)
    assert order.median > 1000
    assert (found.late_as_planned, round(found.late_expected)) == (0, 1)


def test_without_a_due_date_there_is_no_chance():
    """NaN, for the job as for its order."""
    problem, plan = alone(due=np.inf)
    found = futures(problem, plan)
    assert np.isnan(found.jobs[0].chance)
    assert np.isnan(found.orders[0][1].chance)


def test_four_in_five_fresh_futures_fall_into_the_stated_band(fifty):
    """200 futures state the band of 80 %, 200 others are counted; on every shift."""
    for problem, plan in fifty:
        stated, fresh = (futures(problem, plan, seed=x) for x in (1, 2))
        band = np.array([(x.low, x.high) for x in stated.jobs])
        inside = (fresh.end >= band[:, 0]) & (fresh.end <= band[:, 1])
        assert 0.75 < inside.mean() < 0.85


def test_more_spread_never_raises_the_mean_chance_over_fifty_shifts(fifty):
    """Chance to be on time, mean over jobs and shifts, from no spread to 90 %."""
    means = []
    for share in (0.0, 0.1, 0.2, 0.4, 0.6, 0.9):
        every = (futures(*plan, Spread(share)).jobs for plan in fifty)
        means.append(np.mean([np.nanmean([x.chance for x in jobs]) for jobs in every]))
    assert means == sorted(means, reverse=True)
    assert means[0] - means[2] > 0.005


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Spread(-0.1), "Expected a spread from 0 to 0.9"),
        (lambda: Spread(5.0), "got 5.0"),
        (lambda: Spread(np.nan), "got nan"),
        (lambda: Spread(0.2, low=np.ones(1)), "Give both"),
        (lambda: Spread(0.2, np.ones(2), np.ones(2)), "times of 1 jobs"),
        (lambda: Spread(0.2, [np.nan], [1.2]), "'J' has only one of"),
        (lambda: Spread(0.2, [0.8], [np.nan]), "'J' has only one of"),
        (lambda: Spread(0.2, [1.5], [1.2]), "'J' has a low time above its high"),
        (lambda: Spread(0.2, [0.0], [1.2]), "'J' has a low time that is not above"),
        (lambda: Spread(0.2, [1.1], [1.2]), "'J' has a low time above the planned"),
        (lambda: Spread(0.2, [0.8], [0.9]), "'J' has a high time below the planned"),
        (lambda: Spread(0.2, [0.8], [11]), "'J' has a high time above 10 times"),
        (lambda: Breakdowns([1.0], [0.0]), "Machine 0 has only one"),
        (lambda: Breakdowns([np.inf], [5.0]), "Machine 0 has only one"),
        (lambda: Breakdowns([5, -1.0], [5, 5.0]), "Machine 1 breaks down more often"),
        (lambda: Breakdowns([5.0], [-1.0]), "negative or endless"),
        (lambda: Breakdowns([5.0], [np.nan]), "negative or endless"),
        (lambda: Breakdowns([5.0, 5.0], [1.0]), "two times per machine"),
        (lambda: Breakdowns.never(2), "breakdowns of 1 machines"),
    ],
)
def test_absurd_assumptions_are_refused(make, message):
    """The message names the job or the machine at fault."""
    with pytest.raises(ValueError, match=message):
        asked(make)


def asked(make):
    """Make a spread or breakdowns, and draw futures with them."""
    given = make()
    if isinstance(given, Spread):
        return futures(*alone(), given)
    return futures(*alone(), NONE, given)


def test_what_has_begun_ends_as_planned_in_every_future():
    """a has begun at 5 s and ends at 100 in all; b behind it spreads around 200."""
    jobs = [Job("a", {"M": 100}), Job("b", {"M": 100})]
    problem = Problem.from_rows(jobs, [Machine("M")])
    plan = retime(problem, [[0, 1]])
    floor = floor_as_planned(problem, PreviousPlan.of(plan), 5)
    found = futures(problem, plan, floor=floor)
    assert set(found.end[:, 0]) == {100}
    assert found.end[:, 1].min() < 190 < 210 < found.end[:, 1].max()
    done = floor_as_planned(problem, PreviousPlan.of(plan), 500)
    assert (futures(problem, plan, floor=done).end == plan.end).all()


@pytest.mark.parametrize("count", [0, -1, 10_001])
def test_a_number_of_futures_out_of_range_is_refused(count):
    """At least one, and no more than memory holds."""
    with pytest.raises(ValueError, match="Expected 1 to 10000 futures"):
        futures(*alone(), count=count)
