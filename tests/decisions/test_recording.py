"""Plans are walked through again exactly as they were made."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.decisions.recording import Playback, replay
from core.instances.generator import KINDS, generate
from core.planning.decision import Scores
from core.planning.dispatch_rules import RULES
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.planning.trace import StaleTraceError
from core.planning.trace_file import trace_to_bytes
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.schedulers.dispatching.rule_trace import trace_of
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.hierarchical import HierarchicalScheduler
from core.timing.retime import retime
from tests.models import untrained
from tests.strategies import problems, problems_and_sequences
from tests.traces import LOOKAHEADS, random_trace


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy without training."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=8)


def same(one, two):
    """Whether two schedules are alike to the second."""
    return all(
        np.array_equal(getattr(one, x.name), getattr(two, x.name))
        for x in fields(Schedule)
    )


@settings(max_examples=30)
@given(problems(), st.integers(0, 99), LOOKAHEADS)
def test_a_replay_gives_the_same_schedule(problem, seed, lookahead):
    """Any decisions, any lookahead, from the trace alone."""
    trace = random_trace(problem, seed, lookahead)
    assert same(replay(problem, trace), trace.schedule)


@pytest.mark.parametrize("samples", [1, 4])
def test_the_policys_plan_is_replayed(model, samples):
    """Greedy or the best of some; twice planned, the same file."""
    problem = generate(KINDS["shift_calendar"].resized(30, 5), 2)
    scheduler = HierarchicalScheduler(model, PlanSettings(samples=samples))
    one, two = (scheduler.schedule(problem, Objective(), seed=3) for _ in range(2))
    assert same(replay(problem, one.trace), one.schedule)
    assert trace_to_bytes(one.trace) == trace_to_bytes(two.trace)


def test_back_and_forth_is_the_same_moment(model):
    """The clock and the masks of a step do not depend on where one came from."""
    problem = generate(KINDS["shift_calendar"].resized(20, 4), 1)
    trace = random_trace(problem, 5)
    playback = Playback(problem, trace)
    for step in (0, 12, 3, 19, 7):
        simulator = playback.at(step)
        assert int(simulator.now[0]) == trace[step].clock
        mask = simulator.job_mask[0].numpy()
        assert np.flatnonzero(mask).tolist() == trace[step].jobs.tolist()


@settings(max_examples=12)
@given(problems(), st.sampled_from(sorted(RULES)))
def test_a_rules_plan_has_its_priorities(problem, name):
    """The decisions make the very plan; the job of highest priority is chosen."""
    scheduler = RuleScheduler(f"rule:{name}")
    result = scheduler.schedule(problem, Objective())
    trace = trace_of(result)
    assert trace.is_of(result.schedule)
    if trace.scores is Scores.RULE:
        for t in range(len(trace)):
            decision = trace[t]
            chosen = decision.job_scores[decision.jobs == decision.job]
            assert chosen[0] == decision.job_scores.max()


def test_most_rules_show_scores():
    """On a shift, every single rule is followed decision by decision."""
    problem = generate(KINDS["shift"].resized(15, 4), 0)
    for name in RULES:
        scheduler = RuleScheduler(f"rule:{name}")
        trace = trace_of(scheduler.schedule(problem, Objective()))
        assert trace.scores is Scores.RULE, name


@settings(max_examples=20)
@given(problems_and_sequences())
def test_any_other_plan_is_walked_through(made):
    """In order of its starts, its own times, no scores."""
    problem, sequences = made
    result = Result(
        problem=problem,
        schedule=retime(problem, sequences),
        objective=Objective(),
        scheduler="cpsat",
        seconds=0.0,
        decisions=problem.num_jobs,
        reason="By hand.",
    )
    trace = trace_of(result)
    assert trace.scores is Scores.NONE
    assert trace.is_of(result.schedule)
    assert (np.diff(trace.times[2]) >= 0).all()


def test_a_trace_of_another_shift_is_not_replayed():
    """Refused by name, before anything is done."""
    trace = random_trace(generate(KINDS["shift"].resized(8, 3), 0))
    with pytest.raises(StaleTraceError, match="another shift"):
        replay(generate(KINDS["shift"].resized(8, 3), 1), trace)


def test_decisions_that_may_not_be_taken_are_refused():
    """B before A, on which it depends."""
    jobs = [Job("A", {"M": 60}), Job("B", {"M": 60}, predecessors=["A"])]
    problem = Problem.from_rows(jobs, [Machine("M")])
    trace = random_trace(problem)
    turned = replace(trace, job=[1, 0], jobs=[1, 0])
    with pytest.raises(StaleTraceError, match="Decision 1 of this trace may not"):
        replay(problem, turned)
