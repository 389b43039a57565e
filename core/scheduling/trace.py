"""Every decision behind a schedule, with the probabilities it was taken by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Decision:
    """
    One job and one machine, chosen at one moment.

    Parameters
    ----------
    step
        0 for the first decision.
    clock
        Seconds since plan start: the earliest moment at which anything could start.
    job, machine
        What was chosen.
    jobs, job_logits
        Shape (c,): the jobs that could be chosen, and the policy's scores.
    machines, machine_logits
        Shape (q,): the machines that could be chosen for the job, and their scores.
    value
        The critic's estimate of the cost still to come; NaN without a critic.
    """

    step: int
    clock: int
    job: int
    machine: int
    jobs: NDArray[np.int32]
    job_logits: NDArray[np.float32]
    machines: NDArray[np.int32]
    machine_logits: NDArray[np.float32]
    value: float


@dataclass(frozen=True, eq=False)
class Trace:
    """
    All decisions of a schedule, in order.

    Parameters
    ----------
    decisions
        One per job.
    problem_hash, model
        Content hash of the problem, and the name and digest of the model: a replay
        of anything else is refused.
    lookahead
        Seconds of waiting that the masks allowed.
    """

    decisions: tuple[Decision, ...]
    problem_hash: str
    model: str
    lookahead: float
