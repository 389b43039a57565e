"""
Local search on the order of jobs on the machines, in machine code.

Simulated annealing (Kirkpatrick et al. 1983) by moves of one job, of two that
change places, and of runs of jobs; every move is judged by the exact timing rules
and the exact objective. :mod:`core.search.load_moves` is for problems in which
machines do not wait for each other, :mod:`core.search.order_moves` for all.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from math import inf
from typing import Protocol

import numpy as np

from core.planning.scheduler import Progress, Stopwatch, silent
from core.planning.stopping import AnyOf, MaxIterations, MaxSeconds, Stop, peek
from core.problem.model import Job, Machine, Problem
from core.problem.objective import Objective
from core.problem.stability import Home
from core.search.arrays import Arrays, arrays
from core.search.load_moves import anneal_loads, new_loads, start_loads
from core.search.order_moves import (
    anneal_order,
    new_order,
    start_order,
    trial_increases,
)
from core.timing.retime import retime

Sequences = Sequence[Sequence[int]]

WORK_PER_CHUNK = 2_000_000  # moves times jobs between two looks at the clock
LEAST_CHUNKS = 40  # looks at the clock, and temperatures, of a search by moves
FIRST_CYCLE = 64  # chunks of the first cooling when nobody says when it will stop
MEETING = 0.7  # share of the time after which the chains go on from the best
ENOUGH_MOVES = 5_000  # per job: from here on the full heat pays

# The first temperature: a share of a small increase, the quarter quantile of what
# trial moves add to the cost. Shares of 0.1 to 1 were tried on seven settings.
TRIAL_MOVES = 1_000
SMALL = 0.25
HOT = 0.2
FOCUS = 0.5  # share of moves that start from a job that hurts
# Where a previous plan is to be kept, the start is near the end: the share of the
# usual heat that mends what the disturbance broke and leaves the rest alone.
HEAT_FROM_HOME = 0.2


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


class Chain(Protocol):
    """One annealing, with its state in arrays."""

    heat: Heat
    first_cost: float

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Make a number of moves; temperatures in units of cost."""

    def go_on_from(self, sequences: Sequences) -> None:
        """Put the chain at other sequences; the best is kept."""

    @property
    def best_cost(self) -> float:
        """Cost of the cheapest found."""

    def best(self) -> list[list[int]]:
        """Sequences of the cheapest found."""


