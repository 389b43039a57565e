"""Measurements in several processes; how many there are changes no figure of a plan."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

Part = TypeVar("Part")
Found = TypeVar("Found")


def in_shares(
    work: Callable[[Part], Found], parts: Sequence[Part], workers: int
) -> Iterator[Found]:
    """
    Do every part, and yield what each gives, in the order of the parts.

    Parameters
    ----------
    work
        A function of a module: other processes find it by its name.
    parts
        What it is called with. Each is planned by as many threads as ever, so that
        the plans are the same whatever the number of workers.
    workers
        Processes; 1: all in this one.

    Raises
    ------
    ValueError
        When there is no worker.
    """
    if workers < 1:
        raise ValueError(f"Expected one worker or more, got {workers}.")
    if workers == 1 or len(parts) < 2:
        yield from map(work, parts)
        return
    pool = ProcessPoolExecutor(
        min(workers, len(parts)), mp_context=get_context("spawn")
    )
    try:
        yield from pool.map(work, parts)
    finally:
        pool.shutdown(cancel_futures=True)
