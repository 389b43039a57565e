"""Why something cannot be chosen: in words, and as the verifier sees it."""

from math import inf, isfinite

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decisions.reasons import (
    ExclusionCause,
    clock_words,
    job_exclusion,
    job_words,
    machine_exclusion,
    machine_words,
)
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from core.timing.retime import retime
from core.timing.situation import Situation
from tests.strategies import problems
from tests.traces import LOOKAHEADS, random_trace

FAR = 10**6  # where jobs wait that are not placed


@pytest.fixture
def shop():
    """A lathe that closes from 100 to 200 s, a drill from 500 s on, and a saw."""
    lathe = Machine("lathe", calendar=Calendar(np.array([[100, 200]])))
    jobs = [
        Job("first", {"lathe": 100}),
        Job("behind", {"saw": 60}, predecessors=["first"]),
        Job("last", {"saw": 60}, predecessors=["behind"]),
        Job("released", {"saw": 60}, release=300),
        Job("shut", {"lathe": 60}),
        Job("drilled", {"drill": 60}),
        Job("any", {"lathe": 90, "saw": 60, "drill": 60}),
        Job("open", {"saw": 40}),
    ]
    machines = [lathe, Machine("drill", available=500), Machine("saw")]
    return Problem.from_rows(jobs, machines)


@pytest.fixture
def moment(shop):
    """``first`` runs 0-100 s on the lathe; the saw is free: the clock is at 0 s."""
    plan = retime(shop, [[0, 4], [5], [1, 2, 3, 6, 7]])
    return Situation(shop, plan, np.array([0]), 0.0)


def seconds(x):
    """A moment as its seconds."""
    return f"{x:.0f} s"


def test_every_reason_of_a_job_in_words(shop, moment):
    """What cannot be changed by placing others elsewhere is named."""
    found = {}
    for job, name in enumerate(shop.job_ids):
        exclusion = job_exclusion(moment, job)
        found[name] = exclusion and job_words(moment, exclusion, seconds)
    assert found == {
        "first": "already scheduled on lathe",
        "behind": "waits for predecessor first until 100 s",
        "last": "waits for predecessor behind, which is not scheduled yet",
        "released": "released at 300 s",
        "shut": "no compatible machine free until 200 s (lathe)",
        "drilled": "no compatible machine free until 500 s (drill)",
        "any": None,
        "open": None,
    }
    assert clock_words(moment, seconds) == "0 s"


def test_every_reason_of_a_machine_in_words(shop, moment):
    """For the job ``any``; then with the lathe free, but closed; then too early."""

    def said(situation, job):
        words = []
        for k in range(3):
            exclusion = machine_exclusion(situation, job, k)
            words.append(exclusion and machine_words(situation, exclusion, seconds))
        return words

    assert said(moment, 6) == [
        "busy with first until 100 s",
        "not available until 500 s",
        None,
    ]
    assert said(moment, 1) == [
        *("incompatible with this job", "incompatible with this job"),
        "the job is not ready until 100 s",
    ]
    assert said(moment, 2)[2] == "job not ready"
    # The saw is busy until 120 s, when the lathe has closed.
    plan = Schedule(
        [0, 2, 2, 2, 0, 1, 2, 2],
        *([[0, 100, 260, 320, 200, 500, 400, 0]] * 3),
        [100, 160, 320, 380, 260, 560, 460, 120],
    )
    closed = Situation(shop, plan, np.array([0, 7]), 0.0)
    assert closed.now == 120
    assert said(closed, 6) == [
        "closed until 200 s",
        "not available until 500 s",
        None,
    ]


def test_waits_windows_and_reservations_in_words():
    """
    The lathe closes in 20-30 s and is kept for kept at 50 s; a ends at 5 s.

    b comes 7 s after it; whole takes 17 s in one go; long takes 36 s.
    """
    lathe = Machine("lathe", calendar=Calendar(np.array([[20, 30]])))
    jobs = [
        Job("a", {"lathe": 5}, wait_after=7),
        Job("b", {"saw": 9}, predecessors=["a"]),
        Job("whole", {"lathe": 17}, may_pause=False),
        Job("kept", {"lathe": 3, "saw": 3}, reserved=("lathe", 50)),
        Job("long", {"lathe": 36}),
        Job("now", {"lathe": 2}),
    ]
    shop = Problem.from_rows(jobs, [lathe, Machine("saw")])
    plan = retime(shop, [[0, 2, 3, 4, 5], [1]])
    moment = Situation(shop, plan, np.array([0]), 0.0)
    assert moment.now == 5
    said = [job_exclusion(moment, job) for job in range(1, 5)]
    assert [job_words(moment, x, seconds) for x in said] == [
        "waits for predecessor a and < 1 min after it, until 12 s",
        "no window long enough until 30 s (lathe)",
        "reserved on lathe at 50 s",
        "too long before kept, which is reserved at 50 s",
    ]
    parts = [machine_exclusion(moment, *x) for x in ((2, 0), (3, 1), (4, 0))]
    assert [machine_words(moment, x, seconds) for x in parts] == [
        "no window long enough until 30 s",
        "reserved on lathe at 50 s",
        "too long before kept, which is reserved at 50 s",
    ]


def test_a_clock_that_lets_machines_wait_says_so(shop, moment):
    """With some lookahead, and with any."""
    order = np.array([0])
    waiting = Situation(shop, moment.schedule, order, 50.0)
    assert clock_words(waiting, seconds) == "0 s, starts up to 50 s allowed"
    ever = Situation(shop, moment.schedule, order, inf)
    assert clock_words(ever, seconds) == "0 s, any order allowed"


