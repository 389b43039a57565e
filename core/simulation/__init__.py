"""Schedules built decision by decision, many problems at once."""

import gymnasium

gymnasium.register(
    id="Shiftwright-v0",
    entry_point="core.simulation.environment:HierarchicalSchedulingEnv",
)
