"""The old way: one head over all pairs of job and machine."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.policy.errors import TooLargeError
from core.policy.feature_names import FeatureNames
from core.policy.trunk import HEAD, WIDTH, FixedTrunk
from core.policy.two_step import JobScores
from core.simulation.features import MachineObservation, Observation


class FlatPolicy(FixedTrunk):
    """
    One softmax over job * machines + machine, on the trunk of the reference network.

    It answers in two steps all the same: the logit of a job is the log-sum-exp over
    the machines it may be placed on, so that log pi(job) + log pi(machine | job) is
    the log-probability of the pair in the one softmax.

    Parameters
    ----------
    jobs, machines
        Places: the largest problem that the network takes.
    features
        Names of the features it reads, by table; all there are unless given.
    """

    def __init__(
        self, jobs: int, machines: int, features: FeatureNames | None = None
    ) -> None:
        super().__init__(jobs, machines, features)
        self.pair_head = nn.Sequential(
            nn.Linear(WIDTH, HEAD), nn.ReLU(), nn.Linear(HEAD, jobs * machines)
        )

    def score_jobs(self, observation: Observation) -> JobScores:
        """Score every candidate job, and the state; see :class:`Policy`."""
        features, value = self.encode(observation)
        may = observation.choosable  # (R, M)
        if may is None:
            raise ValueError("Expected an observation with state, got one without.")
        if may.shape[1] > self.places[1]:
            raise TooLargeError(
                f"The model has places for {self.places[1]} machines; the problem has "
                f"{may.shape[1]}."
            )
        logits = self.pair_head(features).view(-1, *self.places)  # (A, jobs, machines)
        rows = logits[observation.owner, observation.job, : may.shape[1]]  # (R, M)
        marginal = torch.where(may, rows, -torch.inf).logsumexp(1)
        return JobScores(marginal, value, (rows,))

    def score_machines(
        self,
        observation: Observation,
        scores: JobScores,
        chosen: Tensor,
        machines: MachineObservation,
    ) -> Tensor:
        """Score every machine for the chosen jobs; see :class:`Policy`."""
        (rows,) = scores.memory
        return rows[chosen][machines.owner, machines.machine]
