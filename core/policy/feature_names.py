"""Which features a policy reads: by name, so that longer tables change nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from core.simulation.feature_tables import (
    FIRST_DIGEST,
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    Feature,
)
from core.simulation.state_table import STATE_FEATURES, StateFeature

FeatureNames = Mapping[str, Sequence[str]]
"""Names of features in the order in which a policy reads them, by their table."""

TABLES: dict[str, Sequence[Feature | StateFeature]] = {
    "jobs": JOB_FEATURES,
    "machines": MACHINE_FEATURES,
    "overall": GLOBAL_FEATURES,
    "state": STATE_FEATURES,
}
READ_BY = {
    "set": ("jobs", "machines", "overall"),
    "fixed": ("state",),
    "flat": ("state",),
}


def all_features(kind: str) -> dict[str, list[str]]:
    """Every feature that there is for a kind of policy: what a fresh one reads."""
    return {table: [x.name for x in TABLES[table]] for table in READ_BY[kind]}


def known_features(kind: str, features: FeatureNames | str) -> dict[str, list[str]]:
    """
    Features that a card names, each of them there.

    Parameters
    ----------
    kind
        ``set``, ``fixed`` or ``flat``.
    features
        Names by table; or, in cards of the first release, the digest of its tables.

    Raises
    ------
    ValueError
        When one is not there (any more), or a table is missing or one too many.
    """
    if isinstance(features, str):
        if features != FIRST_DIGEST:
            raise ValueError("was trained on another feature table")
        return {
            table: [x.name for x in TABLES[table] if x.since == 1]
            for table in READ_BY[kind]
        }
    if sorted(features) != sorted(READ_BY[kind]):
        raise ValueError(
            f"names features of {', '.join(features) or 'no table'}; a {kind} policy "
            f"reads those of {', '.join(READ_BY[kind])}"
        )
    for table, names in features.items():
        there = {x.name for x in TABLES[table]}
        for name in names:
            if name not in there:
                raise ValueError(f"was trained on the feature {name!r}, which is gone")
        if len(set(names)) < len(names):
            raise ValueError(f"names a feature of {table} twice")
    return {table: list(features[table]) for table in READ_BY[kind]}


def misfit(kind: str, features: FeatureNames | str) -> str | None:
    """Say why a model that names these features cannot be used here; ``None``: can."""
    try:
        known_features(kind, features)
    except ValueError as error:
        return str(error)
    return None
