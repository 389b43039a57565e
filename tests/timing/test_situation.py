"""A moment of a plan in plain NumPy is the simulator's moment."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.simulation.simulator import Simulator
from core.timing.situation import Situation
from tests.simulation.playing import masks_by_definition
from tests.strategies import problems, special_problems
from tests.traces import LOOKAHEADS, random_trace


@settings(max_examples=20)
@given(problems() | special_problems(), st.integers(0, 99), LOOKAHEADS)
def test_masks_and_times_are_the_simulators(problem, seed, lookahead):
    """At every step: clock, pairs by definition, and the outcome of every pair."""
    trace = random_trace(problem, seed, lookahead)
    simulator = Simulator([problem], lookahead=lookahead)
    zero = torch.zeros(1, dtype=torch.int64)
    end, free = {}, problem.available.tolist()
    group = problem.initial_group.tolist()
    for t in range(len(trace)):
        order = trace.job[:t].astype(np.int64)
        situation = Situation(problem, trace.schedule, order, lookahead)
        may, now = masks_by_definition(problem, end, free, group, lookahead)
        assert situation.now == now == float(simulator.now[0])
        np.testing.assert_array_equal(situation.choosable, may)
        np.testing.assert_array_equal(situation.job_mask, simulator.job_mask[0].numpy())

        jobs = np.flatnonzero(situation.job_mask)
        rows = torch.zeros(len(jobs), dtype=torch.int64)
        theirs = simulator.outcome(rows, torch.from_numpy(jobs))
        ours = situation.outcome(jobs)
        eligible = np.isfinite(problem.possible_processing[jobs])
        for one, two in ((ours.start, theirs[2]), (ours.end, theirs[3])):
            np.testing.assert_array_equal(one[eligible], two.numpy()[eligible])

        job, machine = int(trace.job[t]), int(trace.machine[t])
        end[job] = free[machine] = int(trace.schedule.end[job])
        group[machine] = problem.group[job]
        simulator.step(zero, zero + job, zero + machine)
