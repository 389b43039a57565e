"""Decisions noted while a simulator runs, and plans walked through again."""

from __future__ import annotations

from math import inf

import numpy as np
import torch

from core.planning.decision import Scores
from core.planning.scheduler import Result
from core.planning.trace import StaleTraceError, Trace
from core.planning.trace_recorder import Recorder
from core.policy.two_step import Choice
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.simulation.problems.stack import stack
from core.simulation.simulator import Simulator


def note(
    recorder: Recorder,
    simulator: Simulator,
    choice: Choice,
    forced: tuple[bool, bool] = (False, False),
) -> None:
    """
    Note what a policy makes of one moment; before the simulator moves on.

    Parameters
    ----------
    recorder
        Takes the note.
    simulator
        With one rollout.
    choice
        What is decided.
    forced
        Whether the planner chose the job, and the machine.
    """
    recorder.add(
        float(simulator.now[0]),
        int(choice.job),
        int(choice.machine),
        choice.observation.job.numpy(),
        choice.scores.logits.numpy(),
        choice.machines.machine.numpy(),
        choice.machine_logits.numpy(),
        float(choice.scores.value),
        forced,
    )


class Playback:
    """
    A simulator that stands at any step of a trace.

    Parameters
    ----------
    problem, trace
        The problem, and decisions made on it.

    Raises
    ------
    StaleTraceError
        When the trace is of another problem.

    Notes
    -----
    Going forward, decisions are carried out one by one; going back starts from plan
    start. Nothing is scored, so this is quick: see ``core.benchmarking``.
    """

    def __init__(self, problem: Problem, trace: Trace) -> None:
        trace.check(problem)
        self.problem, self.trace = problem, trace
        static = stack([problem], [Objective(*trace.objective)])
        self.simulator = Simulator(static, lookahead=trace.lookahead)
        self.step = 0
        self._zero = torch.zeros(1, dtype=torch.int64)

    @torch.inference_mode()
    def at(self, step: int) -> Simulator:
        """
        Return the simulator just before a decision is taken.

        Raises
        ------
        StaleTraceError
            When a decision of the trace may not be taken.
        """
        if step < self.step:
            self.simulator.reset()
            self.step = 0
        while self.step < step:
            job = torch.tensor([int(self.trace.job[self.step])])
            machine = torch.tensor([int(self.trace.machine[self.step])])
            try:
                self.simulator.step(self._zero, job, machine)
            except ValueError as error:
                raise StaleTraceError(
                    f"Decision {self.step + 1} of this trace may not be taken."
                ) from error
            self.step += 1
        return self.simulator


def replay(problem: Problem, trace: Trace) -> Schedule:
    """
    Make the schedule of a trace again, decision by decision.

    Raises
    ------
    StaleTraceError
        When the trace is of another problem, or its decisions may not be taken.
    """
    return Playback(problem, trace).at(len(trace)).schedules()[0]


def trace_plan(result: Result) -> Trace:
    """
    Walk through a plan that was not made decision by decision.

    Jobs come in the order of their starts; with unlimited lookahead, every job whose
    predecessors are placed is a candidate. The times are the plan's own.
    """
    problem, schedule = result.problem, result.schedule
    recorder = Recorder(
        problem,
        result.objective,
        scheduler=result.scheduler,
        model=result.model or "",
        seed=result.seed,
        lookahead=inf,
        scores=Scores.NONE,
    )
    simulator = Simulator([problem], [result.objective], lookahead=inf)
    zero = torch.zeros(1, dtype=torch.int64)
    for job in np.lexsort((schedule.end, schedule.start)).tolist():
        machine = int(schedule.machine[job])
        jobs = torch.nonzero(simulator.job_mask[0]).squeeze(1)
        machines = torch.nonzero(simulator.machine_mask(zero, zero + job)[0]).squeeze(1)
        recorder.add(
            float(simulator.now[0]),
            job,
            machine,
            jobs.numpy(),
            np.zeros(len(jobs)),
            machines.numpy(),
            np.zeros(len(machines)),
        )
        simulator.step(zero, zero + job, zero + machine)
    return recorder.finish(schedule)
