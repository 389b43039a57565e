"""``train``: a model from a recipe, here or as the worker of a queued run."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import FAULT, InputFault, bad_option, say

if TYPE_CHECKING:
    from core.problem.model import Problem
    from core.runs.foreground_run import ForegroundRun
    from core.training.settings import TrainingSettings


def train(
    config: Annotated[
        Path | None,
        typer.Option(exists=True, dir_okay=False, help="Recipe of the run; TOML."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder of checkpoint and model; a run that is there goes on.",
        ),
    ] = None,
    start_from: Annotated[
        Path | None,
        typer.Option(
            "--from",
            exists=True,
            file_okay=False,
            help="Folder of the model to start from.",
        ),
    ] = None,
    sample: Annotated[
        str | None,
        typer.Option(
            help="Learn this sample shift alone, by heart: what a policy of a fixed "
            "size can do."
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=256, help="Processes that share the rollouts.")
    ] = 1,
    device: Annotated[str, typer.Option(help="cpu or cuda.")] = "cpu",
    threads: Annotated[int, typer.Option(min=1, help="Threads of each process.")] = 1,
    stop_after: Annotated[
        int | None, typer.Option(min=1, help="End after so many iterations.")
    ] = None,
    keep: Annotated[
        str, typer.Option(help="Weights of the model: last, or best on held-out ones.")
    ] = "last",
    held_out: Annotated[
        int, typer.Option(min=0, help="Problems to judge the model on afterwards.")
    ] = 0,
    run: Annotated[
        str | None, typer.Option(help="Be the worker of a run of the dashboard.")
    ] = None,
) -> None:
    """Train a policy. Ctrl+C stops after the iteration and keeps the model."""
    if run is not None:
        _work_on(run)
        return
    if config is None or output is None:
        raise bad_option("--config, --output", "expected both, or --run.")
    if keep not in ("last", "best"):
        raise bad_option("--keep", f"expected last or best, got {keep!r}.")
    if device not in ("cpu", "cuda"):
        raise bad_option("--device", f"expected cpu or cuda, got {device!r}.")
    settings = _read(config)
    origin = "" if start_from is None else f" --from {start_from}"
    extra = f" --stop-after {stop_after}" if stop_after is not None else ""
    problem = None
    if sample is not None:
        problem = sample, _sample(sample)
        extra = f" --sample {sample}{extra}"
    command = f"python -m core train --config {config}{origin}{extra} --output DIR"

    from core.runs.foreground_run import ForegroundRun
    from core.training.distributed import launched_by_torchrun, spawn

    foreground = ForegroundRun(
        *(settings, output, command, start_from, keep, stop_after, held_out, problem)
    )
    if device == "cuda":
        _expect_gpu()
    if launched_by_torchrun():
        rank, world = int(os.environ["RANK"]), int(os.environ["WORLD_SIZE"])
        _check_share(settings, world)
        _process(rank, world, "env://", foreground, device, threads)
    elif processes == 1:
        _process(0, 1, "", foreground, device, threads)
    else:
        _check_share(settings, processes)
        code = spawn(_spawned, processes, foreground, device, threads)
        if code != 0:
            raise typer.Exit(code)


def _spawned(rank: int, world: int, method: str, *arguments: Any) -> None:
    """Be a process started by this command; it says itself what went wrong."""
    try:
        _process(rank, world, method, *arguments)
    except InputFault as fault:
        say(str(fault))
        raise SystemExit(FAULT) from None


def _process(
    rank: int, world: int, method: str, run: ForegroundRun, device: str, threads: int
) -> None:
    """Be one of the processes of a run."""
    import torch

    from core.policy.errors import ModelError
    from core.runs.foreground_run import train as train_here
    from core.store.errors import StoreError
    from core.store.files import write_atomically
    from core.training.checkpoints import DamagedCheckpointError
    from core.training.distributed import ProcessPlace, together
    from core.training.ppo import NotFiniteError

    torch.set_num_threads(threads)
    asked = _stop_on_interrupt(tell=rank == 0)

    def work(place: Any) -> None:
        card = train_here(run, place, write=write_atomically, say=say, stop=asked)
        if card is not None:
            say(f"Model “{card.name}” is in {run.output}: {card.figures}")

    try:
        if world == 1:
            work(ProcessPlace(device=device))
        else:
            with together(rank, world, device, method) as place:
                work(place)
    except NotFiniteError as error:
        raise InputFault(
            f"{error} The last good checkpoint is in {run.output}. Lower the learning "
            "rate in the recipe and train into another folder."
        ) from None
    except (DamagedCheckpointError, ModelError, StoreError) as error:
        raise InputFault(str(error)) from None


def _sample(name: str) -> Problem:
    """Read a sample shift."""
    from core.tables.writing.samples import SAMPLES, read_sample

    if name not in SAMPLES:
        raise bad_option("--sample", f"expected {', '.join(SAMPLES)}, got {name!r}.")
    shift = read_sample(name).shift
    if shift is None:
        raise InputFault(f"The sample shift {name} cannot be read.")
    return shift.problem


def _read(config: Path) -> TrainingSettings:
    """Read the recipe."""
    from core.training.settings import TrainingSettings

    try:
        return TrainingSettings.from_toml(config)
    except (TypeError, ValueError) as error:  # of TOML and its encoding, too
        raise InputFault(f"The recipe {config} cannot be used: {error}") from None


def _check_share(settings: TrainingSettings, world: int) -> None:
    """Refuse problems that cannot be shared out evenly."""
    if settings.rollout.problems % world:
        raise bad_option(
            "--processes",
            f"{settings.rollout.problems} problems per iteration cannot be shared by "
            f"{world} processes; change rollout.problems to a multiple.",
        )


def _expect_gpu() -> None:
    """Refuse a GPU that is not there."""
    import torch

    if not torch.cuda.is_available():
        raise bad_option("--device", "there is no GPU that PyTorch can use; take cpu.")


def _stop_on_interrupt(tell: bool) -> Callable[[], bool]:
    """Take the first Ctrl+C as a wish to stop; a second one ends at once."""
    wish = False

    def handle(number: int, frame: object) -> None:
        nonlocal wish
        if wish:
            raise KeyboardInterrupt
        wish = True
        if tell:
            say("Stopping after this iteration; press Ctrl+C again to end at once.")

    signal.signal(signal.SIGINT, handle)
    signal.signal(signal.SIGTERM, handle)
    return lambda: wish


def _work_on(run: str) -> None:
    """Be the worker of a run; then let the next one in the queue begin."""
    from core.runs.launch import launch_next
    from core.runs.training_run import work_on
    from core.store.background.runs import Runs
    from core.store.database import open_database
    from core.store.errors import StoreError
    from core.store.models import Models

    try:
        database = open_database()
        try:
            runs = Runs(database)
            try:
                work_on(runs, Models(database), run)
            finally:
                launch_next(runs)
        finally:
            database.close()
    except StoreError as error:
        raise InputFault(str(error)) from None
