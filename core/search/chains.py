"""One annealing each: on one order of all jobs, or on machine loads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.search.arrays import Arrays
from core.search.holding import Held
from core.search.loads.moves import anneal_loads
from core.search.loads.state import new_loads, start_loads
from core.search.orders.annealing import anneal_order, trial_increases
from core.search.orders.state import BEST, COST, CROWDED, new_order, spread_labels
from core.search.orders.timing import start_order
from core.timing.retime import retime

Sequences = Sequence[Sequence[int]]

# The first temperature: a share of a small increase, the quarter quantile of what
# trial moves add to the cost. Shares of 0.1 to 1 were tried on seven settings.
TRIAL_MOVES = 1_000
SMALL = 0.25
# Up to so many jobs. In a larger shift a random move pushes more jobs, and what that
# costs says less of the moves that pay: there a smaller quantile is a small increase.
USUAL_JOBS = 400
HOT = 0.4
COLD = 0.01  # last over first temperature
# Shops of up to so many jobs are searched by more moves a job: there it pays to end
# hotter, so that they get out of one valley and into the next.
SMALL_SHOP = 100
COLD_SMALL = 0.03
PATIENCE = 2.5  # in units of the first temperature; see anneal_order
FOCUS = 0.3  # share of moves that start from a job that hurts
# Where a previous plan is to be kept, the start is near the end: the heat that mends
# what the disturbance broke and leaves the rest alone.
HOT_FROM_HOME = 0.04
# From so many jobs on moves are guessed first, where that can be: with fewer, hardly
# more jobs are timed for a move than are looked at for a guess. Level at 200.
LARGE = 300
# Where moves are guessed first, more of them are tried in the same time, and it pays to
# stay at the temperatures in the middle: how many for one, and first and last.
TRIED = 3
HOT_GUESSED, COLD_GUESSED = 0.1, 0.06
# Where machines close, in large shifts: a night more or less makes most moves dear, and
# the moves that pay are found among the rest. Four times the heat ends 0.7 percent
# dearer at 411 x 30, in a quarter more time; 10,000 jobs gain twice as much, in less
# time, by a 25th of that. At 200 x 12 it is the other way round.
HOT_CLOSING, COLD_CLOSING = 0.05, 0.02
# A move on machine loads is judged at once, whatever follows.
TRIED_ON_LOADS = 4


@dataclass(frozen=True)
class Heat:
    """
    Temperatures of a cooling, in units of cost.

    Parameters
    ----------
    hot, cold
        First and last temperature; ``hot > cold > 0``.

    Raises
    ------
    ValueError
        When they are not in that order.
    """

    hot: float
    cold: float

    def __post_init__(self) -> None:
        if not self.hot > self.cold > 0:
            raise ValueError(f"Expected hot > cold > 0, got {self.hot}, {self.cold}.")

    def at(self, share: float, gentleness: float) -> float:
        """Temperature at a share of the cooling; gentleness 1 leaves out all heat."""
        left = (1.0 - gentleness) * (1.0 - share)
        return float(self.cold * (self.hot / self.cold) ** left)


def _heat_of(hot: float, quotient: float) -> Heat:
    """Temperatures by the first one, and the last over it."""
    return Heat(hot, quotient * hot)


class Chain(Protocol):
    """One annealing, with its state in arrays."""

    heat: Heat
    first_cost: float
    tried: int  # moves that are tried for one that counts

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Make a number of moves; temperatures in units of cost."""

    def go_on_from(self, sequences: Sequences, held: Held = None) -> None:
        """Put the chain at other sequences; the best is kept."""

    @property
    def best_cost(self) -> float:
        """Cost of the cheapest found."""

    def best(self) -> list[list[int]]:
        """Sequences of the cheapest found."""

    def best_held(self) -> Held:
        """Which jobs of it start no earlier than in the previous plan; all: None."""


