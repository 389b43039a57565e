"""A preferred machine is honoured at equal cost, whoever planned."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.planning.catalogue import names
from core.planning.settings import PlanSettings
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.registry import MAKERS, scheduler
from core.search.wishes import grant_wishes, open_wishes
from core.timing.retime import retime
from tests.strategies import problems, special_problems

OBJECTIVE = Objective()


@pytest.fixture(autouse=True, scope="module")
def few_moves():
    """A search of a thousand moves: what it leaves is what is looked at."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.planning.effort.LEAST_MOVES", 1_000)
        patch.setattr("core.planning.effort.MOVES_PER_JOB", 1)
        yield


def planned(problem, **chosen):
    """Plan of a scheduler as everybody gets it."""
    return scheduler(PlanSettings(effort="quick", **chosen)).schedule(
        problem, OBJECTIVE
    )


def wishful(problem, seed):
    """The problem in which half of the jobs prefer any machine that they may run on."""
    dice = np.random.default_rng(seed)
    preferred = np.zeros_like(problem.preferred)
    for j in range(problem.num_jobs):
        if dice.random() < 0.5:
            preferred[j, dice.choice(np.flatnonzero(problem.eligible[j]))] = True
    return replace(problem, preferred=preferred)


def neighbours(problem, schedule):
    """Every plan in which one job goes elsewhere, or two change places."""
    old = [list(x) for x in schedule.sequences]
    old += [[] for _ in range(problem.num_machines - len(old))]
    places = [(k, i) for k, jobs in enumerate(old) for i in range(len(jobs))]
    for k, i in places:
        for other in range(problem.num_machines):
            for at in range(len(old[other]) + (other != k)):
                new = [list(x) for x in old]
                new[other].insert(at, new[k].pop(i))
                yield new
        for other, at in places:
            new = [list(x) for x in old]
            new[k][i], new[other][at] = new[other][at], new[k][i]
            yield new


@pytest.mark.parametrize(
    ("name", "seconds"), [*((name, 0) for name in names()), ("rule:edd", 0.2)]
)
def test_of_two_equal_machines_each_job_gets_its_own(name, seconds):
    """A and B prefer what the other would get; C may wait behind either."""
    both = {"M0": 600, "M1": 600}
    for first, second in (("M0", "M1"), ("M1", "M0")):
        problem = Problem.from_rows(
            [
                Job("A", both, due=600.0, preferred=first),
                Job("B", both, due=600.0, preferred=second),
                Job("C", both, preferred=second),
            ],
            [Machine("M0"), Machine("M1")],
        )
        made = planned(problem, scheduler=name, refine_seconds=seconds)
        assert open_wishes(problem, made.schedule) == []


@settings(max_examples=25)
@given(
    problems(max_jobs=7),
    st.sampled_from(["auto", *MAKERS, "rule:edd"]),
    st.integers(0, 99),
)
def test_no_wish_is_left_that_one_move_grants_for_nothing(problem, name, seed):
    """Of all moves of one job and exchanges of two, each timed and priced."""
    problem = wishful(problem, seed)
    made = planned(problem, scheduler=name)
    left = len(open_wishes(problem, made.schedule))
    for sequences in neighbours(problem, made.schedule):
        try:
            other = retime(problem, sequences)
        except ValueError:
            continue
        assert (
            OBJECTIVE.cost(problem, other) > made.cost
            or len(open_wishes(problem, other)) >= left
        )


@settings(max_examples=50)
@given(special_problems(), st.integers(0, 99))
def test_a_granted_wish_costs_nothing_and_breaks_no_rule(problem, seed):
    """Reserved jobs stay, others keep their waits; without wishes all stays."""
    made = scheduler(PlanSettings("rule:edd")).schedule(problem, OBJECTIVE)
    wished = wishful(problem, seed)
    better = grant_wishes(wished, OBJECTIVE, made.schedule)
    assert not violations(wished, better)
    assert OBJECTIVE.cost(wished, better) <= made.cost
    assert len(open_wishes(wished, better)) <= len(open_wishes(wished, made.schedule))
    none = replace(problem, preferred=np.zeros_like(problem.preferred))
    assert grant_wishes(none, OBJECTIVE, made.schedule) is made.schedule


def test_the_decisions_behind_a_plan_are_those_of_the_plan_it_became():
    """The policy's plan in which a wish was granted is stepped through as it is."""
    both = {"M0": 600, "M1": 600}
    for preferred in both:
        jobs = [Job("A", both, preferred=preferred), Job("B", both)]
        problem = Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
        made = planned(problem, scheduler="hierarchical")
        assert open_wishes(problem, made.schedule) == []
        assert made.trace.is_of(made.schedule)
