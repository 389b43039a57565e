"""What it would take to have an order on time, and who pays for it."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decisions.topic_words import Wording
from core.problem.calendar import Calendar
from core.problem.floor import Floor, JobState, Lock, PreviousPlan, Status
from core.problem.measures.orders import find_order, orders
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.shift import DEFAULT_START, Shift
from core.problem.verifier.verify import violations
from core.problem.verifier.verify_floor import violations_on
from core.remedies.remedies import remedies
from core.remedies.remedy import Asks, Prices
from core.replanning.commitments import floor_as_planned
from core.tables.plan_file import read_schedule
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from core.tables.writing.write_plan import schedule_csv
from core.timing.retime import retime
from tests.plans import plan_of
from tests.replanning.days import days
from tests.strategies import problems_and_sequences

WORDING = Wording(lambda seconds: f"{seconds / 60:g}'", lambda s: f"{s / 60:g} min")
MINUTE = 60


def minutes(text):
    """Whole minutes in seconds."""
    return MINUTE * text


@pytest.fixture
def shop():
    """
    The mill closes at 100-200 min. Big 0-60, other 60-100, mine 200-230, due at 120.

    The lathe, which could do mine in 50 min, is free; other is due at 110 min.
    """
    mill = Machine("mill", "cut", calendar=Calendar(MINUTE * np.array([[100, 200]])))
    jobs = [
        Job("big", {"mill": minutes(60)}, "WO-1", due=minutes(500)),
        Job("other", {"mill": minutes(40)}, "WO-2", due=minutes(110)),
        Job("mine", {"mill": minutes(30), "lathe": minutes(50)}, "WO-3"),
    ]
    jobs[2] = replace(jobs[2], due=minutes(120))
    return Problem.from_rows(jobs, [mill, Machine("lathe", "turn")])


@pytest.fixture
def plan(shop):
    """All on the mill."""
    made = retime(shop, [[0, 1, 2], []])
    assert (made.end // MINUTE).tolist() == [60, 100, 230]
    return made


def table(found):
    """What changes, when it ends, its lateness, that of others, and changed jobs."""
    return [
        (x.change, x.end / 60, x.late / 60, x.others_late / 60, x.changed_jobs)
        for x in found.remedies
    ]


def test_every_way_is_listed_the_cheapest_for_others_first(shop, plan):
    """
    By hand: on the lathe 0-50. On the mill before other 60-90, which then runs 90-230.

    On a second mill 0-30. Promised for the next quarter of an hour after 230. In the
    closure 100-130, 10 minutes late still; more minutes bring no more.
    """
    found = remedies(shop, plan, [find_order(shop, "WO-3")], WORDING)
    assert table(found) == [
        ("mine on lathe instead of mill", 50, 0, 0, 1),
        ("mine on mill before other of WO-2", 90, 0, 120, 2),
        ("one machine more like mill", 30, 0, 0, 1),
        ("WO-3 is promised for 240', 120 min later", 230, 0, 0, 0),
        ("mill stays open until 130' (30 min more)", 130, 10, 0, 1),
    ]
    assert found.alone == minutes(30)


def test_longer_hours_are_the_fewest_that_do(shop, plan):
    """Due at 140, mine needs the mill from 100 to 130; 5 minutes less are too few."""
    problem = replace(shop, due=MINUTE * np.array([500.0, 110.0, 140.0]))
    found = remedies(problem, plan, [find_order(problem, "WO-3")], WORDING)
    (way,) = [x for x in found.remedies if "stays open" in x.change]
    # Begun before the closure, mine pauses at its end: each minute more counts.
    assert way.change == "mill stays open until 130' (30 min more)"
    assert (way.end, way.late, way.others_late) == (minutes(130), 0, 0)
    assert not violations(way.problem, way.schedule)
    less = way.problem.calendars[0].closures - [[5 * MINUTE, 0]]
    shorter = replace(problem, calendars=(Calendar(less), problem.calendars[1]))
    assert retime(shorter, [[0, 1, 2], []]).end[2] > minutes(140)


def test_prices_are_counted(shop, plan):
    """Half an hour at 80 an hour is 40; one moved job is 7."""
    problem = replace(shop, due=MINUTE * np.array([500.0, 110.0, 140.0]))
    order = find_order(problem, "WO-3")
    found = remedies(problem, plan, [order], WORDING, Prices(80, 7)).remedies
    price = {x.change: x.price for x in found}
    assert price["mine on lathe instead of mill"] == 7
    # Not the lathe, but the mill works in its break; mine starts there 100 min sooner.
    assert price["mill stays open until 130' (30 min more)"] == 40 + 7


def test_material_that_comes_earlier_is_a_way(shop):
    """Released at 100 min, mine must come 20 minutes earlier to end at 130."""
    release = MINUTE * np.array([0, 0, 100])
    due = MINUTE * np.array([500.0, 110.0, 130.0])
    problem = replace(shop, release=release, due=due)
    plan = retime(problem, [[0, 1], [2]])
    found = remedies(problem, plan, [find_order(problem, "WO-3")], WORDING)
    assert table(found) == [
        ("mine is released at 80', 20 min earlier", 130, 0, 0, 1),
        ("WO-3 is promised for 150', 20 min later", 150, 0, 0, 0),
    ]
    assert found.alone == minutes(150)


def test_a_way_that_costs_others_more_than_it_brings_needs_an_eager_planner(shop, plan):
    """
    Without lathe, passing takes other 120 min of lateness for 110 of its own.

    Heavier, mine comes behind other and before big, 40-70, and nobody is late: still
    heavier is not tried. (First of all, 0-30, would be as cheap.)
    """
    able = shop.processing.copy()
    able[2, 1] = np.inf
    problem = replace(shop, processing=able)
    found = remedies(problem, plan, [find_order(problem, "WO-3")], WORDING)
    assert table(found) == [
        ("WO-3 counts 5 times as much", 70, 0, 0, 3),
        ("mine on mill before other of WO-2", 90, 0, 120, 2),
        ("one machine more like mill", 30, 0, 0, 1),
        ("WO-3 is promised for 240', 120 min later", 230, 0, 0, 0),
        ("mill stays open until 130' (30 min more)", 130, 10, 0, 1),
    ]
    # A weight is a change of the shift: its files say so.
    heavier = found.remedies[0].problem
    assert heavier.weight.tolist() == [1, 1, 5]


def test_a_short_closure_is_worked_through_or_not(shop, plan):
    """A break from 100 to 130 min: mine runs then, as a whole, whatever is needed."""
    pause = Calendar(MINUTE * np.array([[100, 130]]))
    problem = replace(shop, calendars=(pause, shop.calendars[1]))
    made = retime(problem, [[0, 1, 2], []])
    found = remedies(problem, made, [find_order(problem, "WO-3")], WORDING)
    (way,) = [x for x in found.remedies if "works" in x.change]
    assert way.change == "mill works from 100' to 130', too"
    assert (way.end, way.overtime) == (minutes(130), minutes(30))


def test_a_lock_in_the_way_is_lifted_with_what_it_holds(shop):
    """
    Other is reserved at 0 on the mill, mine waits for big, reserved at 40.

    With big free, mine runs 40-70 and is on time.
    """
    machine, start = np.array([0, 0, -1]), np.array([minutes(40), 0, -1])
    due = MINUTE * np.array([500.0, 500.0, 70.0])
    able = shop.processing.copy()
    able[2, 1] = np.inf
    problem = replace(
        shop,
        processing=able,
        due=due,
        reserved_machine=machine,
        reserved_start=start,
    )
    made = retime(problem, [[1, 0, 2], []])
    found = remedies(problem, made, [find_order(problem, "WO-3")], WORDING)
    lifted = [x for x in found.remedies if "lifted" in x.change]
    assert "the lock of big is lifted" in [x.change for x in lifted]
    for way in lifted:
        assert way.late == 0
        assert way.end <= minutes(70)
        assert (way.problem.reserved_machine >= 0).sum() == 1


def test_several_orders_are_helped_at_once(shop, plan):
    """WO-2 and WO-3: on the lathe mine is on time, and other stays so."""
    wanted = [find_order(shop, name) for name in ("WO-2", "WO-3")]
    best = remedies(shop, plan, wanted, WORDING).remedies[0]
    assert (best.change, best.late) == ("mine on lathe instead of mill", 0)
    assert best.end == minutes(100)


def test_a_plan_with_waits_of_its_own_choice_may_just_start_earlier(shop):
    """On the lathe from 90 to 140, mine could start at once and end at 50."""
    made = retime(shop, [[0, 1], [2]])
    move = MINUTE * np.array([0, 0, 90])
    waits = replace(made, start=made.start + move, end=made.end + move)
    found = remedies(shop, waits, [find_order(shop, "WO-3")], WORDING).remedies
    assert found[0].change == "every job as early as its machine allows"
    assert (found[0].end, found[0].changed_jobs) == (minutes(50), 1)


def test_an_order_on_time_needs_nothing_and_one_without_due_date_is_refused(shop, plan):
    """The proof stays: alone, big would end after its hour."""
    found = remedies(shop, plan, [find_order(shop, "WO-1")], WORDING)
    assert (found.remedies, found.alone) == ((), minutes(60))
    undated = replace(shop, due=np.array([np.inf, 0, 0]))
    with pytest.raises(ValueError, match="'WO-1' has no due date"):
        remedies(undated, plan, [find_order(undated, "WO-1")], WORDING)
    with pytest.raises(ValueError, match="at least one order"):
        remedies(shop, plan, [], WORDING)


def test_the_files_of_a_remedy_give_the_promised_end(shop, plan):
    """The changed shift and its plan, written, read and timed anew by their order."""
    due = MINUTE * np.array([500.0, 110.0, 140.0])
    problem = replace(shop, due=due)
    order = find_order(problem, "WO-3")
    ways = remedies(problem, plan, [order], WORDING).remedies
    assert len(ways) == 6
    for way in ways:
        shift = Shift(way.problem, DEFAULT_START, "remedy")
        files = shift_files(shift)
        sheets = {name: x for name, x in files.items() if name.endswith(".csv")}
        again = read_shift(sheets, DEFAULT_START, "again").shift
        text = schedule_csv(plan_of(shift, way.schedule, "remedy"))
        read = read_schedule(text, again).schedule
        assert not violations(again.problem, read)
        unused = [()] * (again.problem.num_machines - len(read.sequences))
        timed = retime(again.problem, [*read.sequences, *unused])
        assert timed.end[2] == way.end
        assert way.end <= again.problem.due[2]


def test_one_delivery_brings_all_that_it_is_for(shop):
    """Steel at 100 min is for mine and other: 20 minutes earlier, both come earlier."""
    release = MINUTE * np.array([0, 100, 100])
    due = MINUTE * np.array([500.0, 1000.0, 130.0])
    problem = replace(shop, release=release, due=due)
    plan = retime(problem, [[0, 1], [2]])
    order, steel = find_order(problem, "WO-3"), ("", "steel", "steel")
    found = remedies(problem, plan, [order], WORDING, materials=steel)
    way = found.remedies[0]
    assert way.change == "steel arrives at 80', 20 min earlier"
    assert (way.problem.release / MINUTE).tolist() == [0, 80, 80]


def test_what_has_begun_stays_where_it_is(shop, plan):
    """At 70 min other runs on the mill: mine may pass nobody, but takes the lathe."""
    floor = floor_as_planned(shop, PreviousPlan.of(plan), minutes(70))
    order = find_order(shop, "WO-3")
    found = remedies(shop, plan, [order], WORDING, floor=floor)
    assert "mine on lathe instead of mill" in [x.change for x in found.remedies]
    assert not any("before other" in x.change for x in found.remedies)
    for way in found.remedies:
        assert (way.schedule.start[:2] == plan.start[:2]).all()
        assert not violations_on(way.problem, way.schedule, way.floor)
    on_lathe = found.remedies[0]
    assert on_lathe.schedule.start[2] == minutes(70)  # not before now
    assert found.alone == minutes(120)  # the lathe from 70 on: the mill is taken
    done = floor_as_planned(shop, PreviousPlan.of(plan), plan.makespan + 1)
    over = remedies(shop, plan, [order], WORDING, floor=done)
    assert (over.remedies, over.alone) == ((), minutes(230))


@settings(max_examples=20)
@given(days(), st.data())
def test_no_way_changes_what_is_past_change(day, data):
    """Whatever has begun and is locked: valid on the floor, as it was, with its end."""
    problem, _, plan, now = day
    states = {
        job: JobState(Status.RELEASED, int(plan.machine[job]), lock=Lock.MACHINE)
        for job in data.draw(st.sets(st.integers(0, problem.num_jobs - 1), max_size=2))
        if plan.start[job] >= now
    }
    floor = floor_as_planned(problem, PreviousPlan.of(plan), now, states)
    dated = [x for x in orders(problem) if np.isfinite(x.due)]
    if not dated:
        return
    order = data.draw(st.sampled_from(dated))
    begun = plan.start < now
    for way in remedies(problem, plan, [order], WORDING, floor=floor).remedies:
        assert not violations_on(way.problem, way.schedule, way.floor or Floor())
        assert (way.schedule.start == plan.start)[begun].all()
        assert way.end == way.schedule.end[list(order.jobs)].max()


@pytest.mark.parametrize("price", [-1.0, float("nan"), float("inf")])
def test_prices_below_zero_are_refused(price):
    """Each by its name."""
    with pytest.raises(ValueError, match="overtime_hour"):
        Prices(price, 0)
    with pytest.raises(ValueError, match="moved_job"):
        Prices(0, price)


@settings(max_examples=60)
@given(problems_and_sequences(), st.data())
def test_every_way_helps_is_valid_and_keeps_its_word(drawn, data):
    """The figures are those of its own plan, and nothing ends before the proof."""
    problem, sequences = drawn
    plan = retime(problem, sequences)
    dated = [x for x in orders(problem) if np.isfinite(x.due)]
    if not dated:
        return
    order = data.draw(st.sampled_from(dated))
    found = remedies(problem, plan, [order], WORDING)
    before = max(plan.end[list(order.jobs)].max() - order.due, 0)
    assert (before > 0) or not found.remedies
    for way in found.remedies:
        assert not violations(way.problem, way.schedule)
        assert way.end == way.schedule.end[list(order.jobs)].max()
        due = order.due
        if way.asks is Asks.CUSTOMER:
            due = way.problem.due[list(order.jobs)]
            due = due[np.isfinite(due)].max()
        assert way.late == max(way.end - due, 0) < before
        if way.problem is problem:
            assert way.end >= found.alone
    ranks = [way.rank for way in found.remedies]
    assert ranks == sorted(ranks)
