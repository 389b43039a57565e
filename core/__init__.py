"""
Everything Shiftwright knows about planning; nothing about the screen.

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
    The contract: scheduler, result, trace, when to stop. Without torch.
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
