"""The reference network: one output per job and machine, of a fixed size."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from core.policy.errors import TooLargeError
from core.policy.feature_names import FeatureNames
from core.policy.trunk import HEAD, WIDTH, FixedTrunk
from core.policy.two_step import JobScores
from core.simulation.features import MachineObservation, Observation

EMBEDDING = 64


class FixedSizePolicy(FixedTrunk):
    """
    First the job, then the machine, from the state in 80 numbers.

    The job head gives one logit per place, the machine head one per machine, given
    an embedding of the chosen job's place. A job is known by its place alone: such a
    network learns one problem and those like it, in which job 17 is always much the
    same. Smaller problems leave places empty and masked.

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
        self.job_head = nn.Sequential(
            nn.Linear(WIDTH, HEAD), nn.ReLU(), nn.Linear(HEAD, jobs)
        )
        self.machine_embedding = nn.Embedding(jobs, EMBEDDING)  # of the chosen job
        self.machine_head = nn.Sequential(
            nn.Linear(WIDTH + EMBEDDING, HEAD), nn.ReLU(), nn.Linear(HEAD, machines)
        )

    def score_jobs(self, observation: Observation) -> JobScores:
        """Score every candidate job, and the state; see :class:`Policy`."""
        features, value = self.encode(observation)
        logits = self.job_head(features)  # (A, jobs)
        return JobScores(logits[observation.owner, observation.job], value, (features,))

    def score_machines(
        self,
        observation: Observation,
        scores: JobScores,
        chosen: Tensor,
        machines: MachineObservation,
    ) -> Tensor:
        """Score every machine for the chosen jobs; see :class:`Policy`."""
        if int(machines.machine.max()) >= self.places[1]:
            raise TooLargeError(
                f"The model has places for {self.places[1]} machines; machine number "
                f"{int(machines.machine.max()) + 1} is beyond them."
            )
        (features,) = scores.memory
        job = self.machine_embedding(observation.job[chosen])
        logits: Tensor = self.machine_head(torch.cat([features, job], 1))  # (A, M)
        return logits[machines.owner, machines.machine]
