"""
Job shops of low flexibility, as Hurink et al. (1994) made theirs.

They took the job shops of Lawrence, in which every job visits every machine once and
operations take 5 to 99, and let operations run on further machines, in as much time:
few of them in *edata* (1.15 machines in the mean), most in *rdata* (2 in the mean, 3 at
most). These are drawn in the same way; CP-SAT plans beside the other ways, and proves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from ortools.sat.python import cp_model

from core.benchmarking.improving.refine import MAKESPAN
from core.benchmarking.shares import in_shares
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.benchmarking.ways.efforts import BEST, EffortRow, effort_report
from core.instances.public_formats import UNIT
from core.planning.stopping import never
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.exact.cp_model import CpModel
from core.schedulers.exact.cpsat import FOUND, solve
from core.schedulers.exact.window import Window
from core.timing.retime import retime

# Machines that an operation may run on, and the chance of each number.
FLEXIBILITY = {"edata": {1: 0.85, 2: 0.15}, "rdata": {1: 1 / 3, 2: 1 / 3, 3: 1 / 3}}
# Jobs and machines of Lawrence's; instance i has that of number i modulo their number.
SIZES = ((10, 5), (15, 5), (20, 5), (10, 10), (15, 10), (20, 10), (30, 10), (15, 15))
LENGTHS = (5, 99)  # of operations
EXACT = "cpsat"
THREADS = 2  # of CP-SAT: as many as the search has
PROVED = 1e-9  # of the cost: below it a bound is reached


@dataclass(frozen=True)
class JobShops:
    """
    Job shops of one flexibility, judged by the makespan; a ``Setting``.

    Parameters
    ----------
    kind
        One of ``FLEXIBILITY``.

    Raises
    ------
    ValueError
        When there is no such kind.
    """

    kind: str
    objective: Objective = MAKESPAN

    def __post_init__(self) -> None:
        if self.kind not in FLEXIBILITY:
            known = ", ".join(FLEXIBILITY)
            raise ValueError(f"Expected a kind of {known}; got {self.kind!r}.")

    @property
    def words(self) -> str:
        """``edata-like``."""
        return f"{self.kind}-like"

    def problem(self, index: int) -> Problem:
        """Draw shop number ``index``; an operation is a job, a job a family."""
        jobs, machines = SIZES[index % len(SIZES)]
        rng = np.random.default_rng([list(FLEXIBILITY).index(self.kind), index])
        chances = FLEXIBILITY[self.kind]
        rows: list[Job] = []
        for j in range(jobs):
            for step, home in enumerate(rng.permutation(machines).tolist()):
                length = UNIT * int(rng.integers(LENGTHS[0], LENGTHS[1] + 1))
                count = int(rng.choice(list(chances), p=list(chances.values())))
                others = [k for k in range(machines) if k != home]
                more = rng.choice(others, size=count - 1, replace=False).tolist()
                rows.append(
                    Job(
                        f"{j + 1}.{step + 1}",
                        {f"M{k + 1}": length for k in (home, *more)},
                        family=f"{j + 1}",
                        predecessors=[f"{j + 1}.{step}"] if step else (),
                    )
                )
        return Problem.from_rows(rows, [Machine(f"M{k + 1}") for k in range(machines)])


@dataclass(frozen=True)
class ExactRow:
    """
    What CP-SAT made of one shop.

    Parameters
    ----------
    plan
        Its plan, as the other ways' are kept.
    bound
        No plan costs less.
    """

    plan: EffortRow
    bound: float


def exact_rows(
    settings: Sequence[JobShops],
    count: int,
    seconds: float,
    tell: Callable[[str], None],
    workers: int = 1,
) -> Iterator[ExactRow]:
    """
    Let CP-SAT plan every shop by itself, without a first plan.

    Parameters
    ----------
    settings, count
        Which shops.
    seconds
        By the clock, so on another computer there may be another plan.
    tell
        Called with a line per shop.
    workers
        See :func:`core.benchmarking.shares.in_shares`.
    """
    parts = [(x, index, seconds) for x in settings for index in range(count)]
    for row in in_shares(_exact, parts, workers):
        plan = row.plan
        words = f"cost {plan.cost:.4f}, bound {row.bound:.4f}"
        tell(f"{plan.setting}, shift {plan.shift}: {plan.way} {words}")
        yield row


def _exact(part: tuple[JobShops, int, float]) -> ExactRow:
    """Plan one shop by the exact solver; an infinite cost where it finds no plan."""
    setting, index, seconds = part
    problem, objective = setting.problem(index), setting.objective
    begun = time.process_time()
    model = CpModel(problem, objective, Window.whole(problem))
    solver = cp_model.CpSolver()
    status = solve(solver, model, seconds, THREADS, 0, never)
    cost = inf
    if status in FOUND:
        cost = objective.cost(problem, retime(problem, model.sequences(solver)))
    bound = solver.best_objective_bound * model.unit
    way = f"{EXACT} {seconds:g} s"
    spent = time.process_time() - begun
    plan = EffortRow(setting.words, way, index, cost, spent)
    return ExactRow(plan, bound)


def job_shops_report(rows: Sequence[EffortRow], exact: Sequence[ExactRow]) -> Report:
    """
    Every plan; each way's cost over the best plan of all, and what is proved.

    Parameters
    ----------
    rows, exact
        Plans of the searches, and CP-SAT's; there may be none of those.
    """
    every = [*rows, *(x.plan for x in exact)]
    report = effort_report(every, BEST)
    if not exact:
        return report
    best: dict[tuple[str, int], float] = {}
    for row in every:
        at = (row.setting, row.shift)
        best[at] = min(row.cost, best.get(at, inf))
    lines: list[tuple[Cell, ...]] = []
    for setting in dict.fromkeys(x.plan.setting for x in exact):
        here = [x for x in exact if x.plan.setting == setting]
        gaps = [100 * (best[setting, x.plan.shift] / x.bound - 1) for x in here]
        proved = sum(x <= 100 * PROVED for x in gaps)
        lines.append((setting, len(here), proved, mean(gaps), max(gaps)))
    proofs = ResultTable(
        "The best plan of all over CP-SAT's bound, in percent",
        ("setting", "shops", "proved best", "mean", "largest"),
        tuple(lines),
    )
    return replace(report, summaries=(*report.summaries, proofs))
