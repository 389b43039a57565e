"""One training from scratch in fresh processes, timed."""

from __future__ import annotations

import copy
import json
import signal
import tempfile
from dataclasses import asdict, dataclass, replace
from math import ceil
from pathlib import Path

import torch

from core.runs.run_plan import recommended
from core.training.checkpoints import first_policy
from core.training.distributed import ProcessPlace, spawn, together
from core.training.settings import RolloutSettings, Stage, TrainingSettings
from core.training.trainer import Trainer, greedy_costs, validation_tasks

HELD_OUT = 16  # problems behind each cost of the part on processes


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
