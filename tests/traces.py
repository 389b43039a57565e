"""Random decisions on any problem, without a policy."""

from math import inf

import numpy as np
import torch
from hypothesis import strategies as st

from core.planning.trace_recorder import Recorder
from core.problem.objective import Objective
from core.simulation.simulator import Simulator

LOOKAHEADS = st.sampled_from([0.0, 5.0, inf])


def random_trace(problem, seed=0, lookahead=0.0):
    """Place every job by drawn logits, each time the candidates with the largest."""
    rng = np.random.default_rng(seed)
    recorder = Recorder(
        problem,
        Objective(),
        scheduler="hierarchical",
        model="drawn@0123456789ab",
        seed=seed,
        lookahead=lookahead,
    )
    simulator = Simulator([problem], [Objective()], lookahead=lookahead)
    zero = torch.zeros(1, dtype=torch.int64)
    while len(simulator.active):
        jobs = np.flatnonzero(simulator.job_mask[0].numpy())
        job_scores = rng.normal(size=len(jobs))
        job = int(jobs[job_scores.argmax()])
        machines = np.flatnonzero(simulator.machine_mask(zero, zero + job)[0].numpy())
        machine_scores = rng.normal(size=len(machines))
        machine = int(machines[machine_scores.argmax()])
        recorder.add(
            float(simulator.now[0]),
            *(job, machine, jobs, job_scores, machines, machine_scores),
        )
        simulator.step(zero, zero + job, zero + machine)
    return recorder.finish(simulator.schedules()[0])
