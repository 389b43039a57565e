"""The contract of planning, without torch: settings, schedulers by name, plan."""
