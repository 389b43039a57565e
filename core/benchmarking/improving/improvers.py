"""Ways to refine that are measured: the local search, other improvers, and in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from core.benchmarking.improving.policy_sampling import PolicySampling
from core.benchmarking.improving.windows import Windows
from core.planning.scheduler import Progress
from core.planning.stopping import AnyOf, MaxSeconds, Stop
from core.policy.checkpoint import Model
from core.problem.model import Problem
from core.problem.objective import Objective
from core.search.local_search import LocalSearch
from core.search.refine import Improver, Sequences

PARTS = ("local", "windows", "sampling")
WAYS = (*PARTS, "windows+local", "sampling+local", "sampling+local+windows")


@dataclass(frozen=True)
class Turn:
    """
    An improver for some seconds, so that others have theirs.

    Parameters
    ----------
    improver
        Who improves.
    seconds
        Of wall time from when it begins; positive.

    Raises
    ------
    ValueError
        When ``seconds`` is not positive.
    """

    improver: Improver
    seconds: float

    def __post_init__(self) -> None:
        if not self.seconds > 0:
            raise ValueError(f"Expected seconds > 0, got {self.seconds}.")

    @property
    def name(self) -> str:
        """That of the improver."""
        return self.improver.name

    def improve(
        self,
        problem: Problem,
        objective: Objective,
        sequences: Sequences,
        *,
        seed: int,
        stop: Stop,
        progress: Progress,
    ) -> Sequences:
        """Better sequences, or the same, within the seconds."""
        return self.improver.improve(
            problem,
            objective,
            sequences,
            seed=seed,
            stop=AnyOf(stop, MaxSeconds(self.seconds)),
            progress=progress,
        )


def improvers(way: str, seconds: float, model: Model) -> tuple[Improver, ...]:
    """
    Improvers of one way to refine.

    Parameters
    ----------
    way
        Names of ``PARTS`` joined by ``+``, in turn, each with its share of the time.
    seconds
        Time for all of them.
    model
        Samples, where it is asked to.

    Raises
    ------
    ValueError
        When there is no such part.
    """
    parts: dict[str, Callable[[], Improver]] = {
        "local": LocalSearch,
        "windows": Windows,
        "sampling": lambda: PolicySampling(model),
    }
    names = way.split("+")
    if unknown := [name for name in names if name not in parts]:
        raise ValueError(f"Expected {', '.join(PARTS)}; got {unknown[0]!r}.")
    made = [parts[name]() for name in names]
    turns = [Turn(improver, seconds / len(made)) for improver in made[:-1]]
    return (*turns, made[-1])
