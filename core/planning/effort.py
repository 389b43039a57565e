"""How long to search for a better plan: an effort, counted in moves."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

# Moves of the local search at normal effort: so many per job, and not more than large
# shops can make in some seconds (a move there times more jobs). About a second on two
# cores at 411 jobs.
MOVES_PER_JOB = 6_000
MOST_MOVES_TIMES_JOBS = 10_000_000_000
# At least so many where a move is cheap: shops of 60 jobs gain another percent by them.
# Shops of a few jobs do not need them all; beyond a hundred jobs moves become dear.
LEAST_MOVES = 1_500_000
LEAST_MOVES_PER_JOB = 25_000
LEAST_MOVES_TIMES_JOBS = 200_000_000


@dataclass(frozen=True)
class Effort:
    """
    A level of effort.

    Parameters
    ----------
    name, title
        As settings write it, and as planners read it.
    factor
        Its moves in multiples of the normal ones; infinite: until it is stopped; 0:
        the plan that stands at once, without a search.
    """

    name: str
    title: str
    factor: float

    def moves(self, num_jobs: int) -> int | None:
        """
        Moves for a shift of so many jobs; ``None``: until it is stopped.

        The same on every computer, so that the same files and settings give the same
        plan.
        """
        if self.factor == inf:
            return None
        cheap = min(LEAST_MOVES_PER_JOB * num_jobs, LEAST_MOVES_TIMES_JOBS // num_jobs)
        usual = max(MOVES_PER_JOB * num_jobs, min(LEAST_MOVES, cheap))
        return int(self.factor * min(usual, MOST_MOVES_TIMES_JOBS // num_jobs))


EFFORTS: dict[str, Effort] = {
    effort.name: effort
    for effort in (
        Effort("none", "No search", 0.0),
        Effort("quick", "Quick", 0.1),
        Effort("normal", "Normal", 1.0),
        Effort("thorough", "Thorough", 5.0),
        Effort("open", "Until I stop", inf),
    )
}
