"""The contract of planning, without torch: scheduler, result, stopping, trace."""
