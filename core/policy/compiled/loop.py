"""Plans in one loop of machine code: observe, score, choose, place."""

# mypy: disable-error-code="no-any-return"
# An entry of an array is Any to mypy; the compiler knows better.

from __future__ import annotations

from math import exp, inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.policy.compiled.scoring import (
    Layers,
    score_jobs,
    score_machines,
    state_value,
)
from core.policy.compiled.weights import Weights
from core.policy.window import EVERY, urgency_ranks, window
from core.simulation.compiled.arrays import Fixed, Moving, Scaled
from core.simulation.compiled.observe import observe_jobs, observe_machines
from core.simulation.compiled.step import step_one
from core.simulation.feature_tables import (
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
)
from core.simulation.problems.problem_arrays import (
    Flags,
    Floats,
    ProblemArrays,
    Singles,
)
from core.timing.flat import Ints
from core.timing.machine_code import machine_code
from core.timing.random_numbers import next_random

FREE = -1  # in place of a given job or machine: the policy chooses


class Room(NamedTuple):
    """What is seen at one decision; N jobs, M machines."""

    nought: Ints  # (max(N, M),) zeros: the one rollout, and owner of all rows
    urgent: int  # see Sight
    best: int
    by_urgency: Ints  # (N,): the jobs, the most urgent first
    rank: Ints  # (N,): their places there
    aside: Flags  # (N,): found worse than the best in the last look at all
    logits: Singles  # (N,): to find those in
    job: Ints  # (N,): the candidates
    job_features: Singles  # (N, F)
    overall: Singles  # (1, F)
    machine: Ints  # (M,): those that may be chosen for the job
    machine_features: Singles  # (M, F)
    end: Floats  # (M,)
    machines_now: Singles  # (4, M)
    times: Floats  # (2, M)
    layers: Layers

    @classmethod
    def of(cls, weights: Weights, arrays: ProblemArrays) -> Room:
        """Room for a network and a problem."""
        jobs, machines = arrays.processing.shape[1:]
        rank, seen = urgency_ranks(arrays), window(arrays)

        def singles(*shape: int) -> Singles:
            return np.zeros(shape, dtype=np.float32)

        return cls(
            nought=np.zeros(max(jobs, machines), dtype=np.int64),
            urgent=seen.urgent,
            best=seen.best,
            by_urgency=np.argsort(rank),
            rank=rank,
            aside=np.zeros(jobs, dtype=np.bool_),
            logits=singles(jobs),
            job=np.zeros(jobs, dtype=np.int64),
            job_features=singles(jobs, len(JOB_FEATURES)),
            overall=singles(1, len(GLOBAL_FEATURES)),
            machine=np.zeros(machines, dtype=np.int64),
            machine_features=singles(machines, len(MACHINE_FEATURES)),
            end=np.zeros(machines),
            machines_now=singles(4, machines),
            times=np.zeros((2, machines)),
            layers=Layers.of(weights, jobs, machines),
        )


class Notes(NamedTuple):
    """
    What was seen and made of it in some decisions; S of them at most, or none at all.

    The candidates of note t are rows ``job_first[t]`` to ``job_first[t + 1]`` of
    ``jobs`` and ``job_logits``; those of machines likewise.
    """

    clock: Floats  # (S,)
    value: Floats
    job_first: Ints  # (S + 1,)
    jobs: Ints  # (S N,)
    job_logits: Singles
    machine_first: Ints
    machines: Ints  # (S M,)
    machine_logits: Singles

    @classmethod
    def of(cls, steps: int, jobs: int, machines: int) -> Notes:
        """Room for the notes of some steps."""
        return cls(
            clock=np.zeros(steps),
            value=np.zeros(steps),
            job_first=np.zeros(steps + 1, dtype=np.int64),
            jobs=np.zeros(steps * jobs, dtype=np.int64),
            job_logits=np.zeros(steps * jobs, dtype=np.float32),
            machine_first=np.zeros(steps + 1, dtype=np.int64),
            machines=np.zeros(steps * machines, dtype=np.int64),
            machine_logits=np.zeros(steps * machines, dtype=np.float32),
        )


