"""What of a plan can still be changed, and changes carried over to the whole."""

from dataclasses import replace

import numpy as np
from hypothesis import assume, given
from hypothesis import strategies as st

from core.problem.altered import due_by, opened, released, weighed, with_copies
from core.problem.floor import JobState, Lock, PreviousPlan, Status
from core.problem.measures.orders import orders
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.replanning.commitments import floor_as_planned
from core.timing.commitments import remaining
from core.timing.committing import committed
from core.timing.open_part import open_part
from core.timing.retime import retime
from tests.replanning.days import days


def _floor(problem, plan, now, states=None):
    return floor_as_planned(problem, PreviousPlan.of(plan), now, states or {})


@given(days(), st.data())
def test_the_part_is_a_plan_and_joined_it_is_the_plan_again(day, data):
    """Whatever the second, and whatever is locked: valid, and nothing is lost."""
    problem, _, plan, now = day
    locked = data.draw(st.sets(st.integers(0, problem.num_jobs - 1), max_size=2))
    states = {
        job: JobState(Status.RELEASED, int(plan.machine[job]), lock=Lock.MACHINE)
        for job in locked
        if plan.start[job] >= now
    }
    floor = _floor(problem, plan, now, states)
    part = open_part(problem, plan, floor)
    if part is None:
        assert (plan.start < now).all()
        return
    assert not violations(part.problem, part.schedule)
    whole = part.joined(part.schedule)
    for name in ("machine", "start", "end"):
        assert (getattr(whole, name) == getattr(plan, name)).all()
    setup = plan.setup_end - plan.setup_start
    assert (whole.setup_end - whole.setup_start == setup).all()
    assert ((whole.setup_start == plan.setup_start) | (setup == 0)).all()
    left = [part.order(order) for order in orders(problem)]
    kept = sorted(job for order in left if order is not None for job in order.jobs)
    assert kept == list(range(len(part.jobs)))
    assert (part.soonest >= now).all() or part.commitments is None


@given(days(), st.data())
def test_a_change_of_the_part_is_the_same_change_of_the_whole(day, data):
    """The part of the changed whole is the changed part, but for the whole's size."""
    problem, _, plan, now = day
    part = open_part(problem, plan, _floor(problem, plan, now))
    assume(part is not None)
    job = data.draw(st.integers(0, part.problem.num_jobs - 1))
    machine = data.draw(st.integers(0, problem.num_machines - 1))
    moment = data.draw(st.integers(0, 50)) + int(part.soonest[job])
    changed = released(part.problem, job, moment)
    changed = weighed(due_by(changed, [job], 77.0), [job], 5.0)
    # From when what has begun there is over: that would end earlier, too.
    begin = now
    if part.commitments is not None:
        begin = int(part.commitments.ready[machine])
    changed = opened(changed, machine, begin, begin + 30)
    whole, floor = part.changed(changed)
    again = (
        whole if part.commitments is None else remaining(whole, committed(whole, floor))
    )
    same = replace(changed, scale=again.scale)
    assert again.content_hash == same.content_hash


def test_a_lock_is_lifted_and_a_machine_copied_in_the_whole():
    """a runs on M until 10 s, b is locked to 20 s; it is 5 s."""
    jobs = [Job("a", {"M": 10}), Job("b", {"M": 10})]
    problem = Problem.from_rows(jobs, [Machine("M")])
    plan = replace(
        retime(problem, [[0, 1]]),
        **{name: np.array([0, 20]) for name in ("setup_start", "setup_end", "start")},
        end=np.array([10, 30]),
    )
    locked = {1: JobState(Status.RELEASED, 0, lock=Lock.START)}
    part = open_part(problem, plan, _floor(problem, plan, 5, locked))
    assert part.problem.reserved_start.tolist() == [20]
    free = replace(
        part.problem,
        reserved_machine=np.array([-1]),
        reserved_start=np.array([-1]),
    )
    whole, floor = part.changed(with_copies(free, 0, ["M (2)"], [0]), copied=0)
    assert floor.states[1].lock is None
    assert floor.states[0].has_begun
    assert whole.machine_ids == ("M", "M (2)")
    assert open_part(problem, plan, floor).problem.reserved_start.tolist() == [-1]
