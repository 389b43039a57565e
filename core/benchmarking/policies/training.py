"""Training: decisions per second, several processes, and a fine-tune."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import asdict, dataclass

from core.benchmarking.policies.fine_tune import fine_tuned
from core.benchmarking.policies.timed_training import HELD_OUT, played, settings_at
from core.benchmarking.table import Cell, Report, ResultTable, mean

PARTS = ("speed", "processes", "finetune")
DETAIL = ("part", "case", "figure", "value")
WORTH_IT = 0.03  # a fine-tune is to lower the held-out cost by at least this share
Tell = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class TrainingBenchmark:
    """
    What to measure.

    Parameters
    ----------
    parts
        Some of ``PARTS``.
    sizes
        Jobs and machines; the first is that of ``processes``.
    decisions
        Of each training of ``speed`` and ``processes``, at least.
    seeds
        Trainings of each number of processes.
    kinds
        Kinds of shifts that are fine-tuned on; the first is that of the rest.
    minutes
        Budget of a fine-tune.
    held_out
        Problems that a fine-tune is judged on.
    model
        Name of the model that is fine-tuned.

    Raises
    ------
    ValueError
        When a part is unknown, or there is nothing to measure.
    """

    parts: tuple[str, ...] = PARTS
    sizes: tuple[tuple[int, int], ...] = ((100, 10), (411, 30))
    decisions: int = 200_000
    seeds: int = 3
    kinds: tuple[str, ...] = ("shift_calendar",)
    minutes: float = 10.0
    held_out: int = 20
    model: str = "default"

    def __post_init__(self) -> None:
        if not self.parts or set(self.parts) - set(PARTS):
            raise ValueError(
                f"Expected parts of {', '.join(PARTS)}; got "
                f"{', '.join(self.parts) or 'none'}."
            )
        if not self.sizes or not self.kinds:
            raise ValueError("Expected a size and a kind of shift, got none.")
        for name in ("decisions", "seeds", "minutes"):
            if not getattr(self, name) > 0:
                raise ValueError(f"Expected {name} > 0, got {getattr(self, name)}.")
        if self.held_out < 2:
            raise ValueError(f"Expected held_out >= 2, got {self.held_out}.")


def training_report(
    asked: TrainingBenchmark, *, tell: Tell = lambda text: None
) -> Report:
    """
    Measure training; a table for each part.

    Raises
    ------
    RuntimeError
        When a process or a run fails; says which and why.
    """
    measure = {
        "speed": speed_part,
        "processes": processes_part,
        "finetune": finetune_part,
    }
    tables, rows = [], list[tuple[Cell, ...]]()
    for part in PARTS:
        if part not in asked.parts:
            continue
        table, detail = measure[part](asked, tell)
        tables.append(table)
        rows += [(part, *row) for row in detail]
    return Report(ResultTable("Training", DETAIL, tuple(rows)), tuple(tables))


Part = tuple[ResultTable, list[tuple[Cell, ...]]]


def speed_part(asked: TrainingBenchmark, tell: Tell) -> Part:
    """Decisions per second by size, by one process: on one core, and on all."""
    rows, detail = [], list[tuple[Cell, ...]]()
    cores = os.cpu_count() or 1
    for jobs, machines in asked.sizes:
        settings = settings_at(jobs, machines, asked.decisions, kind=asked.kinds[0])
        for threads in dict.fromkeys((1, cores)):
            found = played(settings, 1, threads, judge=False)
            case = f"{jobs}x{machines}, {threads} threads"
            figures = {
                "decisions": found.decisions,
                "decisions/s": found.decisions / found.seconds,
                "rollout/s": found.decisions / found.rollout_seconds,
                "update/s": found.decisions / found.update_seconds,
            }
            rows.append((jobs, machines, threads, *figures.values()))
            detail += [(case, *figure) for figure in figures.items()]
            tell(f"speed {case}: {figures['decisions/s']:.0f} decisions per second")
    most = settings.ppo.update_decisions
    title = (
        "Decisions per second of training in one process, together and for rollout "
        f"and update alone (an update takes at most {most:,} of an iteration's "
        "decisions)"
    )
    columns = ("jobs", "machines", "threads", "decisions", "together", "rollout",
               "update")  # fmt: skip
    return ResultTable(title, columns, tuple(rows)), detail


def processes_part(asked: TrainingBenchmark, tell: Tell) -> Part:
    """Cost reached for the same number of decisions, by one process and by two."""
    jobs, machines = asked.sizes[0]
    rows, detail = [], list[tuple[Cell, ...]]()
    for processes in (1, 2):
        runs = []
        for seed in range(asked.seeds):
            settings = settings_at(
                jobs, machines, asked.decisions, kind=asked.kinds[0], seed=seed
            )
            found = played(settings, processes, 1, judge=True)
            runs.append(found)
            case = f"{jobs}x{machines}, {processes} processes, seed {seed}"
            figures = asdict(found) | {"decisions/s": found.decisions / found.seconds}
            detail += [(case, *figure) for figure in figures.items()]
            tell(f"processes {case}: cost {found.before:.4f} → {found.after:.4f} "
                 f"in {found.seconds:.0f} s")  # fmt: skip
        seconds = sum(run.seconds for run in runs)
        rows.append(
            (
                processes,
                len(runs),
                runs[0].decisions,
                sum(run.decisions for run in runs) / seconds,
                seconds / len(runs),
                mean([run.before for run in runs if run.before is not None]),
                mean([run.after for run in runs if run.after is not None]),
            )
        )
    title = (
        f"Training from scratch on {asked.kinds[0]} {jobs}x{machines}, one thread per "
        f"process; mean held-out cost of {HELD_OUT} greedy plans"
    )
    columns = ("processes", "runs", "decisions", "decisions/s", "seconds",
               "cost before", "cost after")  # fmt: skip
    return ResultTable(title, columns, tuple(rows)), detail


def finetune_part(asked: TrainingBenchmark, tell: Tell) -> Part:
    """What minutes of training on one kind of shift bring there."""
    rows, detail = [], list[tuple[Cell, ...]]()
    for kind in asked.kinds:
        figures = fine_tuned(
            kind, asked.minutes, asked.model, asked.held_out, tell=tell
        )
        before, after = figures["default_cost"], figures["cost"]
        found = figures["against_default"]
        reached = "yes" if found["mean"] <= -WORTH_IT else "no"
        rows.append((kind, asked.minutes, figures["problems"], before, after,
                     1 + found["mean"], 1 + found["low"], 1 + found["high"],
                     reached))  # fmt: skip
        detail += [
            (kind, "cost before", before),
            (kind, "cost after", after),
            *((kind, f"ratio {name}", 1 + share) for name, share in found.items()),
        ]
    title = (
        f"Fine-tune of “{asked.model}” by a run of the dashboard: mean cost of "
        "held-out problems; ratio with its 95 % interval"
    )
    columns = ("kind", "minutes", "problems", "cost before", "cost after", "ratio",
               "low", "high", f"{WORTH_IT:.0%} lower")  # fmt: skip
    return ResultTable(title, columns, tuple(rows)), detail
