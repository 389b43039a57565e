"""Problems say what is asked, and refuse what makes no sense."""

from dataclasses import replace
from math import inf, nan

import numpy as np
import pytest
from hypothesis import given, settings

from core.problem.calendar import Calendar
from core.problem.checks import HORIZON, LONGEST
from core.problem.model import Problem
from core.problem.problem_fields import Scale
from core.problem.rows import Job, Machine
from tests.strategies import problems

MACHINES = [Machine("M0", type="A", group="x"), Machine("M1", type="B", available=9)]
JOBS = [
    Job("a", {"M0": 10, "M1": 30}, group="x", family="F", due=99.0),
    Job("b", {"M0": 20}, group="y", family="F", predecessors=["a"], important=True),
    Job("c", {"M1": 7}, predecessors=["a", "b"], weight=2.5, preferred="M1", release=3),
]


@pytest.fixture
def shop() -> Problem:
    """Job a before b before c, on two machines of two types."""
    return Problem.from_rows(JOBS, MACHINES, {("x", "y"): 4}, {("B", "x", "y"): 6})


def test_rows_become_arrays(shop):
    """What stands in the rows stands in the arrays, in the order of the rows."""
    assert shop.processing.tolist() == [[10, 30], [20, inf], [inf, 7]]
    assert shop.eligible.tolist() == [[True, True], [True, False], [False, True]]
    assert shop.release.tolist() == [0, 0, 3]
    assert shop.due.tolist() == [99, inf, inf]
    assert shop.weight.tolist() == [1, 5, 2.5]
    assert shop.preferred.tolist() == [[False, False], [False, False], [False, True]]
    assert shop.family_names == ("F", "c")
    assert shop.family.tolist() == [0, 0, 1]
    assert shop.precedence.tolist() == [[0, 1], [0, 2], [1, 2]]
    assert shop.available.tolist() == [0, 9]
    assert [shop.group_names[g] for g in shop.group] == ["x", "y", ""]
    assert shop.initial_group.tolist() == [0, shop.num_groups]


def test_a_setup_of_the_type_goes_before_the_general_one(shop):
    """From x to y takes 4 s, on type B 6 s, and nothing on a machine not set up."""
    x, y = shop.group[0], shop.group[1]
    assert shop.setup_seconds(0, x, y) == 4
    assert shop.setup_seconds(1, x, y) == 6
    assert shop.setup_seconds(0, y, x) == 0
    assert shop.setup_seconds(1, shop.num_groups, y) == 0


def test_derived_figures_are_those_by_hand(shop):
    """Means over eligible machines, and the chain behind each job at its fastest."""
    assert shop.mean_processing.tolist() == [20, 20, 7]
    assert shop.smallest_processing.tolist() == [10, 20, 7]
    assert shop.tail.tolist() == [27, 7, 0]
    assert shop.ideal_horizon == 23.5
    assert shop.predecessors == ((), (0,), (0, 1))
    assert shop.successors == ((1, 2), (2,), ())


@settings(max_examples=25)
@given(problems())
def test_the_order_puts_every_job_behind_its_predecessors(problem):
    """A topological order holds every job once, predecessors first."""
    order = problem.topological_order.tolist()
    assert sorted(order) == list(range(problem.num_jobs))
    for before, after in problem.precedence.tolist():
        assert order.index(before) < order.index(after)


@pytest.mark.parametrize(
    ("job", "message"),
    [
        (Job("c", {}), "Job 'c' is eligible on no machine"),
        (Job("c", {"M0": 0}), "Job 'c' has a processing time that is not a positive"),
        (Job("c", {"M0": 1.5}), "Job 'c' has a processing time that is not a positive"),
        (Job("c", {"M0": nan}), "Job 'c' has a processing time that is not a positive"),
        (Job("c", {"M0": -inf}), "Job 'c' has a processing time that is not a pos"),
        (Job("c", {"M0": LONGEST + 1}), "Job 'c' has a time above"),
        (Job("c", {"M7": 1}), "Job 'c' names 'M7', which does not exist"),
        (Job("c", {"M0": 1}, preferred="M7"), "Job 'c' names 'M7'"),
        (Job("c", {"M0": 1}, predecessors=["z"]), "Job 'c' names 'z'"),
        (
            Job("c", {"M0": 1}, predecessors=["c"]),
            "predecessors of job 'c' form a cycle",
        ),
        (Job("c", {"M0": 1}, release=-1), "Job 'c' has a negative release"),
        (Job("c", {"M0": 1}, due=nan), "Job 'c' has a due date that is not a number"),
        (Job("c", {"M0": 1}, due=-inf), "Job 'c' has a due date that is not a number"),
        (Job("c", {"M0": 1}, weight=0.0), "Job 'c' has a weight that is not positive"),
        (Job("c", {"M0": 1}, weight=inf), "Job 'c' has a weight that is not positive"),
        (Job("b", {"M0": 1}), "Two jobs are called 'b'"),
    ],
)
def test_a_nonsense_job_is_refused(job, message):
    """The message names the job at fault."""
    with pytest.raises(ValueError, match=message):
        Problem.from_rows([*JOBS[:2], job], MACHINES)


