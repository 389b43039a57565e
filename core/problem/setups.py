"""What a problem says of setups, and of its machines at plan start."""

from __future__ import annotations

from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.problem.calendar import Seconds
from core.problem.problem_fields import ProblemFields, frozen


class MachineStarts(NamedTuple):
    """
    Where machines stand at plan start.

    Parameters
    ----------
    free
        Shape (m,), seconds since plan start before which each does nothing.
    group
        Shape (m,): setup group that each is set up for; g: none.
    """

    free: Seconds
    group: NDArray[np.int64]

    def fields(self) -> dict[str, Any]:
        """Return them as the fields of a problem."""
        return {"available": self.free, "initial_group": self.group}


class Setups(ProblemFields):
    """The arrays of a problem, read for setups and for machines at plan start."""

    def machine_starts(self) -> MachineStarts:
        """Return where all machines stand at plan start, as copies to go on from."""
        return MachineStarts(self.available.copy(), self.initial_group.copy())

    def at_start(self, machine: int) -> tuple[int, int]:
        """Second from which a machine is free, and the group it is set up for then."""
        return int(self.available[machine]), int(self.initial_group[machine])

    def groups_at_start(self, none: int) -> NDArray[np.int64]:
        """Shape (m,): group each machine is set up for at plan start, or ``none``."""
        own = self.initial_group
        return np.where(own == len(self.group_names), none, own)

    def groups_behind(self, machines: ArrayLike, jobs: ArrayLike) -> NDArray[np.int64]:
        """
        Groups that machines are set up for behind jobs.

        Parameters
        ----------
        machines, jobs
            Indices of one shape; a job of -1: the machine is as at plan start.
        """
        behind = np.asarray(jobs)
        start = self.initial_group[np.asarray(machines)]
        groups: NDArray[np.int64] = np.where(behind < 0, start, self.group[behind])
        return groups

    @cached_property
    def first_setups(self) -> Seconds:
        """Shape (m, g), seconds: setup of each machine into a group at plan start."""
        first = self.setup[self.setup_class, self.initial_group]
        return frozen(first, np.int64, "first setups")

    def setups_of(self, machine: int) -> Seconds:
        """Shape (g + 1, g), seconds of machine k between groups; row g: from none."""
        matrix: Seconds = self.setup[self.setup_class[machine]]
        return matrix

    def setup_seconds(self, machine: int, from_group: int, to_group: int) -> int:
        """Seconds to change machine k between two groups; ``from_group`` g: none."""
        return int(self.setup[self.setup_class[machine], from_group, to_group])

    def setups_between(
        self,
        machines: NDArray[np.int64],
        from_groups: NDArray[np.int64],
        to_groups: NDArray[np.int64],
    ) -> Seconds:
        """Seconds as :meth:`setup_seconds`, for arrays of one shape."""
        seconds: Seconds = self.setup[
            self.setup_class[machines], from_groups, to_groups
        ]
        return seconds
