"""Problems as tensors: what does not change while a plan is made."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.simulation.problems.problem_arrays import ProblemArrays
from core.simulation.tensors.timing import ClosureAxis


@dataclass(frozen=True, eq=False)
class ProblemTensors:
    """
    The arrays of P problems as tensors; see :class:`ProblemArrays`.

    Parameters
    ----------
    arrays
        What the tensors are made of; on the processor they share its memory.
    closure_axis
        Closures of all machines; machine k of problem p is row ``p * M + k``.
    num_jobs, …
        As there.
    """

    arrays: ProblemArrays
    num_jobs: Tensor
    num_machines: Tensor
    processing: Tensor
    release: Tensor
    due: Tensor
    weight: Tensor
    important: Tensor
    preferred: Tensor
    mean_processing: Tensor
    smallest_processing: Tensor
    tail: Tensor
    effective_due: Tensor
    weight_behind: Tensor
    group: Tensor
    setup: Tensor
    setup_row: Tensor
    setup_into: Tensor
    low_setup_in: Tensor
    low_setup_out: Tensor
    machine_type: Tensor
    priority_class: Tensor
    initial_group: Tensor
    available: Tensor
    successors: Tensor
    num_predecessors: Tensor
    wait_after: Tensor
    may_pause: Tensor
    reserved_start: Tensor
    first_reserved: Tensor
    reserved_after: Tensor
    special: Tensor
    closure_axis: ClosureAxis
    has_closures: bool
    scale: Tensor
    horizon: Tensor
    cost_scales: Tensor
    fixed_figures: Tensor
    objective: Tensor
    price: Tensor
    assignment: Tensor

    @classmethod
    def of(
        cls, arrays: ProblemArrays, device: torch.device | str = "cpu"
    ) -> ProblemTensors:
        """Make tensors of arrays on a device."""
        named = {
            field.name: torch.from_numpy(getattr(arrays, field.name)).to(device)
            for field in fields(cls)
            if field.name not in ("arrays", "closure_axis", "has_closures")
        }
        return cls(
            arrays=arrays,
            closure_axis=ClosureAxis.of(arrays.closures, device),
            has_closures=arrays.has_closures,
            **named,
        )

    def _tensor(self, array: NDArray[np.generic]) -> Tensor:
        return torch.from_numpy(array).to(self.processing.device)

    @cached_property
    def any_special(self) -> bool:
        """Whether some job of some problem may not pause, or is reserved."""
        return bool(self.arrays.special.any())

    @cached_property
    def any_reserved(self) -> bool:
        """Whether some job of some problem is reserved."""
        return bool((self.arrays.first_reserved >= 0).any())

    @cached_property
    def usual_setup(self) -> Tensor:
        """Shape (P,), seconds: mean setup over the jobs."""
        return self._tensor(self.arrays.usual_setup)

    @cached_property
    def job_static(self) -> Tensor:
        """Shape (P, N, 12), float32: what the job features need and never changes."""
        return self._tensor(self.arrays.job_static)

    @cached_property
    def job_seconds(self) -> Tensor:
        """Shape (P, N, 4), float64: what the job features subtract now from."""
        return self._tensor(self.arrays.job_seconds)

    @cached_property
    def pair_static(self) -> Tensor:
        """Shape (P, N, 6, M), float32: what pairs of job and machine keep for good."""
        return self._tensor(self.arrays.pair_static)

    @cached_property
    def expected_work(self) -> Tensor:
        """Shape (P, N, M), seconds: work that job j is expected to bring machine k."""
        return self._tensor(self.arrays.expected_work)

    @cached_property
    def setup_scaled(self) -> Tensor:
        """``setup`` over the scale of its problem, float32."""
        return self._tensor(self.arrays.setup_scaled)

    @cached_property
    def total_load(self) -> Tensor:
        """Shape (P, M), seconds: expected work of all jobs."""
        return self._tensor(self.arrays.total_load)

    @cached_property
    def total_work(self) -> Tensor:
        """Shape (P,), seconds: mean processing of all jobs."""
        return self._tensor(self.arrays.total_work)

    @cached_property
    def total_group_work(self) -> Tensor:
        """Shape (P, G), seconds: mean processing of the jobs of each group."""
        return self._tensor(self.arrays.total_group_work)

    @cached_property
    def least_makespan(self) -> Tensor:
        """Shape (P,), seconds: no plan ends before that."""
        return self._tensor(self.arrays.least_makespan)

    @property
    def num_problems(self) -> int:
        """Number of problems, P."""
        return int(self.processing.shape[0])

    @property
    def num_groups(self) -> int:
        """Padded number of setup groups, G."""
        return int(self.setup_into.shape[1])