@pytest.mark.parametrize(
    ("machine", "message"),
    [
        (Machine("M1", available=-1), "Machine 'M1' is available before plan start"),
        (Machine("M1", available=LONGEST + 1), "Machine 'M1' is available after"),
        (Machine("M0"), "Two machines are called 'M0'"),
    ],
)
def test_a_nonsense_machine_is_refused(machine, message):
    """The message names the machine at fault."""
    with pytest.raises(ValueError, match=message):
        Problem.from_rows([Job("a", {"M0": 1})], [MACHINES[0], machine])


def test_a_plan_that_could_end_after_the_horizon_is_refused():
    """All one by one after the last release or closure, waits and setups too: 1 s."""
    rest = HORIZON - 3 * LONGEST  # three jobs of centuries, and what is left for others

    def jobs(wait, release):
        first = Job("a", {"M": LONGEST}, group="x", wait_after=wait)
        second = Job("b", {"M": LONGEST}, group="y", predecessors=["a"])
        return [first, second, Job("c", {"M": LONGEST}, release=release)]

    setups = {("x", "y"): 4}
    Problem.from_rows(jobs(6, rest - 10), [Machine("M")], setups)
    with pytest.raises(ValueError, match="could end 31622400001 s after its start"):
        Problem.from_rows(jobs(7, rest - 10), [Machine("M")], setups)
    with pytest.raises(ValueError, match="more than 1,000 years"):
        Problem.from_rows(jobs(6, rest - 9), [Machine("M")], setups)
    closed = Machine("M", calendar=Calendar(np.array([[5, HORIZON - 3]])))
    Problem.from_rows([Job("a", {"M": 3})], [closed])
    with pytest.raises(ValueError, match="All has happened by 31622399997 s"):
        Problem.from_rows([Job("a", {"M": 4})], [closed])


def test_nonsense_setups_are_refused():
    """A setup is not negative, and belongs to a machine type that exists."""
    with pytest.raises(ValueError, match="setup time is negative"):
        Problem.from_rows(JOBS, MACHINES, {("x", "y"): -1})
    with pytest.raises(ValueError, match="No machine is of type 'C'"):
        Problem.from_rows(JOBS, MACHINES, {}, {("C", "x", "y"): 1})


