"""
The network in machine code: scores of jobs, then of machines for a job.

The reference, layer by layer, is :class:`~core.policy.set_policy.SetPolicy`; sums
round in another order.
"""

from __future__ import annotations

from math import expm1
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.policy.compiled.weights import Weights
from core.simulation.compiled.arithmetic import NOTHING
from core.simulation.problems.problem_arrays import Singles
from core.timing.flat import Ints
from core.timing.machine_code import machine_code


class Layers(NamedTuple):
    """Room for what the layers give; N jobs, M machines, width H."""

    job_encoded: Singles  # (N, H)
    job_mixed: Singles  # (N, H)
    job_logit: Singles  # (N,)
    machine_encoded: Singles  # (M, H)
    machine_logit: Singles  # (M,)
    pooled: Singles  # (2 H + F',): mean and maximum of the jobs, global features
    context: Singles  # (H,)
    given: Singles  # (2 H,): mixed job and context; then what they make of machines
    narrow: Singles  # (H,)
    total: NDArray[np.float64]  # (H,): sums that a mean is taken of
    features: Singles  # as many as any table has: those that are read

    @classmethod
    def of(cls, weights: Weights, jobs: int, machines: int) -> Layers:
        """Room for a network and a problem."""
        h = len(weights.job_score)
        widest = max(map(len, (weights.job_columns, weights.machine_columns)))

        def room(*shape: int) -> Singles:
            return np.zeros(shape, dtype=np.float32)

        return cls(
            job_encoded=room(jobs, h),
            job_mixed=room(jobs, h),
            job_logit=room(jobs),
            machine_encoded=room(machines, h),
            machine_logit=room(machines),
            pooled=room(2 * h + len(weights.overall_columns)),
            context=room(h),
            given=room(2 * h),
            narrow=room(h),
            total=np.zeros(h),
            features=room(widest),
        )


@machine_code
def _layer(x: Singles, weight: Singles, bias: Singles, out: Singles) -> None:
    """Write bias + x weight; entries of x that are 0 cost nothing."""
    for o in range(len(out)):
        out[o] = bias[o]
    for i in range(weight.shape[0]):
        value = x[i]
        if value != NOTHING:
            for o in range(len(out)):
                out[o] += value * weight[i, o]


@machine_code
def _rectify(x: Singles) -> None:
    """Put 0 in place of what is negative."""
    for i in range(len(x)):
        x[i] = max(x[i], NOTHING)


@machine_code
def _taken(features: Singles, columns: Ints, out: Singles) -> None:
    """Write the features that are read, in the order in which they are."""
    for i in range(len(columns)):
        out[i] = features[columns[i]]


@machine_code
def _mean(rows: Singles, count: int, total: NDArray[np.float64], out: Singles) -> None:
    """Write the mean of the first rows."""
    for o in range(len(total)):
        total[o] = 0.0
    for r in range(count):
        for o in range(len(total)):
            total[o] += rows[r, o]
    for o in range(len(total)):
        out[o] = total[o] / count


@machine_code
def _score(x: Singles, weight: Singles, bias: Singles) -> Any:
    """Weighted sum of a row."""
    score = bias[0]
    for i in range(len(weight)):
        score += x[i] * weight[i]
    return score


@machine_code
def score_jobs(
    w: Weights, features: Singles, overall: Singles, count: int, room: Layers
) -> None:
    """
    Write the logit of each candidate into ``room.job_logit``.

    Parameters
    ----------
    w
        The network.
    features, overall
        Shapes (N, F) and (F',): features of the candidates, the first ``count`` rows,
        and of the whole.
    count
        Number of candidates.
    room
        Keeps what :func:`score_machines` and :func:`state_value` need.
    """
    h = len(w.job_score)
    for r in range(count):
        _taken(features[r], w.job_columns, room.features)
        _layer(room.features, w.job_in, w.job_in_bias, room.narrow)
        _rectify(room.narrow)
        _layer(room.narrow, w.job_hidden, w.job_hidden_bias, room.job_encoded[r])
        _rectify(room.job_encoded[r])
    _mean(room.job_encoded, count, room.total, room.pooled)
    for o in range(h):
        room.pooled[h + o] = room.job_encoded[0, o]
    for r in range(1, count):
        for o in range(h):
            room.pooled[h + o] = max(room.pooled[h + o], room.job_encoded[r, o])
    _taken(overall, w.overall_columns, room.pooled[2 * h :])
    _layer(room.pooled, w.context_in, w.context_in_bias, room.narrow)
    _rectify(room.narrow)
    _layer(room.narrow, w.context_out, w.context_out_bias, room.context)
    for o in range(h):
        room.narrow[o] = w.job_mixer_bias[o] + room.context[o]
    for r in range(count):
        mixed = room.job_mixed[r]
        _layer(room.job_encoded[r], w.job_mixer, room.narrow, mixed)
        _rectify(mixed)
        room.job_logit[r] = _score(mixed, w.job_score, w.job_score_bias)


@machine_code
def score_machines(
    w: Weights, features: Singles, count: int, row: int, room: Layers
) -> None:
    """
    Write the logit of each machine into ``room.machine_logit``.

    Parameters
    ----------
    w
        The network.
    features
        Shape (M, F): features of the machines, the first ``count`` rows.
    count
        Number of machines that may be chosen.
    row
        Which candidate was chosen.
    room
        As :func:`score_jobs` left it.
    """
    h = len(w.job_score)
    for r in range(count):
        _taken(features[r], w.machine_columns, room.features)
        encoded = room.machine_encoded[r]
        _layer(room.features, w.machine_in, w.machine_in_bias, encoded)
        _rectify(encoded)
    for o in range(h):
        room.given[o] = room.job_mixed[row, o]
        room.given[h + o] = room.context[o]
    _layer(room.given, w.machine_job, w.machine_mixer_bias, room.narrow)
    _mean(room.machine_encoded, count, room.total, room.given)
    for i in range(h):
        for o in range(h):
            room.narrow[o] += room.given[i] * w.machine_pool[i, o]
    for r in range(count):
        _layer(room.machine_encoded[r], w.machine_mixer, room.narrow, room.given[:h])
        _rectify(room.given[:h])
        room.machine_logit[r] = _score(
            room.given, w.machine_score, w.machine_score_bias
        )


@machine_code
def state_value(w: Weights, room: Layers) -> float:
    """Estimate the cost still to come, after :func:`score_jobs`."""
    h = len(w.job_score)
    for o in range(h):
        room.given[o] = max(room.context[o], NOTHING)
    _layer(room.given, w.value_hidden, w.value_hidden_bias, room.narrow)
    _rectify(room.narrow)
    value = float(_score(room.narrow, w.value_out, w.value_out_bias))
    size = expm1(min(abs(value), 15.0))
    return size if value > 0 else -size