class View:
    """
    What the verifier says of one more job, put somewhere behind a plan in the making.

    Setups are left out: whether a pair may come next does not depend on them.
    """

    def __init__(self, problem, schedule, order):
        self.problem = problem
        placed = np.zeros(problem.num_jobs, dtype=bool)
        placed[order] = True
        self.machine = np.where(placed, schedule.machine, -1)
        self.times = [
            np.where(placed, x, FAR)
            for x in (
                *(schedule.setup_start, schedule.setup_end),
                *(schedule.start, schedule.end),
            )
        ]

    def of(self, job, machine, at):
        """Violations of rules that hold for the job there, from a second on."""
        where, times = self.machine.copy(), [x.copy() for x in self.times]
        where[job] = machine
        lasts = self.problem.processing[job, machine]
        for row in times[:3]:
            row[job] = at
        times[3][job] = at + (int(lasts) if isfinite(lasts) else 1)
        found = violations(self.problem, Schedule(where, *times))
        name = repr(self.problem.job_ids[job])
        return [
            x
            for x in found
            if name in x.message
            and not x.message.startswith("The setup for")
            # How long it works and where it ends follow from the start.
            and "is processed for" not in x.message
            and " ends at " not in x.message.split(", before")[0]
        ]


def check_job(problem, situation, view, job):
    """The reason why a job may not come next, against the verifier."""
    exclusion = job_exclusion(situation, job)
    machines = np.flatnonzero(problem.eligible[job]).tolist()
    if exclusion is None:
        free = [k for k in machines if machine_exclusion(situation, job, k) is None]
        assert free
        return
    until, limit = exclusion.until, situation.limit
    match exclusion.cause:
        case ExclusionCause.SCHEDULED:
            assert view.machine[job] == exclusion.machine
            assert view.times[3][job] == until
        case ExclusionCause.PREDECESSOR if not isfinite(until):
            name = repr(problem.job_ids[exclusion.job])
            at = int(limit) if isfinite(limit) else FAR - 1
            assert all(
                any(x.rule == 2 and name in x.message for x in view.of(job, k, at))
                for k in machines
            )
        case ExclusionCause.PREDECESSOR | ExclusionCause.RELEASE:
            other = exclusion.job
            word = "release" if other is None else repr(problem.job_ids[other])
            assert until > limit
            for k in machines:
                early = view.of(job, k, int(until) - 1)
                assert any(x.rule == 2 and word in x.message for x in early)
                assert not any(x.rule == 2 for x in view.of(job, k, int(until)))
        case ExclusionCause.MACHINES:
            assert until > limit
            for k in machines:
                assert view.of(job, k, int(limit))
                assert view.of(job, k, int(until) - 1)
            assert not view.of(job, exclusion.machine, int(until))
        case _:
            pytest.fail(f"{exclusion.cause} is no reason of a job")


def check_machine(problem, situation, view, job, machine):
    """The reason why a machine may not take a job next, against the verifier."""
    exclusion = machine_exclusion(situation, job, machine)

    def rules(at):
        return {x.rule for x in view.of(job, machine, int(at))}

    if exclusion is None:
        start = situation.earliest_start[job, machine]
        assert start <= situation.limit
        assert not rules(start)
        return
    until = exclusion.until
    match exclusion.cause:
        case ExclusionCause.INCOMPATIBLE:
            assert 1 in rules(situation.now)
        case ExclusionCause.BUSY:
            assert until > situation.limit
            early = view.of(job, machine, int(until) - 1)
            if exclusion.job is None:
                assert any(x.rule == 5 for x in early)
            else:
                other = repr(problem.job_ids[exclusion.job])
                assert any(x.rule == 3 and other in x.message for x in early)
            assert not rules(until) & {3, 5}
        case ExclusionCause.CLOSED:
            assert until > situation.limit
            ready = max(situation.job_ready[job], situation.ready[machine])
            for at in range(int(ready), int(until)):
                assert rules(at) == {4}
            assert not rules(until)
        case ExclusionCause.NOT_READY if isfinite(until):
            assert until > situation.limit
            assert 2 in rules(until - 1)
            assert 2 not in rules(until)
        case ExclusionCause.NOT_READY:
            assert situation.placed[job] or 2 in rules(FAR - 1)
        case _:
            pytest.fail(f"{exclusion.cause} is no reason of a machine")


@settings(max_examples=60)
@given(problems(min_jobs=2), st.integers(0, 99), LOOKAHEADS, st.data())
def test_every_reason_is_the_verifiers(problem, seed, lookahead, data):
    """
    At a random moment of a random plan, for every job and every machine.

    What may come next can start by the limit without breaking a rule; what may not
    breaks the rule that its reason names, up to the second that it names.
    """
    trace = random_trace(problem, seed, lookahead)
    step = data.draw(st.integers(0, len(trace) - 1))
    order = trace.job[:step].astype(np.int64)
    situation = Situation(problem, trace.schedule, order, lookahead)
    view = View(problem, trace.schedule, order)
    assert trace[step].clock == situation.now
    for job in range(problem.num_jobs):
        check_job(problem, situation, view, job)
        if not situation.placed[job]:
            for machine in range(problem.num_machines):
                check_machine(problem, situation, view, job, machine)
