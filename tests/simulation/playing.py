"""Random play, and the masks by their definition, for the tests of simulation."""

from math import inf

import numpy as np
import torch

from core.simulation.simulator import Simulator


def lookaheads(problem):
    """The three that models are trained with, in seconds."""
    return 0.0, float(problem.mean_processing.mean()), inf


def choose(simulator, rng):
    """A random job and machine, among those that may be chosen, in every rollout."""
    b = simulator.active
    jobs = [int(rng.choice(np.flatnonzero(simulator.job_mask[i].numpy()))) for i in b]
    jobs = torch.tensor(jobs)
    masks = simulator.machine_mask(b, jobs).numpy()
    machines = [int(rng.choice(np.flatnonzero(mask))) for mask in masks]
    return b, jobs, torch.tensor(machines)


def play_randomly(simulator, seed, look=lambda: None):
    """Place every job at random; ``look`` is called before each decision."""
    rng = np.random.default_rng(seed)
    while len(simulator.active):
        look()
        simulator.step(*choose(simulator, rng))
    return simulator


def one(problem, objective=None, **options):
    """A simulator of one rollout."""
    return Simulator([problem], objective and [objective], **options)


def place(simulator, job, machine):
    """Place a job in the first rollout."""
    simulator.step(torch.tensor([0]), torch.tensor([job]), torch.tensor([machine]))


def masks_by_definition(problem, end, free, lookahead):
    """
    Pairs that may be chosen, from the definition of the clock and nothing else.

    ``end`` maps the placed jobs to their ends; ``free`` is when each machine is free.
    """
    n, m = problem.num_jobs, problem.num_machines
    earliest = np.full((n, m), inf)
    for j in range(n):
        if j in end or any(i not in end for i in problem.predecessors[j]):
            continue
        ready = max(
            [int(problem.release[j]), *(end[i] for i in problem.predecessors[j])]
        )
        for k in range(m):
            if problem.eligible[j, k]:
                at = max(ready, free[k])
                earliest[j, k] = problem.calendars[k].next_open(at)
    now = earliest.min()
    return np.isfinite(earliest) & (earliest <= now + lookahead), now