class OrderChain:
    """Annealing on one order of all jobs, for every kind of problem."""

    def __init__(
        self, problem: Problem, flat: Arrays, sequences: Sequences, seed: int
    ) -> None:
        self.problem, self.flat = problem, flat
        self.state = new_order(problem.num_jobs, problem.num_machines, seed)
        self.go_on_from(sequences)
        self.first_cost = float(self.state.sums[2])
        self.heat = self._heat()

    def _heat(self) -> Heat:
        """
        Temperatures by what random moves would cost at the start.

        A share of the cost itself would be too cold where the cost is small, as under
        pure lateness, and too hot where few moves cost anything.
        """
        increases = np.zeros(TRIAL_MOVES)
        written = trial_increases(self.flat, self.state, FOCUS, increases)
        small = self.first_cost / len(self.state.order) or 1.0  # no move costs anything
        if written:
            small = float(np.quantile(increases[:written], SMALL))
        hot = HOT * small * (HEAT_FROM_HOME if self.flat.home_price.any() else 1.0)
        return Heat(hot, hot / 100)

    def go_on_from(self, sequences: Sequences) -> None:
        """Put the chain at other sequences; the best is kept."""
        schedule = retime(self.problem, sequences)
        order = np.argsort(schedule.start, kind="stable")
        start_order(self.flat, self.state, order, schedule.machine)

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Make a number of moves; temperatures in units of cost."""
        anneal_order(self.flat, self.state, moves, hot, cold, FOCUS)

    @property
    def best_cost(self) -> float:
        """Cost of the cheapest found."""
        return float(self.state.sums[3])

    def best(self) -> list[list[int]]:
        """Sequences of the cheapest found."""
        found: list[list[int]] = [[] for _ in range(self.problem.num_machines)]
        machine = self.state.best_machine.tolist()
        for job in self.state.best_order.tolist():
            found[machine[job]].append(job)
        return found


class LoadChain:
    """Annealing on machine loads; only where :func:`loads_decide` says so."""

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

    def go_on_from(self, sequences: Sequences) -> None:
        """Put the chain at other sequences; the best is kept."""
        right = np.zeros(self.num_jobs + self.num_machines, dtype=np.int64)
        for k, jobs in enumerate(sequences):
            ring = [self.num_jobs + k, *jobs]
            right[ring] = [*ring[1:], ring[0]]
        start_loads(self.flat, self.state, right)

    def run(self, moves: int, hot: float, cold: float) -> None:
        """Make a number of moves; temperatures in units of cost."""
        anneal_loads(self.flat, self.state, moves, hot, cold, 0.2, 4)

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


def loads_decide(
    problem: Problem, objective: Objective, home: Home | None = None
) -> bool:
    """Whether no job waits for anything but its machine, and no start matters."""
    return (
        (home is None or objective.stability == 0)
        and not len(problem.precedence)
        and int(problem.release.max()) <= int(problem.available.min())
        and (objective.tardiness == 0 or not np.isfinite(problem.due).any())
    )


@dataclass(frozen=True)
class LocalSearch:
    """
    Improve sequences by simulated annealing until told to stop.

    Parameters
    ----------
    chains
        Annealings side by side, one thread each; positive. They meet once at the
        best of all.
    moves
        Moves of all chains together, the same on every computer; ``None``: as many
        as ``stop`` allows.
    home
        The previous plan, of which the objective's stability weight keeps as much as
        it is worth.

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
        if objective.cost(problem, retime(problem, sequences), self.home) == 0:
            return sequences  # there is nothing to lose
        make = _chain(problem, objective, self.home)
        chunk = max(200, WORK_PER_CHUNK // problem.num_jobs)
        if self.moves is not None:
            each = max(1, self.moves // self.chains)
            chunk = max(1, min(chunk, each // LEAST_CHUNKS))
            stop = AnyOf(stop, MaxIterations(each // chunk))
        budget = Budget(stop)
        if not ready(make, stop):
            return sequences
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
        return best.best() if best.best_cost < first * (1 - 1e-12) else sequences

    def _anneal(
        self,
        chains: list[Chain],
        num_jobs: int,
        moves: int,
        budget: Budget,
        progress: Progress,
    ) -> None:
        """
        Cool the chains side by side; all meet once at the best of them.

        ``moves`` are made by each chain between two looks at the budget.
        """
        heat = chains[0].heat
        met, chunks, watch, gentleness = 0, 0, Stopwatch(), 1.0
        with ThreadPoolExecutor(len(chains)) as threads:
            while not budget.stop():
                cycle, share = budget.cycle_and_share()
                if budget.expected_chunks(chunks, watch.seconds) < inf:
                    expected = budget.expected_chunks(chunks, watch.seconds) * moves
                    enough = np.log1p(expected / num_jobs) / np.log1p(ENOUGH_MOVES)
                    gentleness = max(0.0, 1.0 - float(enough))
                elif chunks == 0:
                    gentleness = 0.5
                if met < cycle + (share >= MEETING):
                    best = min(chains, key=lambda chain: chain.best_cost).best()
                    for chain in chains:
                        chain.go_on_from(best)
                    met = cycle + (share >= MEETING)
                hot = heat.at(share, gentleness)
                runs = [threads.submit(x.run, moves, hot, 0.999 * hot) for x in chains]
                for run in runs:
                    run.result()
                chunks += 1
                progress(share, self.name)


class Budget:
    """
    How much of what ``stop`` allows is used up.

    Parameters
    ----------
    stop
        Looked into where it is made of :class:`MaxSeconds`, :class:`MaxIterations`
        and :class:`AnyOf`; anything else is only asked.
    """

    def __init__(self, stop: Stop) -> None:
        self.asked = 0
        self._stop = stop
        limits = [(limit, float(limit.left)) for limit in _limits(stop)]
        self._limits = [(x, left) for x, left in limits if 0 < left < inf]

    def stop(self) -> bool:
        """Whether to stop; counts."""
        self.asked += 1
        return self._stop()

    def cycle_and_share(self) -> tuple[int, float]:
        """Number of the cooling in hand, and the share of it that is over."""
        if self._limits:
            left = min(max(0.0, x.left) / total for x, total in self._limits)
            return 0, 1.0 - left
        cycle = (self.asked // FIRST_CYCLE + 1).bit_length() - 1
        begun = FIRST_CYCLE * (2**cycle - 1)
        return cycle, (self.asked - begun) / (FIRST_CYCLE * 2**cycle)

    def expected_chunks(self, done: int, seconds: float) -> float:
        """How many chunks fit in all, by the speed so far; infinite: unknown."""
        fits = [
            total if isinstance(x, MaxIterations) else done * total / max(seconds, 1e-9)
            for x, total in self._limits
            if isinstance(x, MaxIterations) or done
        ]
        return min(fits, default=inf)


def _limits(stop: Stop) -> list[MaxSeconds | MaxIterations]:
    """The limits of time and number that a stop is made of."""
    if isinstance(stop, AnyOf):
        return [limit for part in stop.stops for limit in _limits(part)]
    return [stop] if isinstance(stop, MaxSeconds | MaxIterations) else []


_COMPILING = threading.Lock()
_COMPILED: dict[type[Chain], Future[None]] = {}


def get_ready(
    problem: Problem, objective: Objective, stop: Stop, home: Home | None = None
) -> None:
    """Wait for the machine code that the local search of a problem runs, or a stop."""
    ready(_chain(problem, objective, home), stop)


def _chain(
    problem: Problem, objective: Objective, home: Home | None
) -> type[OrderChain] | type[LoadChain]:
    return LoadChain if loads_decide(problem, objective, home) else OrderChain


def ready(kind: type[OrderChain] | type[LoadChain], stop: Stop) -> bool:
    """
    Wait until the machine code of a chain is there; False when stopped before.

    Compiling takes seconds once per computer, loading what was compiled a fraction
    of one. It goes on in the background after a stop, for the next time.
    """
    with _COMPILING:
        done = _COMPILED.get(kind)
        if done is None:
            done = _COMPILED[kind] = Future()
            threading.Thread(target=_compile, args=(kind, done), daemon=True).start()
    while not done.done():
        if peek(stop):
            return False
        wait([done], timeout=0.02)
    done.result()  # a fault of the compiler is not kept to itself
    return True


def _compile(kind: type[OrderChain] | type[LoadChain], done: Future[None]) -> None:
    """Run a chain on the smallest problem, so that everything is compiled."""
    try:
        one = Problem.from_rows([Job("job", {"machine": 1})], [Machine("machine")])
        kind(one, arrays(one, Objective()), [[0]], 0).run(1, 1.0, 0.5)
    except BaseException as fault:  # handed on to whoever waits
        done.set_exception(fault)
        raise
    done.set_result(None)
