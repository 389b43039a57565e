"""The engine in machine code: steps and features, one rollout after the other."""
