"""Compiling ahead, so that nobody waits for the first plan."""

from __future__ import annotations

from core.bounds.joint import joint_bound
from core.policy.compiled.plan_loop import PlanLoop, blank_network
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.compiled.rules import best_by_machine_code
from core.schedulers.variants import variants
from core.simulation.features import observe, observe_machines
from core.simulation.problems.side_by_side import side_by_side
from core.simulation.simulator import Simulator
from core.timing.machine_code import compiling
from core.timing.retime import retime


def warm_up() -> None:
    """
    Compile, or load, everything that a plan needs, on the smallest problem.

    Takes seconds once per computer, and a fraction of one afterwards. Simulators that
    other threads make meanwhile do not wait: they work by tensor operations.
    """
    one = Problem.from_rows([Job("job", {"machine": 1})], [Machine("machine")])
    with compiling():
        retime(one, [[0]])
        joint_bound(one, Objective(), steps=1)
        best_by_machine_code(one, Objective(), variants(("fifo",)))
        PlanLoop(side_by_side([one], [Objective()]), blank_network(), 0.0).greedy()
        simulator = Simulator([one])
        seen = observe(simulator)
        machines = observe_machines(simulator, seen.rollout, seen.job)
        simulator.step(seen.rollout, seen.job, machines.machine)
