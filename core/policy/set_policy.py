"""The default policy: scores sets of any size, whatever their order."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from core.policy.columns import Columns
from core.policy.feature_names import FeatureNames, all_features
from core.policy.two_step import JobScores
from core.simulation.features import MachineObservation, Observation, unsquash

# The shares of the objective's weights: a, b, c.
OBJECTIVE = ("finish early", "on time", "few setups")


@dataclass(frozen=True)
class SetPolicySettings:
    """
    Size of the network.

    Parameters
    ----------
    hidden
        Width of every layer.

    Raises
    ------
    ValueError
        When the width is not positive.
    """

    hidden: int = 64

    def __post_init__(self) -> None:
        if self.hidden < 1:
            raise ValueError(f"Expected hidden >= 1, got {self.hidden}.")


class SetPolicy(nn.Module):
    """
    Permutation-equivariant two-step policy for any number of jobs and machines.

    Each candidate job is encoded by itself; the mean and maximum over the
    candidates and the global features make a context that is joined back on (Deep
    Sets, Zaheer et al. 2017); a second layer scores. Machines are scored the same
    way, given the chosen job's encoding and the context.

    The objective (a, b, c) is seen by every encoder, and each score is the mean of
    three, one per term, weighted by the objective's shares: what is good for the
    makespan and what is good for the due dates can be learned side by side. (With the
    objective as nothing but a global feature, training never learned to heed it.)

    Parameters
    ----------
    settings
        Size of the network.
    features
        Names of the features it reads, by table; all there are unless given.

    Raises
    ------
    ValueError
        When there is no such feature.
    """

    needs_state = False
    places = None

    def __init__(
        self,
        settings: SetPolicySettings | None = None,
        features: FeatureNames | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings or SetPolicySettings()
        self.features = all_features("set") if features is None else dict(features)
        jobs, machines, overall = (self.features[x] for x in all_features("set"))
        self.of_jobs = Columns("jobs", jobs)
        self.of_machines = Columns("machines", machines)
        self.of_the_whole = Columns("overall", overall)
        self.objective = Columns("overall", OBJECTIVE)
        h = self.settings.hidden
        self.job_encoder = nn.Sequential(
            nn.Linear(len(jobs) + 3, h), nn.ReLU(), nn.Linear(h, h), nn.ReLU()
        )
        self.context = nn.Sequential(
            nn.Linear(2 * h + len(overall), h), nn.ReLU(), nn.Linear(h, h)
        )
        self.job_mixer = nn.Linear(h, h)
        self.job_score = nn.Linear(h, 3)
        self.machine_encoder = nn.Sequential(nn.Linear(len(machines) + 3, h), nn.ReLU())
        self.machine_mixer = nn.Linear(h, h)
        self.machine_pool = nn.Linear(h, h, bias=False)
        self.machine_job = nn.Linear(2 * h, h, bias=False)
        self.machine_score = nn.Linear(h, 3)
        self.value = nn.Sequential(
            nn.ReLU(), nn.Linear(h, h), nn.ReLU(), nn.Linear(h, 1)
        )
        for head in (self.job_score, self.machine_score):
            nn.init.normal_(head.weight, std=0.01)

    def score_jobs(self, observation: Observation) -> JobScores:
        """Score every candidate job, and the state; see :class:`Policy`."""
        owner, count = observation.owner, len(observation.rollout)
        shares = self.objective(observation.global_features)[owner]  # (R, 3)
        seen = torch.cat([self.of_jobs(observation.job_features), shares], 1)
        encoded = self.job_encoder(seen)  # (R, H)
        pooled = torch.cat(segment_pool(encoded, owner, count), 1)
        whole = self.of_the_whole(observation.global_features)
        context = self.context(torch.cat([pooled, whole], 1))
        mixed = torch.relu(self.job_mixer(encoded) + context[owner])
        logits = (self.job_score(mixed) * shares).sum(1)
        value = unsquash(self.value(context).squeeze(1))
        return JobScores(logits, value, (mixed, context))

    def score_machines(
        self,
        observation: Observation,
        scores: JobScores,
        chosen: Tensor,
        machines: MachineObservation,
    ) -> Tensor:
        """Score every machine for the chosen jobs; see :class:`Policy`."""
        mixed, context = scores.memory
        count = len(observation.rollout)
        shares = self.objective(observation.global_features)[machines.owner]
        seen = torch.cat([self.of_machines(machines.machine_features), shares], 1)
        encoded = self.machine_encoder(seen)  # (Q, H)
        pooled, _ = segment_pool(encoded, machines.owner, count)
        given = self.machine_job(torch.cat([mixed[chosen], context], 1))
        given = given + self.machine_pool(pooled)  # (A, H)
        hidden = torch.relu(self.machine_mixer(encoded) + given[machines.owner])
        logits: Tensor = (self.machine_score(hidden) * shares).sum(1)
        return logits


def segment_pool(rows: Tensor, owner: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """
    Mean and maximum over each owner's rows.

    Parameters
    ----------
    rows, owner
        Shape (R, H), not negative, and (R,).
    count
        Number of owners, each with a row at least.

    Returns
    -------
    mean, maximum
        Shape (count, H) each.
    """
    if count == 1:
        return rows.mean(0, keepdim=True), rows.amax(0, keepdim=True)
    empty = rows.new_zeros((count, rows.shape[1]))
    number = rows.new_zeros(count).index_add(0, owner, rows.new_ones(len(rows)))
    mean = empty.index_add(0, owner, rows) / number[:, None]
    index = owner[:, None].expand_as(rows)
    return mean, empty.scatter_reduce(0, index, rows, "amax", include_self=False)
