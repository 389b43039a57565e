"""
Local search on the order of jobs on the machines, in machine code.

Simulated annealing (Kirkpatrick et al. 1983) by moves of one job, of two that
change places, and of runs of jobs; every move is taken by the exact timing rules and
the exact objective, and in larger shifts those that look bad are not even timed.
:mod:`core.search.loads.moves` is for problems in which machines do not wait for each
other, :mod:`core.search.orders.moves` for all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import inf

import numpy as np

from core.planning.scheduler import Progress, Stopwatch, silent
from core.planning.stopping import AnyOf, MaxIterations, Stop
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.search.arrays import arrays
from core.search.budget import Budget
from core.search.chains import Chain, chain_for
from core.search.compiling import ready
from core.search.holding import Held, timed

Sequences = Sequence[Sequence[int]]
# Takes the cost of the best found so far, and what makes its sequences.
Look = Callable[[float, Callable[[], Sequences]], None]

WORK_PER_CHUNK = 2_000_000  # moves times jobs between two looks at the clock
LEAST_CHUNKS = 40  # looks at the clock, and temperatures, of a search by moves
# Shares of the time after which the chains go on from the best. Seven times gain 0.8
# percent without calendars and 0.2 with them over once, at 0.7.
MEETINGS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
ENOUGH_MOVES = 5_000  # per job: from here on the full heat pays


def unseen(cost: float, sequences: Callable[[], Sequences]) -> None:
    """Show nobody what was found so far."""


@dataclass(frozen=True)
class LocalSearch:
    """
    Improve sequences by simulated annealing until told to stop.

    Parameters
    ----------
    chains
        Annealings side by side, one thread each; positive. They meet now and then
        at the best of all.
    moves
        Moves of all chains together, the same on every computer; ``None``: as many
        as ``stop`` allows; 0: none. Where a move costs little, more are tried.
    home
        The previous plan, of which the objective's stability weight keeps as much as
        it is worth.
    look
        Shown the best found so far, between two looks at ``stop``.

    Raises
    ------
    ValueError
        When there is no chain.

    Notes
    -----
    Cools down over the time or the number of looks that ``stop`` allows, where it
    is made of :class:`MaxSeconds` and :class:`MaxIterations`; else in cycles that
    double. With :class:`MaxIterations` the same seed gives the same sequences.
    """

    chains: int = 2
    moves: int | None = None
    home: Home | None = None
    look: Look = unseen
    name: str = "local search"

    def __post_init__(self) -> None:
        if self.chains < 1:
            raise ValueError(f"Expected one chain or more, got {self.chains}.")

    def improve(
        self,
        problem: Problem,
        objective: Objective,
        sequences: Sequences,
        *,
        seed: int,
        stop: Stop,
        progress: Progress = silent,
        others: Sequence[Sequences] = (),
    ) -> Sequences:
        """
        Better sequences, or the same; one sequence per machine, exact costs.

        Parameters
        ----------
        problem, objective, seed, stop, progress
            See :class:`core.search.refine.Improver`.
        sequences
            Where the first chain begins; no other start is cheaper.
        others
            Where the next chains begin; beyond them, at ``sequences`` again.
        """
        found, _ = self.improve_held(
            problem,
            objective,
            sequences,
            seed=seed,
            stop=stop,
            progress=progress,
            others=others,
        )
        return found

    def improve_held(
        self,
        problem: Problem,
        objective: Objective,
        sequences: Sequences,
        *,
        seed: int,
        stop: Stop,
        progress: Progress = silent,
        others: Sequence[Sequences] = (),
    ) -> tuple[Sequences, Held]:
        """
        Better sequences, and which jobs start no earlier than in the previous plan.

        Parameters
        ----------
        problem, objective, sequences, seed, stop, progress, others
            See :meth:`improve`.

        Returns
        -------
        sequences, held
            See :func:`core.search.holding.timed`.
        """
        if self.moves == 0 or (problem.num_jobs == 1 and self.home is None):
            return sequences, None
        start = timed(problem, sequences, self.home)
        if objective.cost(problem, start, self.home) == 0:
            return sequences, None  # there is nothing to lose
        make = chain_for(problem, objective, self.home)
        chunk = max(200, WORK_PER_CHUNK // problem.num_jobs)
        if self.moves is not None:
            each = max(1, self.moves // self.chains)
            chunk = max(1, min(chunk, each // LEAST_CHUNKS))
            stop = AnyOf(stop, MaxIterations(each // chunk))
        budget = Budget(stop)
        if not ready(make, stop):
            return sequences, None
        flat = arrays(problem, objective, self.home)
        starts = [sequences, *others[: self.chains - 1]]
        starts += [sequences] * (self.chains - len(starts))
        chains: list[Chain] = [
            make(problem, flat, start, self.chains * seed + i)
            for i, start in enumerate(starts)
        ]
        first = chains[0].first_cost
        self._anneal(chains, problem.num_jobs, chunk, budget, progress)
        best = min(chains, key=lambda chain: chain.best_cost)
        if best.best_cost < first * (1 - 1e-12):
            return best.best(), best.best_held()
        return sequences, None

    def _anneal(
        self,
        chains: list[Chain],
        num_jobs: int,
        moves: int,
        budget: Budget,
        progress: Progress,
    ) -> None:
        """
        Cool the chains side by side; all meet now and then at the best of them.

        ``moves`` are made by each chain between two looks at the budget.
        """
        heat = chains[0].heat
        met, chunks, watch, gentleness = 0, 0, Stopwatch(), 1.0
        with ThreadPoolExecutor(len(chains)) as threads:
            while not budget.stop():
                cycle, share = budget.cycle_and_share()
                if budget.expected_chunks(chunks, watch.seconds) < inf:
                    expected = budget.expected_chunks(chunks, watch.seconds) * moves
                    expected *= chains[0].tried
                    enough = np.log1p(expected / num_jobs) / np.log1p(ENOUGH_MOVES)
                    gentleness = max(0.0, 1.0 - float(enough))
                elif chunks == 0:
                    gentleness = 0.5
                meetings = len(MEETINGS) * cycle + sum(share >= x for x in MEETINGS)
                if met < meetings:
                    best = min(chains, key=lambda chain: chain.best_cost)
                    found, held = best.best(), best.best_held()
                    for chain in chains:
                        chain.go_on_from(found, held)
                    met = meetings
                hot = heat.at(share, gentleness)
                runs = [threads.submit(x.run, moves, hot, 0.999 * hot) for x in chains]
                for run in runs:
                    run.result()
                chunks += 1
                cheapest = min(chains, key=lambda chain: chain.best_cost)
                self.look(cheapest.best_cost, cheapest.best)
                progress(share, self.name)
