"""Networks of every kind, by the name that a card has for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from torch import nn

from core.policy.errors import ModelError
from core.policy.feature_names import FeatureNames
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.flat_policy import FlatPolicy
from core.policy.set_policy import SetPolicy, SetPolicySettings


def build_policy(
    kind: str, network: Mapping[str, Any], features: FeatureNames | None = None
) -> nn.Module:
    """
    Build an untrained policy.

    Parameters
    ----------
    kind
        ``set``, ``fixed`` or ``flat``.
    network
        Settings of the network.
    features
        Names of the features it reads, by table; all there are unless given.

    Raises
    ------
    ModelError
        When the kind is unknown.
    """
    if kind == "set":
        return SetPolicy(SetPolicySettings(**network), features)
    if kind == "fixed":
        return FixedSizePolicy(**network, features=features)
    if kind == "flat":
        return FlatPolicy(**network, features=features)
    raise ModelError(f"Unknown kind of policy {kind!r}; expected set, fixed or flat.")
