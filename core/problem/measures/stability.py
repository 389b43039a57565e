"""How much of a previous plan a plan keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.problem.schedule import Schedule

SAME_START = 300  # seconds that a start may move before the job counts as changed
NOT_PRICED = -1  # in place of the machine


@dataclass(frozen=True, eq=False)
class Home:
    """
    Where the jobs of a problem were in the previous plan.

    Parameters
    ----------
    machine
        Shape (n,): index of each job's machine; -1: the job is new, or not priced.
    start
        Shape (n,), seconds since plan start; not read where the machine is -1.
    nearness
        Shape (n,), in [0, 1]: how much a change of each job counts.
    jobs
        Jobs of the whole shift, by which the sum is divided: at least n.

    Raises
    ------
    ValueError
        When the arrays do not fit each other, or a value is out of range.
    """

    machine: NDArray[np.int64]
    start: NDArray[np.int64]
    nearness: NDArray[np.float64]
    jobs: int

    def __post_init__(self) -> None:
        kinds = {"machine": np.int64, "start": np.int64, "nearness": np.float64}
        for name, kind in kinds.items():
            array = np.array(getattr(self, name), dtype=kind)
            array.setflags(write=False)
            object.__setattr__(self, name, array)
            if array.shape != self.machine.shape or array.ndim != 1:
                raise ValueError(
                    f"{name} has shape {array.shape}, expected one entry per job."
                )
        if self.machine.size and self.machine.min() < NOT_PRICED:
            raise ValueError(f"Expected machines >= -1, got {self.machine.min()}.")
        if not ((self.nearness >= 0) & (self.nearness <= 1)).all():
            raise ValueError("Expected every nearness in [0, 1].")
        if self.jobs < max(len(self.machine), 1):
            raise ValueError(
                f"Expected at least {len(self.machine)} jobs, got {self.jobs}."
            )

    def of_jobs(self, jobs: NDArray[np.int64]) -> Home:
        """Return the same for some of the jobs, by index."""
        return Home(
            self.machine[jobs], self.start[jobs], self.nearness[jobs], self.jobs
        )

    def changed(self, schedule: Schedule) -> NDArray[np.bool_]:
        """Shape (n,): the machine is another, or the start moved by more than 300 s."""
        other = schedule.machine != self.machine
        moved = np.abs(schedule.start - self.start) > SAME_START
        changed: NDArray[np.bool_] = (self.machine != NOT_PRICED) & (other | moved)
        return changed

    def change(self, schedule: Schedule) -> float:
        """Return the nearness of all changed jobs, over the jobs of the shift."""
        return float(self.nearness[self.changed(schedule)].sum() / self.jobs)
