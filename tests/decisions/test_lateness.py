"""Why orders end when they do: by hand, and for random plans of all kinds."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decisions.lateness import Blame, Lateness
from core.decisions.lateness_words import sentence
from core.decisions.topic_words import Wording
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.altered import opened, released
from core.problem.calendar import Calendar
from core.problem.checks import LONGEST
from core.problem.floor import PreviousPlan
from core.problem.measures.orders import Order, find_order, orders
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.replanning.commitments import floor_as_planned
from core.search.refine import padded
from core.timing.open_part import open_part
from core.timing.retime import retime
from tests.replanning.days import days
from tests.simulation.playing import one, play_randomly
from tests.strategies import problems_and_sequences, special_problems, special_sequences

WORDING = Wording(lambda seconds: f"at {seconds:.0f}", lambda s: f"{s:.0f} s")


@pytest.fixture
def shop():
    """
    A mill closed at 50-60 s, a drill free from 30 s, a saw.

    Mill, group A at first: big 0-40, setup 40-75 (10 s closed), mine 75-95.
    Drill: first 30-50; behind, of its own family, waits for mine and runs 95-105.
    Saw: released 70-80; then mine too, at 95-99.
    """
    mill = Machine("mill", group="A", calendar=Calendar(np.array([[50, 60]])))
    jobs = [
        Job("big", {"mill": 40}, "WO-1", "A"),
        Job("mine", {"mill": 20}, "WO-2", "B", due=200.0),
        Job("first", {"drill": 20}, "WO-3", "A", due=45.0),
        Job("behind", {"drill": 10}, "WO-4", "A", ["mine"]),
        Job("released", {"saw": 10}, "WO-5", "A", release=70, due=75.0),
        Job("mine too", {"saw": 4}, "WO-2", "A", ["mine"], due=80.0),
    ]
    machines = [mill, Machine("drill", available=30), Machine("saw")]
    return Problem.from_rows(jobs, machines, {("A", "B"): 25})


@pytest.fixture
def plan(shop):
    """As early as the orders allow."""
    return retime(shop, [[0, 1], [2, 3], [4, 5]])


def chain(problem, why):
    """Links by name."""
    return [(problem.job_ids[x.job], x.cause.value, x.begin, x.end) for x in why.chain]


def test_the_chain_leads_through_closures_to_plan_start(shop, plan):
    """WO-2 waits for WO-1 on the mill, then for its setup, which a closure pauses."""
    why = Lateness(shop, plan).why(find_order(shop, "WO-2"))
    assert chain(shop, why) == [
        ("big", "machine", 0, 40),
        ("mine", "setup", 40, 50),
        ("mine", "closure", 50, 60),
        ("mine", "setup", 60, 75),
        ("mine", "processing", 75, 95),
        ("mine too", "processing", 95, 99),
    ]
    assert why.seconds == {
        Blame.PROCESSING: 24,
        Blame.SETUP: 25,
        Blame.MACHINE: 40,
        Blame.CLOSURE: 10,
    }
    assert (why.total, why.late, why.root, why.worst) == (99, 0, None, Blame.MACHINE)


def test_a_predecessor_of_another_order_stands_for_all_that_it_waited_for(shop, plan):
    """WO-4 waits for WO-2, which waited for WO-1; the closure keeps its name."""
    why = Lateness(shop, plan).why(find_order(shop, "WO-4"))
    assert why.seconds == {
        Blame.PROCESSING: 10,
        Blame.PREDECESSOR: 40 + 25 + 20,
        Blame.CLOSURE: 10,
    }


def test_a_release_and_a_busy_machine_are_roots(shop, plan):
    """No job is to blame for the release of WO-5, nor for the drill free at 30 s."""
    lateness = Lateness(shop, plan)
    released = lateness.why(find_order(shop, "WO-5"))
    assert released.root.cause is Blame.RELEASE
    assert released.seconds == {Blame.PROCESSING: 10, Blame.RELEASE: 70}
    first = lateness.why(find_order(shop, "WO-3"))
    assert first.root.cause is Blame.UNAVAILABLE
    assert first.seconds == {Blame.PROCESSING: 20, Blame.UNAVAILABLE: 30}


def test_time_before_the_order_was_there_does_not_count(shop):
    """Released at 30 s, WO-2 waits for the mill from then on: 10 of its 40 s."""
    late = shop.release.copy()
    late[1] = late[5] = 30
    problem = replace(shop, release=late)
    plan = retime(problem, [[0, 1], [2, 3], [4, 5]])
    why = Lateness(problem, plan).why(find_order(problem, "WO-2"))
    assert chain(problem, why)[:2] == [
        ("big", "machine", 0, 30),
        ("big", "machine", 30, 40),
    ]
    assert (why.earliest, why.total) == (30, 69)
    assert why.seconds[Blame.MACHINE] == 10


def test_setups_for_others_and_choices_of_the_plan_are_told_apart(shop):
    """Mine first (25-45, closed 50-60), then a setup of 0 and big; big starts late."""
    problem = replace(shop, initial_group=np.array([0, 2, 2]))
    made = retime(problem, [[1, 0], [2, 3], [4, 5]])
    assert (made.start[1], made.start[0], made.end[0]) == (25, 45, 95)
    moved = replace(
        made,
        start=made.start + np.array([20, 0, 0, 0, 0, 0]),
        end=made.end + np.array([10, 0, 0, 0, 0, 0]),
    )
    assert not violations(problem, moved)
    why = Lateness(problem, moved).why(find_order(problem, "WO-1"))
    assert chain(problem, why) == [
        ("mine", "machine_setup", 0, 25),
        ("mine", "machine", 25, 45),
        ("big", "choice", 45, 65),
        ("big", "processing", 65, 105),
    ]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (
            "WO-2",
            "WO-2 is 19 s late: mill runs WO-1 from at 0 to at 40 first.",
        ),
        ("WO-3", "WO-3 is 5 s late: drill is not free before at 30."),
        ("WO-5", "WO-5 is 5 s late: released is not released before at 70."),
        (
            "WO-4",
            "WO-4 has no due date and ends at 105: "
            "it waits for mine of WO-2 on mill, which ends at 95.",
        ),
        (
            "WO-1",
            "WO-1 has no due date and ends at 40: "
            "its own work takes 40 s, and nothing is in the way.",
        ),
    ],
)
def test_a_sentence_says_it_for_people(shop, plan, order, said):
    """WO-2 is due at 80 s here, with its last job."""
    problem = replace(shop, due=np.where(shop.due == 200, 80, shop.due))
    why = Lateness(problem, plan).why(find_order(problem, order))
    assert sentence(problem, plan, why, WORDING) == said


def test_waits_windows_and_locks_have_names_of_their_own():
    """
    The mill is closed in 20-30 s: a runs 0-10, b 4 s after it, in one go from 30 s.

    c of the same order waits 6 s after b and runs at 48 s; d is locked at 60 s.
    """
    mill = Machine("mill", calendar=Calendar(np.array([[20, 30]])))
    jobs = [
        Job("a", {"mill": 10}, "WO-1", wait_after=4),
        Job("b", {"mill": 12}, "WO-2", "", ["a"], wait_after=6, may_pause=False),
        Job("c", {"saw": 2}, "WO-2", "", ["b"], due=40.0),
        Job("d", {"saw": 2}, "WO-3", due=60.0, reserved=("saw", 60)),
    ]
    problem = Problem.from_rows(jobs, [mill, Machine("saw")])
    plan = retime(problem, [[0, 1], [2, 3]])
    lateness = Lateness(problem, plan)
    why = lateness.why(find_order(problem, "WO-2"))
    assert chain(problem, why) == [
        ("a", "predecessor", 0, 10),
        ("b", "wait", 10, 14),
        ("b", "window", 14, 30),
        ("b", "processing", 30, 42),
        ("c", "wait", 42, 48),
        ("c", "processing", 48, 50),
    ]
    assert sentence(problem, plan, why, WORDING) == (
        "WO-2 is 10 s late: b may not be interrupted, and mill has no window long "
        "enough before at 30."
    )
    locked = lateness.why(find_order(problem, "WO-3"))
    assert locked.root.cause is Blame.LOCK
    assert sentence(problem, plan, locked, WORDING) == (
        "WO-3 is 2 s late: d is locked at at 60 on saw."
    )


def test_many_orders_on_one_machine_are_counted():
    """Three orders before the last one, the longest of them named."""
    jobs = [Job(f"J{i}", {"M": 10 + i % 2}, due=30.0) for i in range(4)]
    problem = Problem.from_rows(jobs, [Machine("M")])
    plan = retime(problem, [[0, 1, 2, 3]])
    why = Lateness(problem, plan).why(find_order(problem, "J3"))
    assert sentence(problem, plan, why, WORDING) == (
        "J3 is 12 s late: M runs three other orders first, "
        "the longest J1 from at 10 to at 21."
    )


def test_closures_are_named_beside_what_else_took_time():
    """The night takes 100 s, the order in front 30: both are said, the order first."""
    night = Machine("M", calendar=Calendar(np.array([[20, 120]])))
    jobs = [Job("front", {"M": 30}), Job("J", {"M": 10}, due=50.0)]
    problem = Problem.from_rows(jobs, [night])
    plan = retime(problem, [[0, 1]])
    why = Lateness(problem, plan).why(find_order(problem, "J"))
    assert why.worst is Blame.CLOSURE
    assert sentence(problem, plan, why, WORDING) == (
        "J is 90 s late: M runs front from at 0 to at 130 first, "
        "and closures take 100 s."
    )


def test_what_waits_for_another_orders_job_is_named():
    """J waits for the machine, which is kept for kept, which waits for slow."""
    jobs = [
        Job("slow", {"M": 100}, "WO-1"),
        Job("kept", {"N": 5}, "WO-2", predecessors=["slow"]),
        Job("J", {"N": 5}, due=60.0),
    ]
    problem = Problem.from_rows(jobs, [Machine("M"), Machine("N")])
    plan = retime(problem, [[0], [1, 2]])
    why = Lateness(problem, plan).why(find_order(problem, "J"))
    assert sentence(problem, plan, why, WORDING) == (
        "J is 50 s late: kept of WO-2 goes first on N and waits for slow of WO-1 "
        "on M, which ends at 100."
    )


# --- For all plans ------------------------------------------------------------


def root_removed(problem, root):
    """Return the problem in which the named root does not hold anything back."""
    match root.cause:
        case Blame.RELEASE:
            release = problem.release.copy()
            release[root.job] = 0
            return replace(problem, release=release)
        case Blame.UNAVAILABLE:
            available = problem.available.copy()
            available[root.machine] = 0
            return replace(problem, available=available)
        case Blame.CLOSURE:
            calendars = list(problem.calendars)
            closures = calendars[root.machine].closures
            kept = closures[closures[:, 0] != root.begin]
            assert len(kept) == len(closures) - 1
            calendars[root.machine] = Calendar(kept)
            return replace(problem, calendars=tuple(calendars))
        case Blame.CHOICE | Blame.LOCK:
            return problem
        case Blame.WINDOW:
            return replace(problem, may_pause=np.ones(problem.num_jobs, bool))
    raise AssertionError(root)


def check(problem, schedule, sequences):
    """Every order and every job by itself: the parts are the whole, to the second."""
    lateness = Lateness(problem, schedule)
    alone = [
        Order(name, (j,), float(problem.due[j]), False)
        for j, name in enumerate(problem.job_ids)
    ]
    for order in (*orders(problem), *alone):
        why = lateness.why(order)
        assert why.end == schedule.end[list(order.jobs)].max()
        assert sum(why.seconds.values()) == why.total == why.end - why.earliest
        assert all(x.seconds > 0 for x in why.chain)
        assert why.chain[0].begin == 0
        edges = zip(why.chain, why.chain[1:], strict=False)
        assert all(x.end == y.begin for x, y in edges)
        for link in why.chain:
            assert schedule.machine[link.job] == link.machine
            own = link.cause in {Blame.PROCESSING, Blame.SETUP}
            others = {Blame.MACHINE, Blame.MACHINE_SETUP, Blame.PREDECESSOR}
            assert (link.job in order.jobs) >= own
            assert (link.job not in order.jobs) >= (link.cause in others)
            opened = int(
                problem.calendars[link.machine].open_seconds(link.end)
                - problem.calendars[link.machine].open_seconds(link.begin)
            )
            if own or link.cause in others:
                assert opened == link.seconds
            if link.cause is Blame.CLOSURE:
                assert opened == 0
        if why.root is not None:
            without = retime(root_removed(problem, why.root), sequences)
            assert without.end[list(order.jobs)].max() <= why.end


@settings(max_examples=80)
@given(problems_and_sequences() | special_sequences(), st.data())
def test_the_parts_are_the_whole_and_the_root_is_one(drawn, data):
    """
    Also where the plan starts some jobs, or their setups, later than it could.

    Such a plan is one of the same problem with later releases and machines.
    """
    problem, sequences = drawn
    check(problem, retime(problem, sequences), sequences)
    seconds = st.integers(0, 40)
    jobs = st.lists(seconds, min_size=problem.num_jobs, max_size=problem.num_jobs)
    machines = problem.available + data.draw(seconds)
    later = replace(problem, release=data.draw(jobs), available=machines)
    later = replace(later, release=np.maximum(later.release, problem.release))
    check(problem, retime(later, sequences), sequences)


@settings(max_examples=60)
@given(special_problems(), st.integers(0, 99))
def test_the_parts_are_the_whole_with_reservations(problem, seed):
    """Any plan that a random agent makes around them."""
    (schedule,) = play_randomly(one(problem, lookahead=inf), seed).schedules()
    check(problem, schedule, padded(schedule, problem.num_machines))


def test_the_parts_are_the_whole_on_a_thousand_plans_of_all_kinds():
    """Random orders of random shifts of every kind that there is."""
    random = np.random.default_rng(0)
    kinds = sorted(KINDS)
    for i in range(1000):
        problem = generate(KINDS[kinds[i % len(kinds)]].resized(10, 3), i)
        sequences = [[] for _ in problem.machine_ids]
        for job in problem.topological_order.tolist():
            machines = np.flatnonzero(problem.eligible[job])
            sequences[random.choice(machines)].append(job)
        check(problem, retime(problem, sequences), sequences)


@settings(max_examples=60)
@given(days(), st.data())
def test_the_parts_are_the_whole_of_a_plan_under_way(day, data):
    """What has begun may have begun against the rules; what is past is no choice."""
    problem, _, plan, now = day
    floor = floor_as_planned(problem, PreviousPlan.of(plan), now)
    release = problem.release.copy()
    release[data.draw(st.integers(0, problem.num_jobs - 1))] = now + 7
    late = replace(problem, release=release)  # it may have begun all the same
    part = open_part(late, plan, floor)
    if part is None:
        return
    pushed = retime(part.problem, padded(part.schedule, problem.num_machines))
    whole = part.joined(pushed)
    lateness = Lateness(late, whole, (), floor)
    for order in orders(late):
        why = lateness.why(order)
        assert sum(why.seconds.values()) == why.total
        assert why.end == whole.end[list(order.jobs)].max()
        ends = [link.end for link in why.chain]
        assert [link.begin for link in why.chain][1:] == ends[:-1]
        choices = [x for x in why.chain if x.cause is Blame.CHOICE]
        assert all(x.begin >= now for x in choices)


ROOT_GONE = {
    Blame.RELEASE: lambda p, x: released(p, x.job, 0),
    Blame.CLOSURE: lambda p, x: opened(p, x.machine, x.begin, x.end),
    Blame.WINDOW: lambda p, x: opened(p, x.machine, 0, LONGEST),
    Blame.WAIT: lambda p, x: replace(p, wait_after=np.zeros_like(p.wait_after)),
    Blame.UNAVAILABLE: lambda p, x: replace(p, available=np.zeros_like(p.available)),
    Blame.CHOICE: lambda p, x: p,
}


@settings(max_examples=80)
@given(problems_and_sequences() | special_sequences(), st.data())
def test_without_the_root_the_order_is_at_least_as_early(drawn, data):
    """Orders of the machines kept, whatever the root is."""
    problem, sequences = drawn
    plan = retime(problem, sequences)
    order = data.draw(st.sampled_from(orders(problem)))
    why = Lateness(problem, plan).why(order)
    if why.root is None or why.root.cause not in ROOT_GONE:
        assert why.root is None or why.root.cause is Blame.LOCK
        return
    without = retime(ROOT_GONE[why.root.cause](problem, why.root), sequences)
    assert without.end[list(order.jobs)].max() <= why.end


def test_without_a_release_that_alone_held_it_the_order_is_earlier(shop, plan):
    """WO-5 is released at 70 s on a free saw: at 0 it ends at 10 instead of 80."""
    why = Lateness(shop, plan).why(find_order(shop, "WO-5"))
    assert why.root.cause is Blame.RELEASE
    without = retime(released(shop, why.root.job, 0), [[0, 1], [2, 3], [4, 5]])
    assert (why.end, without.end[4]) == (80, 10)
