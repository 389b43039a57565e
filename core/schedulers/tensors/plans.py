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
from core.policy.two_step import Choose, Policy, act
from core.simulation.problems.problem_tensors import ProblemTensors
from core.simulation.simulator import Simulator

BYTES_PER_PAIR = 250  # of job and machine in one rollout, observation included
MOST_BYTES = 400_000_000


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
        done: list[tuple[int, int]] = []
        while len(simulator.active):
            choose: Choose = GREEDY
            if len(done) < len(path):
                job, machine = path[len(done)]
                choose = Given(torch.tensor([job]), torch.tensor([machine]))
            choice = act(self.policy, simulator, choose)
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
            steps: list[tuple[Tensor, Tensor]] = []
            try:
                while len(simulator.active):
                    choice = act(self.policy, simulator, choose)
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
