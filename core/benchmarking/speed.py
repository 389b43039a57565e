"""Processor seconds and memory of planning, each in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from itertools import product
from math import isfinite
from pathlib import Path

from core.benchmarking.table import Cell, Report, ResultTable
from core.decisions.lateness import Lateness
from core.decisions.topic_words import Wording
from core.futures.futures import futures
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.measures.orders import order_lines, orders
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from core.remedies.remedies import remedies

ROOT = Path(__file__).parents[2]
TASKS = (
    *("nothing", "read", "verify", "one atcs", "rule:best", "greedy"),
    *("why", "futures", "remedies"),
)
Tell = Callable[[str], None]


def measure(
    task: str, jobs: int, machines: int, model: Path, kind: str = "shift_calendar"
) -> float:
    """
    Processor seconds of one task in this process, all imports done before.

    Parameters
    ----------
    task
        One of ``TASKS``: ``nothing`` (draws the shift), ``read`` (its CSV files to a
        problem), ``verify`` (a plan), ``one atcs`` (one pass of one setting),
        ``rule:best`` (all rules, all settings), ``greedy`` (one plan of the policy),
        ``why`` (every order of a plan explained), ``futures`` (200 of a plan),
        ``remedies`` (for the latest order of a plan).
    jobs, machines
        Size of the shift.
    model
        Folder of the policy; loaded beforehand.
    kind
        Of the shift.

    Raises
    ------
    ValueError
        When there is no such task.
    """
    if task not in TASKS:
        raise ValueError(f"Expected a task of {', '.join(TASKS)}; got {task!r}.")
    job = _prepared(task, model)
    small = generate(KINDS[kind].resized(20, 5), 0)
    job(small)()  # what is slow only the first time is done by now
    run = job(generate(KINDS[kind].resized(jobs, machines), 0))
    begun = time.process_time()
    run()
    return time.process_time() - begun


def _prepared(task: str, model: Path) -> Callable[[Problem], Callable[[], object]]:
    """What makes of a problem the work whose time counts."""
    objective = Objective()
    if task == "nothing":
        return lambda problem: lambda: None
    if task == "read":
        from core.problem.shift import DEFAULT_START, Shift
        from core.tables.shift import read_shift
        from core.tables.writing.write import shift_files

        def read(problem: Problem) -> Callable[[], object]:
            shift = Shift(problem, DEFAULT_START, "speed", "generated")
            every = shift_files(shift)
            files = {name: x for name, x in every.items() if name.endswith(".csv")}
            return lambda: read_shift(files, DEFAULT_START, "speed")

        return read

    from core.schedulers.dispatching.rules import RuleScheduler, best_of
    from core.schedulers.variants import variants

    if task == "rule:best":
        rule = RuleScheduler()
        return lambda problem: lambda: rule.schedule(problem, objective)
    if task == "greedy":
        from core.policy.checkpoint import load_model
        from core.schedulers.hierarchical import HierarchicalScheduler

        policy = HierarchicalScheduler(load_model(model))
        return lambda problem: lambda: policy.schedule(problem, objective)
    one = variants(["atcs"])[:1]
    if task == "one atcs":
        return lambda problem: lambda: best_of(problem, objective, one)

    ask = {
        "verify": violations,
        "why": _every_why,
        "futures": _futures,
        "remedies": _remedies,
    }[task]

    def asked(problem: Problem) -> Callable[[], object]:
        schedule = best_of(problem, objective, one)[1]
        return lambda: ask(problem, schedule)

    return asked


def _every_why(problem: Problem, schedule: Schedule) -> object:
    lateness = Lateness(problem, schedule)
    return [lateness.why(order).seconds for order in orders(problem)]


def _futures(problem: Problem, schedule: Schedule) -> object:
    found = futures(problem, schedule)
    return found.jobs, found.orders


def _remedies(problem: Problem, schedule: Schedule) -> object:
    latest = order_lines(problem, schedule)[0].order
    if not isfinite(latest.due):
        return None
    return remedies(problem, schedule, [latest], Wording(str, str))


def speed_report(
    sizes: Sequence[tuple[int, int]],
    model: Path,
    *,
    kinds: Sequence[str] = ("shift_calendar",),
    tasks: Sequence[str] = TASKS,
    tell: Tell = lambda text: None,
) -> Report:
    """
    Measure tasks at some sizes.

    Parameters
    ----------
    sizes
        Jobs and machines.
    model
        Folder of the policy.
    kinds
        Of the shifts.
    tasks
        Some of ``TASKS``.
    tell
        Told of each measurement.

    Raises
    ------
    RuntimeError
        When a process fails; says which and why.
    """
    rows: list[tuple[Cell, ...]] = []
    for kind, (jobs, machines) in product(kinds, sizes):
        base = None
        for task in tasks:
            seconds, memory = in_its_process(task, jobs, machines, model, kind)
            if task == "one atcs":
                base = seconds
            over = seconds / base if base else None
            rows.append((kind, jobs, machines, task, seconds, over, memory))
            tell(f"{kind} {jobs}x{machines}, {task}: {seconds:.3f} s, {memory:.0f} MB")
    table = ResultTable(
        "Processor seconds and peak memory, each in a fresh process; planning includes "
        "the verification of the plan",
        ("kind", "jobs", "machines", "task", "CPU seconds", "over one atcs", "peak MB"),
        tuple(rows),
    )
    return Report(table, (table,))


def in_its_process(
    task: str, jobs: int, machines: int, model: Path, kind: str = "shift_calendar"
) -> tuple[float, float]:
    """
    Processor seconds and peak megabytes (10^6 bytes) of a task in a fresh process.

    Raises
    ------
    RuntimeError
        When the process fails; says which and why.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-m", "core.benchmarking.speed"),
            *(task, str(jobs), str(machines), str(model.resolve()), kind),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        why = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RuntimeError(f"{task} at {jobs}x{machines} failed: {why}")
    seconds, memory = json.loads(done.stdout)
    return float(seconds), float(memory)


def peak_megabytes() -> float:
    """
    Largest memory this process has had, in 10^6 bytes.

    Linux hands ``ru_maxrss`` down from the process that started this one, so there the
    peak is read from where it begins anew.
    """
    status = Path("/proc/self/status")
    if status.is_file():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / 1e6
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak * (1 if sys.platform == "darwin" else 1024) / 1e6


def main(arguments: Sequence[str]) -> None:
    """Measure one task, and write seconds and megabytes as JSON."""
    task, jobs, machines, model, kind = arguments
    seconds = measure(task, int(jobs), int(machines), Path(model), kind)
    sys.stdout.write(json.dumps([seconds, peak_megabytes()]))


if __name__ == "__main__":
    main(sys.argv[1:])
