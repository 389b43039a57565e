"""What the answers about a plan cost, and what caution brings."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from core.alternatives.cautious import caution
from core.alternatives.front import front
from core.benchmarking.held_out import held_out_shift
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.benchmarking.ways.efforts import interval
from core.decisions.lateness import Lateness
from core.decisions.topic_words import Wording
from core.futures.futures import futures
from core.planning.scheduler import Stopwatch
from core.planning.settings import PlanSettings
from core.problem.measures.load import load
from core.problem.measures.orders import order_lines, orders
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.remedies.remedies import remedies
from core.schedulers.registry import scheduler

Tell = Callable[[str], None]
KIND = "shift_calendar"
REMEDIES = 20
# Seconds that are promised at 411 jobs on 30 machines, on two cores.
TARGETS: dict[str, float] = {
    "why, every order": 0.5,
    "200 futures": 1.0,
    f"{REMEDIES} remedies": 10.0,
    "front": 15.0,
}


def answers_report(
    sizes: Sequence[tuple[int, int]],
    shifts: int,
    *,
    kind: str = KIND,
    settings: PlanSettings | None = None,
    tell: Tell = lambda text: None,
) -> Report:
    """
    Time the answers on one held-out shift a size, and weigh caution on several.

    Parameters
    ----------
    sizes
        Jobs and machines; caution is weighed at the first of them.
    shifts
        How many shifts caution is weighed on.
    kind
        Kind of the shifts.
    settings
        How the plan is made that answers are about; ``None``: as usual.
    tell
        Told of every figure.
    """
    rows: list[tuple[Cell, ...]] = []
    for size in sizes:
        problem = held_out_shift(kind, size, 0)
        plan = _planned(problem, settings)
        for name, (passed, used) in seconds_of_answers(problem, plan).items():
            rows.append((*size, name, passed, used, TARGETS.get(name)))
            words = f"{passed:.3g} s, {used:.3g} s of processor time"
            tell(f"{size[0]}x{size[1]}, {name}: {words}")
    timed = ResultTable(
        f"Answers about a plan, seconds ({kind}, one held-out shift a size)",
        ("jobs", "machines", "answer", "seconds", "CPU seconds", "at most"),
        tuple(rows),
    )
    found = [
        caution_figures(held_out_shift(kind, sizes[0], seed), seed, settings)
        for seed in range(shifts)
    ]
    for seed, (given, gained) in enumerate(found):
        tell(f"shift {seed}: gives away {given:.3%}, gains {gained:.3%}")
    summary: list[tuple[Cell, ...]] = []
    for name, values in (
        ("given away as planned, %", [100 * given for given, _ in found]),
        ("less expected cost, %", [100 * gained for _, gained in found]),
    ):
        low, high = interval(values)
        summary.append((len(values), name, mean(values), low, high))
    cautious = ResultTable(
        f"Cautious plan against the cheapest as planned, {kind} "
        f"{sizes[0][0]}x{sizes[0][1]}, futures that neither was chosen on; mean with "
        "95 % interval",
        ("shifts", "figure", "mean", "low", "high"),
        tuple(summary),
    )
    return Report(timed, (timed, cautious))


def seconds_of_answers(
    problem: Problem, plan: Schedule
) -> dict[str, tuple[float, float]]:
    """
    Seconds of every answer about a plan, compiled code already loaded.

    By the clock, and of the processor, all threads: on a busy machine only the second
    says what an answer costs.
    """
    wording = Wording(str, str)
    late = [x.order for x in order_lines(problem, plan) if x.late > 0]
    futures(problem, plan, count=1)
    found: dict[str, tuple[float, float]] = {}

    def timed(name: str, answer: Callable[[], object]) -> None:
        watch, begun = Stopwatch(), time.process_time()
        answer()
        found[name] = watch.seconds, time.process_time() - begun

    def every_why() -> object:
        lateness = Lateness(problem, plan)
        return [lateness.why(order).seconds for order in orders(problem)]

    tried: list[float] = []  # one entry per way

    def enough() -> bool:
        return len(tried) >= REMEDIES

    def some_remedies() -> None:
        for order in late:
            remedies(
                *(problem, plan, [order], wording),
                stop=enough,
                progress=lambda share, what: tried.append(share),
            )
            if enough():
                break

    timed("why, every order", every_why)
    timed("200 futures", lambda: futures(problem, plan))
    timed("load by the hour", lambda: load(problem, plan))
    if late:
        timed(f"{REMEDIES} remedies", some_remedies)
    timed("front", lambda: front(problem, plan))
    timed("cautious plan", lambda: caution(problem, Objective(), plan))
    return found


def caution_figures(
    problem: Problem, seed: int, settings: PlanSettings | None = None
) -> tuple[float, float]:
    """Shares that a cautious plan of a shift gives away as planned, and gains."""
    found = caution(problem, Objective(), _planned(problem, settings), seed=seed)
    return found.given_away, found.gained


def _planned(problem: Problem, settings: PlanSettings | None) -> Schedule:
    chosen = settings or PlanSettings()
    return scheduler(chosen).schedule(problem, chosen.objective).schedule
