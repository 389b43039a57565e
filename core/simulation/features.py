"""What a policy sees: named features of the jobs, the machines and the whole."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from core.simulation.compiled import observe as compiled_observe
from core.simulation.feature_tables import (
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    Feature,
)
from core.simulation.simulator import Simulator
from core.simulation.state import observe_state
from core.simulation.tensor_memory import indices
from core.simulation.tensors import observe as tensor_observe
from core.simulation.tensors.arithmetic import squash, unsquash

__all__ = [
    "GLOBAL_FEATURES",
    "JOB_FEATURES",
    "MACHINE_FEATURES",
    "Feature",
    "MachineObservation",
    "Observation",
    "observe",
    "observe_machines",
    "squash",
    "unsquash",
]


@dataclass(frozen=True, eq=False)
class Observation:
    """
    The first half of A decisions: the choice of a job.

    Parameters
    ----------
    rollout
        Shape (A,): which rollout of the simulator decides.
    owner, job
        Shape (R,): row r is job ``job[r]``, a candidate of decision ``owner[r]``;
        rows of a decision are adjacent, and owners ascend.
    job_features
        Shape (R, F), float32.
    global_features
        Shape (A, F'), float32.
    state
        Shape (A, 80), float32; see :mod:`core.simulation.state`. Only where asked for.
    choosable
        Shape (R, M), bool: the machines each candidate may be placed on. Likewise.
    """

    rollout: Tensor
    owner: Tensor
    job: Tensor
    job_features: Tensor
    global_features: Tensor
    state: Tensor | None = None
    choosable: Tensor | None = None


@dataclass(frozen=True, eq=False)
class MachineObservation:
    """
    The second half of A decisions: the choice of a machine for the chosen job.

    Parameters
    ----------
    owner, machine
        Shape (Q,): row q is machine ``machine[q]``, a choice in decision
        ``owner[q]``; adjacent and ascending as the jobs are.
    machine_features
        Shape (Q, F), float32.
    end
        Shape (Q,), seconds since plan start at which the job would end.
    """

    owner: Tensor
    machine: Tensor
    machine_features: Tensor
    end: Tensor


def observe(
    simulator: Simulator, rollouts: Tensor | None = None, *, with_state: bool = False
) -> Observation:
    """
    Look at the candidates of some rollouts.

    Only candidates are looked at: the work follows the jobs that may be chosen.

    Parameters
    ----------
    simulator
        Mid-way, jobs left in every rollout looked at.
    rollouts
        Shape (A,); all that are not done, unless given.
    with_state
        Also make what policies of a fixed size see.
    """
    b = simulator.active if rollouts is None else rollouts
    jobs = _compiled_jobs if simulator.compiled else tensor_observe.observe_jobs
    seen = Observation(b, *jobs(simulator, b))
    if not with_state:
        return seen
    return replace(
        seen,
        state=observe_state(simulator, seen.rollout),
        choosable=simulator.machine_mask(seen.rollout[seen.owner], seen.job),
    )


def _compiled_jobs(
    simulator: Simulator, rollouts: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Observe candidates by machine code."""
    s, b = simulator.moving, indices(rollouts)
    owner, job = np.divmod(np.flatnonzero(s.job_mask[b]), simulator.num_jobs)
    features = np.empty((len(job), len(JOB_FEATURES)), dtype=np.float32)
    overall = np.empty((len(b), len(GLOBAL_FEATURES)), dtype=np.float32)
    machines = np.empty((4, simulator.num_machines), dtype=np.float32)
    compiled_observe.observe_jobs(
        *(simulator.fixed, simulator.scaled, s, b, owner, job),
        features,
        overall,
        machines,
    )
    found = map(torch.from_numpy, (owner, job, features, overall))
    return next(found), next(found), next(found), next(found)


def observe_machines(
    simulator: Simulator, rollouts: Tensor, jobs: Tensor
) -> MachineObservation:
    """
    Look at the machines that may be chosen for a job.

    Parameters
    ----------
    simulator
        In the state in which the jobs were chosen.
    rollouts, jobs
        Shape (A,): the job chosen in each rollout.
    """
    look = _compiled_machines if simulator.compiled else tensor_observe.observe_machines
    return MachineObservation(*look(simulator, rollouts, jobs))


def _compiled_machines(
    simulator: Simulator, rollouts: Tensor, jobs: Tensor
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Observe machines by machine code."""
    s, b, j = simulator.moving, indices(rollouts), indices(jobs)
    start = s.earliest_start[b, j]  # (A, M)
    may = (start <= s.limit[b, None]) & np.isfinite(start)
    owner, machine = np.divmod(np.flatnonzero(may), simulator.num_machines)
    features = np.empty((len(machine), len(MACHINE_FEATURES)), dtype=np.float32)
    end = np.empty(len(machine))
    times = np.empty((2, simulator.num_machines))
    compiled_observe.observe_machines(
        *(simulator.fixed, simulator.scaled, s, b, j, owner, machine),
        features,
        end,
        times,
    )
    found = map(torch.from_numpy, (owner, machine, features, end))
    return next(found), next(found), next(found), next(found)