class OrderChain:
    """Annealing on one order of all jobs, for every kind of problem."""

    def __init__(
        self, problem: Problem, flat: Arrays, sequences: Sequences, seed: int
    ) -> None:
        self.problem, self.flat = problem, flat
        usual = float(problem.mean_processing.mean())
        self.state = new_order(problem.num_jobs, problem.num_machines, seed, usual)
        self.guesses = problem.num_jobs >= LARGE and guesses_hold(flat)
        self.tried = TRIED if self.guesses else 1
        self.go_on_from(sequences)
        self.first_cost = float(self.state.sums[COST])
        self.heat = self._heat()

    def _heat(self) -> Heat:
        """
        Temperatures by what random moves would cost at the start.

        A share of the cost itself would be too cold where the cost is small, as under
        pure lateness, and too hot where few moves cost anything.
        """
        increases = np.zeros(TRIAL_MOVES)
        written = trial_increases(self.flat, self.state, FOCUS, increases)
        small = self.first_cost / self.problem.num_jobs or 1.0  # no move costs anything
        if written:
            share = min(1.0, (USUAL_JOBS / self.problem.num_jobs) ** 0.5)
            small = float(np.quantile(increases[:written], SMALL * share))
        if self.guesses:
            return _heat_of(HOT_GUESSED * small, COLD_GUESSED)
        if self.flat.home_price.any():
            return _heat_of(HOT_FROM_HOME * small, COLD)
        if self.problem.num_jobs >= LARGE and len(self.flat.flat.closures.start):
            fewer = min(1.0, USUAL_JOBS / self.problem.num_jobs)
            return _heat_of(HOT_CLOSING * fewer * small, COLD_CLOSING)
        few = self.problem.num_jobs <= SMALL_SHOP
        return _heat_of(HOT * small, COLD_SMALL if few else COLD)

    def go_on_from(self, sequences: Sequences, held: Held = None) -> None:
        """Put the chain at other sequences; the best is kept."""
        self.state.held[:] = True if held is None else held
        schedule = retime(self.problem, sequences)
        order = np.argsort(schedule.start, kind="stable")
        start_order(self.flat, self.state, order, schedule.machine)

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Make a number of moves; temperatures in units of cost."""
        patience, tried = PATIENCE * self.heat.hot, moves * self.tried
        anneal_order(
            self.flat, self.state, tried, hot, cold, FOCUS, patience, self.guesses
        )
        if self.state.counts[CROWDED]:
            spread_labels(self.state)

    @property
    def best_cost(self) -> float:
        """Cost of the cheapest found."""
        return float(self.state.sums[BEST])

    def best(self) -> list[list[int]]:
        """Sequences of the cheapest found."""
        found: list[list[int]] = [[] for _ in range(self.problem.num_machines)]
        machine = self.state.best_machine.tolist()
        order = np.argsort(self.state.best_label, kind="stable")
        for job in order.tolist():
            found[machine[job]].append(job)
        return found

    def best_held(self) -> Held:
        """Which jobs of it start no earlier than in the previous plan."""
        return self.state.best_held.astype(np.bool_)


class LoadChain:
    """Annealing on machine loads; only where :func:`loads_decide` says so."""

    tried = TRIED_ON_LOADS

    def __init__(
        self, problem: Problem, flat: Arrays, sequences: Sequences, seed: int
    ) -> None:
        self.num_jobs, self.num_machines = problem.num_jobs, problem.num_machines
        self.flat = flat
        self.state = new_loads(self.num_jobs, self.num_machines, seed)
        # A second on one of m machines costs 1/m of a second of makespan.
        self.go_on_from(sequences)
        self.first_cost = float(self.state.sums[1])
        share = self.first_cost / self.num_machines
        self.heat = Heat(0.04 * share, 0.0006 * share)

    def go_on_from(self, sequences: Sequences, held: Held = None) -> None:
        """Put the chain at other sequences; the best is kept."""
        right = np.zeros(self.num_jobs + self.num_machines, dtype=np.int64)
        for k, jobs in enumerate(sequences):
            ring = [self.num_jobs + k, *jobs]
            right[ring] = [*ring[1:], ring[0]]
        start_loads(self.flat, self.state, right)

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Make a number of moves; temperatures in units of cost."""
        anneal_loads(self.flat, self.state, moves * self.tried, hot, cold, 0.2, 4)

    @property
    def best_cost(self) -> float:
        """Cost of the cheapest found."""
        return float(self.state.sums[2])

    def best(self) -> list[list[int]]:
        """Sequences of the cheapest found."""
        right, found = self.state.best_right.tolist(), []
        for k in range(self.num_machines):
            jobs, job = [], right[self.num_jobs + k]
            while job < self.num_jobs:
                jobs.append(job)
                job = right[job]
            found.append(jobs)
        return found

    def best_held(self) -> Held:
        """There is no previous plan."""
        return None


def guesses_hold(flat: Arrays) -> bool:
    """Whether moves can be guessed: no machine closes, and no start is to be kept."""
    return not len(flat.flat.closures.start) and not (flat.home_machine >= 0).any()


def loads_decide(
    problem: Problem, objective: Objective, home: Home | None = None
) -> bool:
    """Whether no job waits for anything but its machine, and no start matters."""
    return (
        (home is None or objective.stability == 0)
        and not len(problem.precedence)
        and bool(problem.may_pause.all())
        and not (problem.reserved_machine >= 0).any()
        and int(problem.not_before.max()) <= int(problem.available.min())
        and (objective.tardiness == 0 or not np.isfinite(problem.due).any())
    )


def chain_for(
    problem: Problem, objective: Objective, home: Home | None
) -> type[OrderChain] | type[LoadChain]:
    """Which of the two anneals a problem."""
    return LoadChain if loads_decide(problem, objective, home) else OrderChain
