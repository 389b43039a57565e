"""Compiling ahead, so that nobody waits for the first plan."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.bounds.joint import joint_bound
from core.policy.compiled.plan_loop import PlanLoop, blank_network
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.compiled.rules import best_by_machine_code
from core.schedulers.variants import variants
from core.search.wishes import grant_wishes
from core.simulation.problems.side_by_side import side_by_side
from core.timing.machine_code import compiling
from core.timing.retime import retime

LOADING_SECONDS = 2.0  # machine code that is there is loaded by then
ONE = ([Job("job", {"machine": 1})], [Machine("machine")])
WISH = (
    [Job("job", {"machine": 1, "wished": 1}, preferred="wished")],
    [Machine("machine"), Machine("wished")],
)


def warm_up() -> None:
    """
    Compile, or load, everything that a plan needs, on the smallest problem.

    Takes seconds once per computer, and a fraction of one afterwards. A plan that
    other threads make meanwhile waits for that fraction, not for a compiler: then it
    is made by tensor operations.
    """
    one = Problem.from_rows(*ONE)
    with _compiling_if_it_takes_long():
        wish = Problem.from_rows(*WISH)
        grant_wishes(wish, Objective(), retime(wish, [[0], []]))
        joint_bound(one, Objective(), steps=1)
        best_by_machine_code(one, Objective(), variants(("fifo",)))
        PlanLoop(side_by_side([one], [Objective()]), blank_network(), 0.0).greedy()


@contextmanager
def _compiling_if_it_takes_long() -> Iterator[None]:
    """Say that machine code is compiled, as soon as it is clear that none is there."""
    over = threading.Event()

    def say() -> None:
        if not over.wait(LOADING_SECONDS):
            with compiling():
                over.wait()

    threading.Thread(target=say, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def warm_up_simulators() -> None:
    """The same for simulators: plans do without, and tensors take long to load."""
    from core.simulation.features import observe, observe_machines
    from core.simulation.simulator import Simulator

    with compiling():
        simulator = Simulator([Problem.from_rows(*ONE)])
        seen = observe(simulator)
        machines = observe_machines(simulator, seen.rollout, seen.job)
        simulator.step(seen.rollout, seen.job, machines.machine)
