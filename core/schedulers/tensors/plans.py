"""Plans of a policy by tensor operations: any network, many plans side by side."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from core.decisions.recording import note
from core.planning.scheduler import Pace, PlanningCancelled
from core.planning.trace_recorder import Recorder
from core.policy.choosing import GREEDY, Given, sampled
from core.policy.compiled.plan_loop import Played, Steps
from core.policy.two_step import Choice, Choose, Policy, act
from core.policy.window import EVERY, urgency_ranks, window
from core.simulation.problems.problem_tensors import ProblemTensors
from core.simulation.simulator import Simulator

BYTES_PER_PAIR = 250  # of job and machine in one rollout, observation included
MOST_BYTES = 400_000_000


class Seen:
    """
    The candidates that are looked at; see :mod:`core.policy.window`.

    Parameters
    ----------
    simulator
        Rollouts of one problem at its start, which take their steps together.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        arrays = simulator.static.arrays
        self._window, self._jobs = window(arrays), simulator.num_jobs
        self._rank = torch.from_numpy(urgency_ranks(arrays))  # (N,)
        self._aside = torch.zeros_like(simulator.job_mask)  # (B, N)
        self._done = 0

    def act(self, policy: Policy, choose: Choose, *, given: bool = False) -> Choice:
        """Let the policy decide in each rollout; whoever is ``given`` is in sight."""
        mask = self._simulator.job_mask  # (B, N)
        whole = given or self._done % EVERY == 0
        self._done += 1
        if self._window.urgent < self._jobs and not given:
            rank = torch.where(mask, self._rank, self._jobs)
            mask &= rank <= rank.kthvalue(self._window.urgent, keepdim=True).values
        if self._window.best == self._jobs:
            return act(policy, self._simulator, choose)
        left = mask & ~self._aside
        none = ~left.any(1, keepdim=True)  # (B, 1): the best are placed
        if not whole:
            mask &= ~self._aside | none
        choice = act(policy, self._simulator, choose)
        self._put_aside(choice, none.squeeze(1) | whole)
        return choice

    def _put_aside(self, choice: Choice, whole: Tensor) -> None:
        """Look no more at all but the best, where all were looked at."""
        seen = choice.observation
        logits = torch.full(self._aside.shape, -torch.inf)
        logits[seen.rollout[seen.owner], seen.job] = choice.scores.logits
        place = self._jobs - self._window.best + 1  # from the smallest
        least = logits.kthvalue(place, keepdim=True).values
        worse = (logits < least) & torch.isfinite(logits)
        self._aside[whole] = worse[whole]


@dataclass(frozen=True, eq=False)
class TensorPlans:
    """
    Plans of one problem; see :class:`core.schedulers.plans.Plans`.

    The reference of :class:`~core.policy.compiled.plan_loop.PlanLoop`, which decides
    the same, and draws by random numbers of its own.

    Parameters
    ----------
    policy, static, lookahead
        Who decides, the problem, and the seconds that machines may wait.
    """

    policy: Policy
    static: ProblemTensors
    lookahead: float

    @torch.inference_mode()
    def greedy(
        self,
        *,
        path: Steps = (),
        recorder: Recorder | None = None,
        pace: Pace | None = None,
    ) -> Played:
        """Plan with the most probable decisions, the first of them as given."""
        simulator = Simulator(self.static, lookahead=self.lookahead)
        seen = Seen(simulator)
        done: list[tuple[int, int]] = []
        while len(simulator.active):
            choose: Choose = GREEDY
            if len(done) < len(path):
                job, machine = path[len(done)]
                choose = Given(torch.tensor([job]), torch.tensor([machine]))
            choice = seen.act(self.policy, choose, given=len(done) < len(path))
            if recorder is not None:
                note(recorder, simulator, choice)
            done.append((int(choice.job), int(choice.machine)))
            simulator.step(choice.rollout, choice.job, choice.machine)
            if pace is not None:
                pace.step()
        (schedule,) = simulator.schedules()
        return Played(schedule, float(simulator.cost[0]), done)

    @torch.inference_mode()
    def best_sampled(
        self, samples: int, seed: int, pace: Pace
    ) -> tuple[Played | None, int]:
        """
        Best of some plans with decisions drawn from the policy, and how many were made.

        Copies of the problem are played side by side, as many at a time as fit in
        memory; a stop drops those in hand.
        """
        choose = sampled(torch.Generator().manual_seed(seed))
        pairs = self.static.processing[0].numel()
        room = max(1, MOST_BYTES // (BYTES_PER_PAIR * pairs))
        best, made = None, 0
        while made < samples:
            copies = min(room, samples - made)
            simulator = Simulator(self.static, lookahead=self.lookahead, copies=copies)
            seen, steps = Seen(simulator), list[tuple[Tensor, Tensor]]()
            try:
                while len(simulator.active):
                    choice = seen.act(self.policy, choose)
                    simulator.step(choice.rollout, choice.job, choice.machine)
                    steps.append((choice.job, choice.machine))
                    pace.step(copies)
            except PlanningCancelled:
                break
            made += copies
            row = int(simulator.cost.argmin())
            cost = float(simulator.cost[row])
            if best is None or cost < best.cost:
                path = [(int(job[row]), int(machine[row])) for job, machine in steps]
                best = Played(simulator.schedules()[row], cost, path)
        return best, made
