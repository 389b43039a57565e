"""The next decision worth a look."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from core.decisions.jumps import doubtful, following, late, setups
from core.planning.decision import Scores
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from tests.traces import random_trace


def problem_of(count):
    """Jobs of 60 s that alternate between two groups; odd ones are due at once."""
    jobs = [
        Job(f"J{j}", {"M": 60}, group="AB"[j % 2], due=30.0 if j % 2 else 1e6)
        for j in range(count)
    ]
    pairs = {("A", "B"): 30, ("B", "A"): 30}
    return Problem.from_rows(jobs, [Machine("M", group="A")], pairs)


def test_setups_and_late_jobs_are_those_of_the_schedule():
    """A setup wherever the group changes; late are the odd ones."""
    problem = problem_of(8)
    trace = random_trace(problem, 3)
    groups = [0, *(problem.group[trace.job].tolist())]
    changes = [one != two for one, two in pairwise(groups)]
    assert setups(trace).tolist() == changes
    assert late(problem, trace).tolist() == (trace.job % 2 == 1).tolist()


def test_doubtful_are_few_and_the_most_even():
    """A tenth of those with a choice; the last decision has none; sure ones never."""
    trace = random_trace(problem_of(40), 1)
    marked = doubtful(trace)
    assert 1 <= marked.sum() <= 5
    assert trace.entropy[marked].min() >= trace.entropy[~marked].max()
    assert not marked[-1]
    certain = np.zeros_like(trace.job_scores)
    certain[trace.jobs == np.repeat(trace.job, np.diff(trace.job_first))] = 1000
    assert not doubtful(replace(trace, job_scores=certain)).any()
    assert not doubtful(replace(trace, scores=Scores.RULE)).any()


def test_following_never_stays():
    """The first one behind the step; none behind the last."""
    marked = np.array([True, False, True, True, False])
    assert [following(marked, t) for t in range(5)] == [2, 2, 3, None, None]
    assert following(np.zeros(3, dtype=bool), 0) is None
