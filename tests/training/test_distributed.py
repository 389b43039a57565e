"""Processes that train together: they meet, and leave nothing behind."""

import threading
from pathlib import Path

import psutil
import torch

from core.training.distributed import ProcessPlace, agreed, spawn, together


def native_threads() -> int:
    """Threads of this process, those that Python does not know of too."""
    return psutil.Process().num_threads()


def meet_and_leave(rank: int, world: int, method: str, folder: Path) -> None:
    """Agree, take a step of an optimiser as training does, part; write what is left."""
    torch.set_num_threads(1)
    before = native_threads()
    with together(rank, world, "cpu", method) as place:
        assert place == ProcessPlace(rank, world, "cpu")
        one_asks = agreed(rank == 1, place)
        nobody_asks = agreed(False, place)
        weight = torch.nn.Parameter(torch.ones(2))
        optimizer = torch.optim.Adam([weight])
        weight.sum().backward()
        optimizer.step()
        during = native_threads()
    assert (one_asks, nobody_asks) == (True, False)
    assert during > before
    words = f"{native_threads() - before} {threading.active_count()}"
    (folder / str(rank)).write_text(words, encoding="utf-8")


def test_the_threads_of_a_group_end_with_it(tmp_path):
    """One left would crash the interpreter while it shuts down, now and then."""
    assert spawn(meet_and_leave, 2, tmp_path) == 0
    left = [(tmp_path / str(rank)).read_text(encoding="utf-8") for rank in range(2)]
    assert left == ["0 1", "0 1"]