def test_a_cycle_is_refused():
    """Jobs that wait for each other are named."""
    jobs = [
        Job("a", {"M0": 1}, predecessors=["b"]),
        Job("b", {"M0": 1}, predecessors=["a"]),
    ]
    with pytest.raises(ValueError, match=r"predecessors of job 'a' form a cycle"):
        Problem.from_rows(jobs, MACHINES)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("release", [0, 0], r"release has shape \(2,\), expected \(3,\)"),
        ("release", [0.0, 0.0, 0.5], "release holds float64, expected integers"),
        ("group", [0, 0, 9], "group has an index outside"),
        ("initial_group", [-1, 0], "initial_group has an index outside"),
        ("precedence", [[0, 3]], "precedence has an index outside"),
        ("calendars", [Calendar.always_open()], "Got 1 calendars for 2 machines"),
        ("job_ids", [], "needs jobs and machines, got 0 and 2"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(shop, name, value, message):
    """The message names the array, and what was expected of it."""
    with pytest.raises(ValueError, match=message):
        replace(shop, **{name: value})


def test_a_problem_cannot_be_changed_afterwards(shop):
    """A problem copies its arrays and locks them."""
    for name in ("processing", "release", "eligible", "tail"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(shop, name)[0] = 1


@pytest.mark.parametrize(
    "change",
    [
        {"due": np.array([99.0, 98.0, inf])},
        {"job_ids": ("a", "b", "d")},
        {"calendars": (Calendar(np.array([[5, 6]])), Calendar.always_open())},
        {"calendars": (Calendar.always_open(), Calendar(np.array([[5, 6]])))},
    ],
)
def test_the_hash_tells_problems_apart(shop, change):
    """Equal rows give equal hashes; a date, name or closure more gives another."""
    again = Problem.from_rows(JOBS, MACHINES, {("x", "y"): 4}, {("B", "x", "y"): 6})
    assert again.content_hash == shop.content_hash
    assert replace(shop, **change).content_hash != shop.content_hash


ONE = Machine("M", group="x", available=5, calendar=Calendar([[20, 30]]))
TWO = [
    Job("a", {"M": 10}, group="y", release=8, reserved=("M", 9)),
    Job("b", {"M": 4}, group="y", predecessors=["a"], reserved=("M", 31)),
]
SETUPS = {("x", "y"): 4}


def reserved(*rows, **changes):
    """The two reserved jobs above, some of them with changes; one machine."""
    jobs = [replace(job, **change) for job, change in zip(TWO, rows, strict=True)]
    return Problem.from_rows(jobs, [replace(ONE, **changes)], SETUPS)


def test_reservations_that_just_fit_are_taken():
    """Set up at 9 s, a ends at 19 s, and b starts at 31 s."""
    problem = reserved({}, {})
    assert problem.reserved_machine.tolist() == [0, 0]
    assert problem.not_before.tolist() == [9, 31]
    assert reserved({"wait_after": 12}, {}).wait_after.tolist() == [12, 0]


@pytest.mark.parametrize(
    ("rows", "changes", "message"),
    [
        (({"reserved": ("M", 8)}, {}), {}, "'a'.* free at 5 s .* setup takes 4 s"),
        (({"release": 10}, {}), {}, "'a'.* is released at 10 s only"),
        (({"wait_after": 13}, {}), {}, "'b'.* would start before 'a' lets it"),
        (({"reserved": None}, {}), {}, "'b'.* has a predecessor 'a' without one"),
        (({}, {"reserved": ("M", 25)}), {}, "'b'.* while the machine is closed"),
        (({}, {"reserved": ("M", 18)}), {}, "'b'.* free at 19 s after 'a'"),
        (
            ({"processing": {"M": 12}, "may_pause": False}, {}),
            {},
            "'a'.* may not pause",
        ),
        (({"reserved": ("M", -1)}, {}), {}, "'a' is reserved on a machine without"),
        (({}, {}), {"available": 6}, "'a'.* free at 6 s after plan start"),
    ],
)
def test_reservations_that_cannot_be_are_refused(rows, changes, message):
    """Named: the job, and the rule that it breaks even with nothing else around."""
    with pytest.raises(ValueError, match=message):
        reserved(*rows, **changes)


def test_a_reserved_job_has_one_machine():
    """Its processing elsewhere stays known, for the ideal horizon."""
    jobs = [Job("a", {"M0": 9, "M1": 3}, reserved=("M1", 5)), Job("b", {"M0": 4})]
    problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
    assert problem.possible_processing.tolist() == [[inf, 3.0], [4.0, inf]]
    assert problem.ideal_horizon == (6 + 4) / 2


def test_waits_lengthen_the_chain_behind_a_job():
    """b takes 3 s and starts 5 s after a, c takes 2 s at once after b."""
    jobs = [
        Job("a", {"M": 1}, wait_after=5),
        Job("b", {"M": 3}, predecessors=["a"]),
        Job("c", {"M": 2}, predecessors=["b"], wait_after=7),
    ]
    problem = Problem.from_rows(jobs, [Machine("M")])
    assert problem.tail.tolist() == [5 + 3 + 2, 2, 0]


def test_nonsense_scales_are_refused(shop):
    """The whole has a size, and nothing of it is negative."""
    for figures in ((0, 1), (1, 0), (1, 1, -1), (inf, 1)):
        with pytest.raises(ValueError, match="positive horizon and weight"):
            Scale(*figures)
    assert replace(shop, scale=Scale(7.5, 3)).ideal_horizon == 7.5
