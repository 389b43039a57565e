"""One problem planned by one network, again and again, in machine code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.planning.scheduler import Pace, PlanningCancelled
from core.planning.trace_recorder import Recorder
from core.policy.compiled.loop import Notes, Room, play
from core.policy.compiled.weights import Weights, shapes, weights_for
from core.policy.feature_names import FeatureNames, all_features
from core.problem.schedule import Schedule
from core.simulation.compiled.arrays import Fixed, Scaled
from core.simulation.compiled.finished import cost_so_far, finished_schedule
from core.simulation.compiled.start import at_start, copied, restart
from core.simulation.problems.problem_arrays import ProblemArrays
from core.timing.flat import Ints
from core.timing.random_numbers import random_state

Steps = Sequence[tuple[int, int]]  # the job and machine of every decision, in order

STEPS = 64  # decisions between two looks at the clock and the stop button


@dataclass(frozen=True, eq=False)
class Played:
    """
    One plan of a policy.

    Parameters
    ----------
    schedule, cost
        The plan, and its cost by the objective.
    path
        What was chosen, in order.
    """

    schedule: Schedule
    cost: float
    path: Steps


@dataclass(frozen=True, eq=False)
class Network:
    """
    Weights of a :class:`~core.policy.set_policy.SetPolicy`, as they are saved.

    Parameters
    ----------
    tensors
        By name.
    features
        Names of the features it reads, by table.
    """

    tensors: Mapping[str, NDArray[Any]]
    features: FeatureNames


def blank_network() -> Network:
    """Make a network of width 1 that finds all alike; to compile with."""
    features = all_features("set")
    named = shapes(1, features).items()
    return Network({k: np.zeros(v, dtype=np.float32) for k, v in named}, features)


class PlanLoop:
    """
    One problem, and a network that plans it; for one thread at a time.

    Parameters
    ----------
    arrays
        One problem, with its objective.
    network
        Who decides.
    lookahead
        Seconds that machines may wait for a job.

    Raises
    ------
    ValueError
        When there is more than one problem, or the lookahead is negative.
    """

    def __init__(
        self, arrays: ProblemArrays, network: Network, lookahead: float
    ) -> None:
        if len(arrays.num_jobs) != 1:
            raise ValueError(f"Expected one problem, got {len(arrays.num_jobs)}.")
        self.arrays = arrays
        self.fixed, self.scaled = Fixed.of(arrays), Scaled.of(arrays)
        self.weights: Weights = weights_for(
            network.tensors, network.features, arrays.objective[0].tolist()
        )
        self._start = at_start(arrays, lookahead)
        self.moving = copied(self._start)
        self.num_jobs, self.num_machines = arrays.processing.shape[1:]
        self._room = Room.of(self.weights, arrays)
        self._path = np.zeros((self.num_jobs, 2), dtype=np.int64)

    def greedy(
        self,
        *,
        path: Steps = (),
        recorder: Recorder | None = None,
        recorded_from: int = 0,
        forced: tuple[bool, bool] = (False, False),
        pace: Pace | None = None,
    ) -> Played:
        """
        Plan with the most probable decisions, the first of them as they are given.

        Parameters
        ----------
        path
            Job and machine of the first decisions, however improbable;
            :data:`~core.policy.compiled.loop.FREE` leaves one to the policy.
        recorder
            Notes the probabilities of every decision,
        recorded_from
            from this one on.
        forced
            Whether the planner chose the job, and the machine, of the first noted.
        pace
            Told of every step.

        Raises
        ------
        ValueError
            When the path holds a job or machine that may not be chosen.
        PlanningCancelled
            When the pace says so.
        """
        given = np.array(path, dtype=np.int64).reshape(-1, 2)
        none = np.zeros(0, dtype=np.uint64)
        return self._play(given, none, recorder, recorded_from, forced, pace)

    def best_sampled(
        self, samples: int, seed: int, pace: Pace
    ) -> tuple[Played | None, int]:
        """
        Best of some plans with decisions drawn from the policy, and how many were made.

        More samples of the same seed are the same ones, and others after them. A stop
        drops the plan in hand and ends the drawing.
        """
        none, random = np.zeros((0, 2), dtype=np.int64), random_state(seed)
        best, made = None, 0
        while made < samples:
            try:
                played = self._play(none, random, None, 0, (False, False), pace)
            except PlanningCancelled:
                break
            made += 1
            if best is None or played.cost < best.cost:
                best = played
        return best, made

    def _play(
        self,
        given: Ints,
        random: NDArray[np.uint64],
        recorder: Recorder | None,
        recorded_from: int,
        forced: tuple[bool, bool],
        pace: Pace | None,
    ) -> Played:
        restart(self.moving, self._start)
        silent = Notes.of(0, 0, 0)
        noted = silent
        if recorder is not None:
            noted = Notes.of(STEPS, self.num_jobs, self.num_machines)
        done = 0
        while done < self.num_jobs:
            before = done < recorded_from
            notes = silent if before else noted
            taken = play(
                self.fixed,
                self.scaled,
                self.moving,
                self.weights,
                self._room,
                min(STEPS, recorded_from - done) if before else STEPS,
                given,
                self._path,
                random,
                notes,
            )
            if taken < 0:
                raise ValueError(
                    "The given job or machine may not be chosen at this step, number "
                    f"{-taken}."
                )
            if recorder is not None and not before:
                self._record(recorder, notes, done, taken, forced)
                forced = (False, False)
            done += taken
            if pace is not None:
                pace.step(taken)
        cost = cost_so_far(self.arrays, self.moving)
        return Played(finished_schedule(self.moving), cost, self._steps())

    def _record(
        self,
        recorder: Recorder,
        notes: Notes,
        done: int,
        taken: int,
        forced: tuple[bool, bool],
    ) -> None:
        """Hand notes over; the recorder keeps copies."""
        jobs = np.split(notes.jobs.copy(), notes.job_first[1:])
        job_logits = np.split(notes.job_logits.copy(), notes.job_first[1:])
        machines = np.split(notes.machines.copy(), notes.machine_first[1:])
        machine_logits = np.split(notes.machine_logits.copy(), notes.machine_first[1:])
        for t in range(taken):
            recorder.add(
                float(notes.clock[t]),
                int(self._path[done + t, 0]),
                int(self._path[done + t, 1]),
                jobs[t],
                job_logits[t],
                machines[t],
                machine_logits[t],
                float(notes.value[t]),
                forced if t == 0 else (False, False),
            )

    def _steps(self) -> Steps:
        return [(job, machine) for job, machine in self._path.tolist()]
