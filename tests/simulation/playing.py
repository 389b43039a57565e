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


def masks_by_definition(problem, end, free, group, lookahead):
    """
    Pairs that may be chosen, from the definition of the clock and nothing else.

    ``end`` maps the placed jobs to their ends; ``free`` is when each machine is free,
    ``group`` what it is set up for.
    """
    n, m = problem.num_jobs, problem.num_machines
    earliest = np.full((n, m), inf)
    for j in range(n):
        if j in end or any(i not in end for i in problem.predecessors[j]):
            continue
        ready = max(
            int(problem.release[j]),
            int(problem.reserved_start[j]),
            *(end[i] + problem.wait_after[i] for i in problem.predecessors[j]),
            0,
        )
        for k in range(m):
            if not problem.eligible[j, k]:
                continue
            if problem.reserved_machine[j] not in (-1, k):
                continue
            calendar, work = problem.calendars[k], int(problem.processing[j, k])

            def start(at, j=j, calendar=calendar, work=work):
                if problem.may_pause[j]:
                    return int(calendar.next_open(at))
                return calendar.next_window(at, work)

            kept = [
                i
                for i in np.flatnonzero(problem.reserved_machine == k).tolist()
                if i not in end and i != j
            ]
            first = min(kept, key=lambda i: problem.reserved_start[i], default=None)
            if first is not None:
                opens = int(calendar.next_open(free[k]))
                setup = problem.setup_seconds(k, group[k], problem.group[j])
                done = start(max(ready, calendar.finish(opens, setup)))
                done = int(calendar.next_open(calendar.finish(done, work)))
                setup = problem.setup_seconds(k, problem.group[j], problem.group[first])
                if calendar.finish(done, setup) > problem.reserved_start[first]:
                    continue
            earliest[j, k] = start(max(ready, free[k]))
    now = earliest.min()
    return np.isfinite(earliest) & (earliest <= now + lookahead), now
