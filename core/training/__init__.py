"""PPO for two-step masked decisions, from rollouts to a model."""
