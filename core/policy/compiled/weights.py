"""The weights of a :class:`~core.policy.set_policy.SetPolicy` as machine code reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.policy.feature_names import TABLES, FeatureNames
from core.simulation.problems.problem_arrays import Singles
from core.timing.flat import Ints

TERMS = 3  # of the objective: the last columns of both encoders are its shares


class Weights(NamedTuple):
    """
    Weights for one objective; H is the width of the network.

    Matrices are (input, output), so that the innermost loop runs along memory. What an
    objective makes constant is part of the biases and scores already: its shares are
    inputs of the encoders, and every score is the mean of three, weighted by them.
    """

    job_columns: Ints  # which features of jobs are read, in order
    job_in: Singles  # (F, H)
    job_in_bias: Singles
    job_hidden: Singles  # (H, H)
    job_hidden_bias: Singles
    overall_columns: Ints
    context_in: Singles  # (2 H + F', H): mean and maximum of the jobs, global features
    context_in_bias: Singles
    context_out: Singles
    context_out_bias: Singles
    job_mixer: Singles
    job_mixer_bias: Singles
    job_score: Singles  # (H,)
    job_score_bias: Singles  # (1,)
    machine_columns: Ints
    machine_in: Singles
    machine_in_bias: Singles
    machine_mixer: Singles
    machine_mixer_bias: Singles
    machine_pool: Singles
    machine_job: Singles  # (2 H, H): the job, the context
    machine_score: Singles
    machine_score_bias: Singles
    value_hidden: Singles
    value_hidden_bias: Singles
    value_out: Singles  # (H,)
    value_out_bias: Singles  # (1,)


def misshapen(
    tensors: Mapping[str, NDArray[Any]],
    network: Mapping[str, Any],
    features: FeatureNames,
) -> str | None:
    """
    Say what does not fit a network; ``None``: all of it fits.

    Parameters
    ----------
    tensors
        Weights by name, as saved.
    network
        Its settings: ``hidden``, the width.
    features
        Names of the features that it reads, by table.
    """
    if set(network) - {"hidden"} or not isinstance(network.get("hidden", 64), int):
        return f"its settings are {dict(network)}, expected a width"
    wanted = shapes(network.get("hidden", 64), features)
    missing = sorted(set(wanted).symmetric_difference(tensors))
    if missing:
        return f"{missing[0]} is in the network or in the weights alone"
    for name, shape in wanted.items():
        array = tensors[name]
        if array.shape != shape or array.dtype != np.float32:
            return f"{name} is {array.dtype} {array.shape}, expected float32 {shape}"
    return None


def shapes(hidden: int, features: FeatureNames) -> dict[str, tuple[int, ...]]:
    """Shapes of the tensors of a network, by name; (output, input), as saved."""
    h = hidden
    layers = {
        "job_encoder.0": (h, len(features["jobs"]) + TERMS),
        "job_encoder.2": (h, h),
        "context.0": (h, 2 * h + len(features["overall"])),
        "context.2": (h, h),
        "job_mixer": (h, h),
        "job_score": (TERMS, h),
        "machine_encoder.0": (h, len(features["machines"]) + TERMS),
        "machine_mixer": (h, h),
        "machine_score": (TERMS, h),
        "value.1": (h, h),
        "value.3": (1, h),
    }
    shapes: dict[str, tuple[int, ...]] = {}
    for name, shape in layers.items():
        shapes |= {f"{name}.weight": shape, f"{name}.bias": shape[:1]}
    return shapes | {"machine_pool.weight": (h, h), "machine_job.weight": (h, 2 * h)}


def weights_for(
    tensors: Mapping[str, NDArray[Any]],
    features: FeatureNames,
    objective: Sequence[float],
) -> Weights:
    """
    Weights of a network for an objective.

    Parameters
    ----------
    tensors
        As :func:`misshapen` finds them fit.
    features
        Names of the features that the network reads, by table.
    objective
        The weights (a, b, c).
    """
    terms = np.asarray(objective, dtype=np.float64)
    shares = (terms / terms.sum()).astype(np.float32).astype(np.float64)

    def matrix(name: str, *, with_shares: bool = False) -> Singles:
        weight = tensors[f"{name}.weight"]
        return np.array(weight[:, :-TERMS] if with_shares else weight).T.copy()

    def bias(name: str) -> Singles:
        return np.array(tensors[f"{name}.bias"])

    def encoder_bias(name: str) -> Singles:
        of_shares = tensors[f"{name}.weight"][:, -TERMS:].astype(np.float64) @ shares
        folded: Singles = (of_shares + tensors[f"{name}.bias"]).astype(np.float32)
        return folded

    def score(name: str) -> tuple[Singles, Singles]:
        weight = shares @ tensors[f"{name}.weight"].astype(np.float64)
        offset = shares @ tensors[f"{name}.bias"].astype(np.float64)
        return weight.astype(np.float32), np.array([offset], dtype=np.float32)

    job_score, job_score_bias = score("job_score")
    machine_score, machine_score_bias = score("machine_score")
    return Weights(
        job_columns=_columns("jobs", features),
        job_in=matrix("job_encoder.0", with_shares=True),
        job_in_bias=encoder_bias("job_encoder.0"),
        job_hidden=matrix("job_encoder.2"),
        job_hidden_bias=bias("job_encoder.2"),
        overall_columns=_columns("overall", features),
        context_in=matrix("context.0"),
        context_in_bias=bias("context.0"),
        context_out=matrix("context.2"),
        context_out_bias=bias("context.2"),
        job_mixer=matrix("job_mixer"),
        job_mixer_bias=bias("job_mixer"),
        job_score=job_score,
        job_score_bias=job_score_bias,
        machine_columns=_columns("machines", features),
        machine_in=matrix("machine_encoder.0", with_shares=True),
        machine_in_bias=encoder_bias("machine_encoder.0"),
        machine_mixer=matrix("machine_mixer"),
        machine_mixer_bias=bias("machine_mixer"),
        machine_pool=matrix("machine_pool"),
        machine_job=matrix("machine_job"),
        machine_score=machine_score,
        machine_score_bias=machine_score_bias,
        value_hidden=matrix("value.1"),
        value_hidden_bias=bias("value.1"),
        value_out=matrix("value.3")[:, 0].copy(),
        value_out_bias=bias("value.3"),
    )


def _columns(table: str, features: FeatureNames) -> Ints:
    """Columns of the features that are read, in order."""
    there = [feature.name for feature in TABLES[table]]
    return np.array([there.index(name) for name in features[table]], dtype=np.int64)
