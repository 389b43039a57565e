"""Another decision, and the policy goes on from there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decisions.whatif import moves, override_words, what_if
from core.instances.generator import KINDS, generate
from core.planning.decision import Override
from core.planning.settings import PlanSettings
from core.planning.trace import StaleTraceError
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.hierarchical import HierarchicalScheduler
from core.schedulers.registry import scheduler
from core.timing.retime import retime
from tests.models import untrained


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy without training."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=8)


@pytest.fixture(scope="module")
def plan(model):
    """24 jobs on 5 machines with calendars, planned by the policy."""
    problem = generate(KINDS["shift_calendar"].resized(24, 5), 1)
    return HierarchicalScheduler(model).schedule(problem, Objective())


@settings(max_examples=15)
@given(st.integers(0, 22), st.integers(0, 99))
def test_the_past_stays_and_the_policy_goes_on(model, plan, step, pick):
    """Before the step nothing changes; at it the job is the planner's; then greedy."""
    decision = plan.trace[step]
    job = int(decision.jobs[pick % len(decision.jobs)])
    found = what_if(plan, model, step, job=job)
    trace = found.trace
    assert trace.job[:step].tolist() == plan.trace.job[:step].tolist()
    assert trace.machine[:step].tolist() == plan.trace.machine[:step].tolist()
    assert trace.job[step] == job
    assert [x.step for x in trace.overrides] == [step]
    np.testing.assert_allclose(trace[step].job_scores, decision.job_scores, atol=1e-5)
    for t in range(step + 1, len(trace)):
        after = trace[t]
        assert after.jobs[after.job_scores.argmax()] == after.job
        assert after.machines[after.machine_scores.argmax()] == after.machine
    assert trace.is_of(found.schedule)
    assert found.model == plan.model


def test_the_same_decision_leads_to_the_same_plan(model, plan):
    """Job and machine as they were: nothing moves, and the step is marked."""
    decision = plan.trace[6]
    found = what_if(plan, model, 6, job=decision.job, machine=decision.machine)
    assert len(moves(plan.schedule, found.schedule).jobs) == 0
    assert found.trace.overrides == (
        Override(6, decision.job, decision.machine, True, True),
    )


def test_a_machine_alone(model, plan):
    """The job of the plan, on another of its machines."""
    step = next(t for t in range(24) if plan.trace[t].other_machine is not None)
    other = plan.trace[step].other_machine
    found = what_if(plan, model, step, machine=other)
    assert found.trace.overrides == (
        Override(step, int(plan.trace.job[step]), other, False, True),
    )


def test_overrides_stack(model, plan):
    """A second one keeps the first; one before it takes it away; words name both."""
    steps = [t for t in range(24) if plan.trace[t].other_job is not None]
    first = what_if(plan, model, steps[2], job=plan.trace[steps[2]].other_job)
    later = next(
        t for t in range(steps[2] + 1, 24) if first.trace[t].other_job is not None
    )
    second = what_if(first, model, later, job=first.trace[later].other_job)
    assert [x.step for x in second.trace.overrides] == [steps[2], later]
    words = [override_words(plan.problem, x) for x in second.trace.overrides]
    assert all(word in second.reason for word in words)
    assert words[0].startswith(f"step {steps[2] + 1}: ")
    assert words[0].endswith("(job chosen by the planner)")
    before = what_if(second, model, steps[0], job=second.trace[steps[0]].other_job)
    assert [x.step for x in before.trace.overrides] == [steps[0]]


def test_a_choice_on_top_of_a_forced_job_keeps_it_forced(model, plan):
    """First the job, then its machine: both are the planner's."""
    step = next(
        t
        for t in range(24)
        if plan.trace[t].other_job is not None
        and what_if(plan, model, t, job=plan.trace[t].other_job).trace[t].other_machine
        is not None
    )
    first = what_if(plan, model, step, job=plan.trace[step].other_job)
    machine = first.trace[step].other_machine
    second = what_if(first, model, step, machine=machine)
    assert second.trace.overrides == (
        Override(step, int(first.trace.job[step]), machine, True, True),
    )


def test_what_may_not_be_chosen_is_refused(model, plan):
    """A job that is placed, a machine that is not possible, a step that is not."""
    placed = int(plan.trace.job[0])
    with pytest.raises(ValueError, match="may not be chosen at this step"):
        what_if(plan, model, 5, job=placed)
    decision = plan.trace[5]
    outside = next(k for k in range(5) if k not in decision.machines)
    with pytest.raises(ValueError, match="may not be chosen at this step"):
        what_if(plan, model, 5, machine=outside)
    with pytest.raises(IndexError, match="Expected a step in 0 … 23"):
        what_if(plan, model, 24, job=placed)


def test_only_the_policy_that_decided_goes_on(model, plan, tmp_path):
    """Another model is refused by name, and so is a plan without a policy."""
    other = untrained(tmp_path / "other", hidden=4)
    with pytest.raises(StaleTraceError, match=f"the model in hand is {other.key}"):
        what_if(plan, other, 0, job=int(plan.trace.job[0]))
    rule = scheduler(PlanSettings("rule:edd")).schedule(plan.problem, Objective())
    with pytest.raises(StaleTraceError, match="rule:edd has no decisions of a policy"):
        what_if(rule, model, 0, job=0)


def test_moves_by_hand():
    """A and B change places on one machine; C stays; D goes elsewhere in time."""
    jobs = [Job(x, {"M1": 60, "M2": 60}) for x in "AB"]
    jobs += [Job("C", {"M1": 60, "M2": 60}), Job("D", {"M1": 60, "M2": 60})]
    problem = Problem.from_rows(jobs, [Machine("M1"), Machine("M2")])
    before = retime(problem, [[0, 1, 3], [2]])
    after = retime(problem, [[1, 0], [2, 3]])
    found = moves(before, after)
    assert dict(zip(found.jobs.tolist(), found.later.tolist(), strict=True)) == {
        0: 60,
        1: -60,
        3: -60,
    }
    assert found.jobs[found.other_machine].tolist() == [3]
    assert len(moves(before, before).jobs) == 0
