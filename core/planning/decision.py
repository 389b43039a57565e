"""One decision: what could be chosen, what was, and how sure the scheduler was."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.int64]


class Scores(StrEnum):
    """What the scores of a trace are."""

    POLICY = "policy"  # logits: their softmax is the probability
    RULE = "rule"  # priorities, largest first; -inf where a rule gives none
    NONE = "none"  # there are none: the plan was not made decision by decision


@dataclass(frozen=True)
class Override:
    """
    A decision that the planner took.

    Parameters
    ----------
    step
        Which decision.
    job, machine
        What was chosen in the end.
    job_forced, machine_forced
        Which of the two the planner chose.
    """

    step: int
    job: int
    machine: int
    job_forced: bool
    machine_forced: bool


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
    jobs, job_scores
        Shape (c,): the jobs that could be chosen, and what the scheduler made of them.
    machines, machine_scores
        Shape (q,): the machines that could be chosen for the job, likewise.
    scores
        What the scores are.
    value
        The critic's estimate of the cost still to come; NaN without a critic.
    setup
        Open seconds of setup before the job.
    setup_start, setup_end, start, end
        Seconds since plan start that follow for the job.
    cost, bound
        Cost of what is scheduled with this decision, and a lower bound on the cost
        of any way to go on from it.
    job_forced, machine_forced
        Whether the planner chose it.
    """

    step: int
    clock: int
    job: int
    machine: int
    jobs: Indices
    job_scores: Floats
    machines: Indices
    machine_scores: Floats
    scores: Scores
    value: float
    setup: int
    setup_start: int
    setup_end: int
    start: int
    end: int
    cost: float
    bound: float
    job_forced: bool
    machine_forced: bool

    @cached_property
    def job_probabilities(self) -> Floats | None:
        """Shape (c,), sum 1; ``None`` where the scores are no logits."""
        return softmax(self.job_scores) if self.scores is Scores.POLICY else None

    @cached_property
    def machine_probabilities(self) -> Floats | None:
        """Shape (q,), sum 1; ``None`` where the scores are no logits."""
        return softmax(self.machine_scores) if self.scores is Scores.POLICY else None

    @cached_property
    def job_order(self) -> Indices:
        """Shape (c,): places in ``jobs``, best score first, then by index."""
        return np.argsort(-self.job_scores, kind="stable")

    @cached_property
    def machine_order(self) -> Indices:
        """Shape (q,): places in ``machines``, best score first, then by index."""
        return np.argsort(-self.machine_scores, kind="stable")

    @property
    def other_job(self) -> int | None:
        """The best job that was not chosen; ``None`` when there was no choice."""
        return _other(self.jobs[self.job_order], self.job)

    @property
    def other_machine(self) -> int | None:
        """The best machine that was not chosen; ``None`` when there was no choice."""
        return _other(self.machines[self.machine_order], self.machine)


def softmax(scores: Floats) -> Floats:
    """Probabilities of logits, in float64; they sum to 1."""
    weights = np.exp(scores - scores.max())
    probabilities: Floats = weights / weights.sum()
    return probabilities


def _other(ranked: Indices, chosen: int) -> int | None:
    """First entry that is not the chosen one."""
    left = ranked[ranked != chosen]
    return int(left[0]) if len(left) else None


def by_planner(job_forced: bool, machine_forced: bool) -> str:
    """Say what the planner chose, of job and machine: ``planner (job)``."""
    chosen = {"job": job_forced, "machine": machine_forced}
    return f"planner ({' and '.join(name for name, own in chosen.items() if own)})"


def certainty(chosen: float, best: float) -> str:
    """
    How sure a policy was of its choice, in words.

    Parameters
    ----------
    chosen, best
        Probabilities of what was chosen, and of the likeliest candidate.
    """
    if chosen < best:
        return "not its first choice"
    for least, words in ((0.95, "sure"), (0.75, "fairly sure"), (0.5, "in doubt")):
        if chosen >= least:
            return words
    return "torn between several"
