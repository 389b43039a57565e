"""
Schedules built decision by decision, many problems at once.

Importing it makes the environments known to Gymnasium; they load torch when made.
"""

from gymnasium import register

register(
    id="Shiftwright-v0",
    entry_point="core.simulation.two_step_environment:HierarchicalSchedulingEnv",
)
register(
    id="ShiftwrightFlat-v0",
    entry_point="core.simulation.flat_environment:FlatActionEnv",
)
