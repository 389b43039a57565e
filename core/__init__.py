"""
Everything Shiftwright knows about planning; nothing about the screen.

For programs and notebooks::

    import core

    shift = core.read("jobs.csv", "machines.csv")
    plan = core.plan(shift, core.PlanSettings("hierarchical", samples=8))
    core.write(plan, "schedule.csv")
    assert not core.verify(shift, "schedule.csv")

The rooms, from the ground up:

problem
    What is asked and what an answer is: jobs, machines, cost, schedules, verifier.
timing
    How time passes on a machine, in machine code.
bounds
    What no plan can be better than.
instances
    Problems to plan: drawn, resampled, read from public formats.
planning
    The contract: settings, schedulers by name, plan, trace. Without torch.
tables
    A planner's files in and out, with every fault named.
simulation
    A schedule built decision by decision; what a policy sees of it.
search
    A plan made better, move by move.
store
    What lasts: runs, scenarios and models.
policy
    Networks that choose the job, then the machine for it.
decisions
    One decision: recorded, played back, explained, taken otherwise.
schedulers
    Everything that turns a problem into a schedule, by name.
comparison
    Plans and schedulers side by side.
training
    PPO, and what it learns from; knows no store.
runs
    Background work: training and trials beside the app.
charts
    Figures of schedules, decisions and learning.
benchmarking
    Measured claims: instances, seeds, tables.
cli
    ``python -m core``.

Which room may import which is held by ``tests/test_architecture.py``.
"""

from typing import TYPE_CHECKING

# Opened when a name is first asked for, so that each room starts by itself.
if TYPE_CHECKING:
    from core.public import (
        Job,
        Machine,
        Objective,
        Plan,
        PlanSettings,
        Problem,
        Shift,
        UnreadableFilesError,
        plan,
        read,
        verify,
        write,
    )
else:

    def __getattr__(name: str) -> object:
        if name not in __all__:
            raise AttributeError(f"module 'core' has no attribute {name!r}")
        from core import public

        return getattr(public, name)


__all__ = [
    "Job",
    "Machine",
    "Objective",
    "Plan",
    "PlanSettings",
    "Problem",
    "Shift",
    "UnreadableFilesError",
    "plan",
    "read",
    "verify",
    "write",
]
