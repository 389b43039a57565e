"""Untrained models, for tests that ask what becomes of a policy's choices."""

import torch

from core.policy.checkpoint import Card, load_model, save_model
from core.policy.networks import build_policy


def untrained(folder, kind="set", **network):
    """Save a policy with fresh weights, and load it as a trained one is loaded."""
    torch.manual_seed(0)
    card = Card(
        name=f"untrained-{kind}",
        policy=kind,
        created="2026-01-05T06:00:00Z",
        network=network,
        data={},
        config={},
        seed=0,
        command="none",
        wall_seconds=0.0,
        decisions=0,
        lookahead=0.0,
    )
    save_model(folder, build_policy(kind, network), card)
    return load_model(folder)
