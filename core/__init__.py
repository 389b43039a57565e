"""
Everything Shiftwright knows about planning; nothing about the screen.

The rooms, in reading order:

problem
    What is asked and what an answer is: jobs, machines, cost, schedules, verifier.
tables
    A planner's files in and out, with every fault named.
simulation
    How time passes while a schedule is built, decision by decision.
policy
    Networks that choose the job, then the machine for it.
training
    PPO, and what it takes to run it in the background.
store
    What lasts: runs, scenarios and models.
scheduling
    Everything that turns a problem into a schedule, and the comparison of them.
charts
    Figures of schedules, decisions and learning.
benchmarking
    Measured claims: instances, seeds, tables.
cli
    ``python -m core``.

Which room may import which is held by ``tests/test_architecture.py``.
"""
