"""A planner's files in and out, with every fault named."""
