"""The engine of tensor operations: steps and features of all rollouts at once."""
