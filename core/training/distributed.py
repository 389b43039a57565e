"""Several processes, or machines, that train one policy together."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist

# Imported before a group is made, on purpose: its functions have the group of that
# moment as a default, and torch's optimizers import it. A group they hold is never
# ended; its threads then crash the interpreter while it shuts down, now and then.
import torch.distributed.nn.functional
from torch.multiprocessing.spawn import ProcessExitedException, start_processes


@dataclass(frozen=True)
class ProcessPlace:
    """
    One process among those that train together.

    Parameters
    ----------
    rank, world
        Its number, and how many there are; rank 0 writes.
    device
        Where it computes: ``cpu``, or a GPU of its own.
    """

    rank: int = 0
    world: int = 1
    device: str = "cpu"

    @property
    def is_writer(self) -> bool:
        """Whether it is the one that writes."""
        return self.rank == 0


def launched_by_torchrun() -> bool:
    """Whether torchrun started this process, and its fellows."""
    return "TORCHELASTIC_RUN_ID" in os.environ and "WORLD_SIZE" in os.environ


@contextmanager
def together(rank: int, world: int, device: str, method: str) -> Iterator[ProcessPlace]:
    """
    Meet the other processes; gloo on CPUs, nccl on GPUs.

    Parameters
    ----------
    rank, world
        As in :class:`ProcessPlace`.
    device
        ``cpu`` or ``cuda``.
    method
        Where to meet: ``env://`` or ``file://…``.
    """
    if device.startswith("cuda"):
        local = int(os.environ.get("LOCAL_RANK", rank))
        device = f"cuda:{local % torch.cuda.device_count()}"
        torch.cuda.set_device(device)
    backend = "nccl" if device.startswith("cuda") else "gloo"
    dist.init_process_group(backend, init_method=method, rank=rank, world_size=world)
    try:
        yield ProcessPlace(rank, world, device)
    finally:
        dist.destroy_process_group()


def spawn(work: Callable[..., None], processes: int, *arguments: Any) -> int:
    """
    Start processes on this machine and wait for them; one that fails ends all.

    Ctrl+C is left to them: they stop together after an iteration.

    Parameters
    ----------
    work
        Called as ``work(rank, processes, method, *arguments)`` in each; importable.
    processes
        How many.
    arguments
        The same for all.

    Returns
    -------
    int
        Exit code: 0, or that of the first process that ended itself.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    with tempfile.TemporaryDirectory() as folder:
        # A file to meet at: no port that another program could take.
        method = f"file://{Path(folder) / 'meeting'}"
        try:
            start_processes(work, (processes, method, *arguments), processes)
        except ProcessExitedException as error:
            return int(error.exit_code)
        finally:
            signal.signal(signal.SIGINT, before)
    return 0


def agreed(asked: bool, place: ProcessPlace) -> bool:
    """Whether any process wants to stop: all stop after the same iteration."""
    if place.world == 1:
        return asked
    flag = torch.tensor([float(asked)], device=place.device)
    dist.all_reduce(flag, dist.ReduceOp.MAX)
    return bool(flag.item() > 0)


def shared(
    state: Mapping[str, Any] | None, place: ProcessPlace
) -> Mapping[str, Any] | None:
    """Return the writer's state in every process; the others need no file."""
    if place.world == 1:
        return state
    box = [state]
    dist.broadcast_object_list(box, src=0)
    return box[0]
