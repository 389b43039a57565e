"""Training: decisions per second, several processes, and a fine-tune."""

from __future__ import annotations

import copy
import json
import os
import signal
import tempfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from math import ceil
from pathlib import Path

import torch

from core.benchmarking.policies.fine_tune import fine_tuned
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.runs.run_plan import recommended
from core.training.checkpoints import first_policy
from core.training.distributed import ProcessPlace, spawn, together
from core.training.settings import RolloutSettings, Stage, TrainingSettings
from core.training.trainer import Trainer, greedy_costs, validation_tasks

PARTS = ("speed", "processes", "finetune")
DETAIL = ("part", "case", "figure", "value")
WORTH_IT = 0.03  # a fine-tune is to lower the held-out cost by at least this share
HELD_OUT = 16  # problems behind each cost of the part on processes
Tell = Callable[[str], None]


@dataclass(frozen=True)
class TrainingFigures:
    """
    What a training from scratch came to.

    Parameters
    ----------
    decisions
        Of all processes together.
    rollout_seconds, update_seconds
        Of the first process; it waits for the others in the update.
    before, after
        Mean held-out cost of the greedy plans; ``None``: not asked for.
    """

    decisions: int
    rollout_seconds: float
    update_seconds: float
    before: float | None = None
    after: float | None = None

    @property
    def seconds(self) -> float:
        """Both together."""
        return self.rollout_seconds + self.update_seconds


def settings_at(
    jobs: int,
    machines: int,
    decisions: int,
    *,
    kind: str = "shift_calendar",
    seed: int = 0,
    rollout: RolloutSettings | None = None,
) -> TrainingSettings:
    """
    Return the recommended run from scratch, at one size, on one kind of shift.

    Parameters
    ----------
    jobs, machines
        Size of every problem.
    decisions
        At least so many are taken; rounded up to whole iterations.
    kind, seed
        What is drawn, and the seed of everything random.
    rollout
        Problems and copies of an iteration; the recommended ones unless given.
    """
    settings = recommended(name="benchmark", seed=seed).settings
    rollout = settings.rollout if rollout is None else rollout
    each = jobs * rollout.problems * rollout.copies
    return replace(
        settings,
        iterations=max(1, ceil(decisions / each)),
        rollout=rollout,
        stages=(Stage(1.0, (jobs, jobs), (machines, machines)),),
        data=replace(settings.data, kinds={kind: 1.0}),
        validation_jobs=jobs,
        validation_machines=machines,
        validation_problems=HELD_OUT,
    )


def played(
    settings: TrainingSettings, processes: int, threads: int, *, judge: bool
) -> TrainingFigures:
    """
    Train in fresh processes, without checkpoints and curves.

    Parameters
    ----------
    settings
        The run.
    processes, threads
        Processes that share the rollouts, and threads of each.
    judge
        Whether to plan held-out problems before and after.

    Raises
    ------
    ValueError
        When the problems of an iteration cannot be shared out evenly.
    RuntimeError
        When a process ends without a result.
    """
    if settings.rollout.problems % processes:
        raise ValueError(
            f"Expected processes that share {settings.rollout.problems} problems "
            f"evenly, got {processes}."
        )
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "outcome.json"
        code = spawn(_share, processes, settings, threads, judge, file)
        if code != 0:
            raise RuntimeError(f"A training process ended with exit code {code}.")
        return TrainingFigures(**json.loads(file.read_text(encoding="utf-8")))


def _share(
    rank: int,
    world: int,
    method: str,
    settings: TrainingSettings,
    threads: int,
    judge: bool,
    file: Path,
) -> None:
    """Be one of the processes; the first one writes the outcome."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored by whoever starts them
    torch.set_num_threads(threads)
    if world == 1:
        outcome = _outcome(settings, ProcessPlace(), judge)
    else:
        with together(rank, world, "cpu", method) as place:
            outcome = _outcome(settings, place, judge)
    if rank == 0:
        file.write_text(json.dumps(asdict(outcome)), encoding="utf-8")


def _outcome(
    settings: TrainingSettings, place: ProcessPlace, judge: bool
) -> TrainingFigures:
    """Train; held-out problems are planned by the writer, outside of what is timed."""
    judging = judge and place.is_writer
    tasks = validation_tasks(settings) if judging else []
    policy = first_policy(settings, None)
    # What is slow only the first time is done by now; the policy is not changed.
    warm = replace(settings, rollout=replace(settings.rollout, problems=place.world,
                                             copies=2))  # fmt: skip
    Trainer(warm, copy.deepcopy(policy), validation=[], rank=place.rank,
            world=place.world).step()  # fmt: skip
    trainer = Trainer(
        settings, policy, validation=[], rank=place.rank, world=place.world
    )
    before = float(greedy_costs(policy, tasks).mean()) if judging else None
    rollout = update = 0.0
    while trainer.iteration < settings.iterations:
        figures = trainer.step()
        rollout += figures["rollout_seconds"]
        update += figures["update_seconds"]
    after = float(greedy_costs(policy, tasks).mean()) if judging else None
    return TrainingFigures(trainer.decisions, rollout, update, before, after)


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