@machine_code
def play(
    f: Fixed,
    c: Scaled,
    s: Moving,
    w: Weights,
    room: Room,
    steps: int,
    given: Ints,
    path: Ints,
    random: NDArray[np.uint64],
    notes: Notes,
) -> int:
    """
    Take some decisions in a rollout.

    Parameters
    ----------
    f, c, s
        One problem, and its one rollout.
    w, room
        The network, and where to work.
    steps
        How many decisions; fewer where the plan is complete before.
    given
        Shape (G, 2): job and machine of the first decisions of the plan; a negative
        number leaves the choice to the policy.
    path
        Shape (n, 2): where the job and machine of each decision are written.
    random
        Shape (1,): state of the random numbers with which choices are drawn; shape
        (0,): the most probable are taken.
    notes
        Where to write what was seen; with room for no step nothing is written.

    Returns
    -------
    int
        Decisions taken; where a given job or machine may not be chosen, minus the
        number of the decision in the plan, from 1.
    """
    for t in range(steps):
        left = s.remaining[0]
        if left == 0:
            return t
        done = c.num_jobs[0] - left
        job, machine = FREE, FREE
        if done < len(given):
            job, machine = given[done, 0], given[done, 1]

        urgent = room.urgent if job < 0 else len(room.rank)
        whole = job >= 0 or done % EVERY == 0
        count = _candidates(s, room, urgent, whole)
        if count == 0:  # the best are placed
            whole, count = True, _candidates(s, room, urgent, True)
        observe_jobs(
            f,
            c,
            s,
            room.nought[:1],
            room.nought[:count],
            room.job[:count],
            room.job_features,
            room.overall,
            room.machines_now,
        )
        score_jobs(w, room.job_features, room.overall[0], count, room.layers)
        if whole and room.best < len(room.aside):
            _put_aside(room, count)
        row = _choose(room.job, room.layers.job_logit, count, job, random)
        if row < 0:
            return -1 - done
        job = room.job[row]

        choices = 0
        for k in range(s.ready.shape[1]):
            start = s.earliest_start[0, job, k]
            if start <= s.limit[0] and start < inf:
                room.machine[choices] = k
                choices += 1
        observe_machines(
            f,
            c,
            s,
            room.nought[:1],
            room.job[row : row + 1],
            room.nought[:choices],
            room.machine[:choices],
            room.machine_features,
            room.end,
            room.times,
        )
        if len(notes.clock) > 0:
            _note_jobs(s, room, count, t, notes)
            notes.value[t] = state_value(w, room.layers)
        score_machines(w, room.machine_features, choices, row, room.layers)
        if len(notes.clock) > 0:
            _note_machines(room, choices, t, notes)
        row = _choose(room.machine, room.layers.machine_logit, choices, machine, random)
        if row < 0:
            return -1 - done
        machine = room.machine[row]
        path[done, 0], path[done, 1] = job, machine
        step_one(f, s, 0, job, machine)
    return steps


@machine_code
def _candidates(s: Moving, room: Room, urgent: int, whole: bool) -> int:
    """Write the jobs that may be chosen and are looked at; how many these are."""
    n = len(room.rank)
    last, seen = n, 0
    if urgent < n:
        for r in range(n):
            if s.job_mask[0, room.by_urgency[r]]:
                seen += 1
                if seen == urgent:
                    last = r
                    break
    count = 0
    for j in range(n):
        if s.job_mask[0, j] and room.rank[j] <= last and (whole or not room.aside[j]):
            room.job[count] = j
            count += 1
    return count


@machine_code
def _put_aside(room: Room, count: int) -> None:
    """Look no more at all but the best of the candidates, until the next whole look."""
    for r in range(count):
        room.logits[r] = room.layers.job_logit[r]
    least = _largest(room.logits, count, room.best) if count > room.best else -inf
    for j in range(len(room.aside)):
        room.aside[j] = False
    for r in range(count):
        room.aside[room.job[r]] = room.layers.job_logit[r] < least


@machine_code
def _largest(x: Singles, count: int, k: int) -> float:
    """Return the k-th largest of the first numbers, which change places (Hoare)."""
    low, high = 0, count - 1
    while low < high:
        middle, i, j = x[(low + high) // 2], low, high
        while i <= j:
            while x[i] > middle:
                i += 1
            while x[j] < middle:
                j -= 1
            if i <= j:
                x[i], x[j] = x[j], x[i]
                i += 1
                j -= 1
        if k - 1 <= j:
            high = j
        elif k - 1 >= i:
            low = i
        else:
            break
    return float(x[k - 1])


@machine_code
def _choose(
    option: Ints, logit: Singles, count: int, wanted: int, random: NDArray[np.uint64]
) -> int:
    """Row that is wanted, drawn, or the first of the most probable; -1: not there."""
    best = 0
    for r in range(count):
        if wanted >= 0 and option[r] == wanted:
            return r
        if logit[r] > logit[best]:
            best = r
    if wanted >= 0:
        return -1
    if len(random) == 0:
        return best
    total, peak = 0.0, float(logit[best])
    for r in range(count):
        total += exp(float(logit[r]) - peak)
    left = next_random(random) * total
    for r in range(count):
        left -= exp(float(logit[r]) - peak)
        if left < 0:
            return r
    return best


@machine_code
def _note_jobs(s: Moving, room: Room, count: int, t: int, notes: Notes) -> None:
    """Note the candidates of the decision that is note t."""
    first = notes.job_first[t]
    notes.clock[t] = s.now[0]
    notes.job_first[t + 1] = first + count
    for r in range(count):
        notes.jobs[first + r] = room.job[r]
        notes.job_logits[first + r] = room.layers.job_logit[r]


@machine_code
def _note_machines(room: Room, count: int, t: int, notes: Notes) -> None:
    """Note the machines that may be chosen."""
    first = notes.machine_first[t]
    notes.machine_first[t + 1] = first + count
    for r in range(count):
        notes.machines[first + r] = room.machine[r]
        notes.machine_logits[first + r] = room.layers.machine_logit[r]
