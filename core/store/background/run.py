"""What a background run is, at one moment."""

from __future__ import annotations

import importlib.metadata
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.store.background.processes import Worker

Kind = Literal["training", "trials"]
State = Literal[
    "queued",
    "running",
    "stopping",  # asked to stop, still at work
    "stopped",
    "finished",
    "failed",
    "interrupted",  # its worker vanished; can be resumed
]
AT_WORK = ("running", "stopping")
RESUMABLE = ("stopped", "failed", "interrupted")

HEARTBEAT_LIMIT = 120.0  # seconds without a sign of life until a run counts as lost
LARGEST_SEED = 2**63 - 1
LOG_NAME = "log.txt"


@dataclass(frozen=True)
class Run:
    """
    One background run, as it was when it was read.

    Parameters
    ----------
    id, kind, name, owner
        Id made by the store; ``training`` or ``trials``; the name and the person
        it was given by.
    state
        Where it stands; see ``State``.
    config, data
        Settings and data choice of the run, as JSON values.
    seed
        Seed of everything random in it.
    versions
        Versions of Python and of the libraries that matter, when it was made.
    created, queued, started, ended
        Seconds since 1970 UTC; ``started`` of the first, ``queued`` of the newest
        attempt.
    attempt
        How often a worker took it up.
    host, pid, process_start
        The worker process; ``None`` while there is none yet.
    heartbeat
        Last sign of life, seconds since 1970 UTC.
    stop_requested
        When it was asked to stop.
    error
        Why it failed or was interrupted, in words.
    progress
        Share done in [0, 1].
    seconds_left
        Estimated seconds to go.
    retry_of
        Id of the run that this one repeats.
    """

    id: str
    kind: Kind
    name: str
    owner: str
    state: State
    config: Mapping[str, Any]
    data: Mapping[str, Any]
    seed: int
    versions: Mapping[str, str]
    created: float
    queued: float
    started: float | None
    ended: float | None
    attempt: int
    host: str | None
    pid: int | None
    process_start: float | None
    heartbeat: float | None
    stop_requested: float | None
    error: str | None
    progress: float | None
    seconds_left: float | None
    retry_of: str | None

    @property
    def worker(self) -> Worker | None:
        """Process that works, or worked last, on the run."""
        if self.host is None or self.pid is None or self.process_start is None:
            return None
        return Worker(self.host, self.pid, self.process_start)

    @property
    def is_at_work(self) -> bool:
        """Whether a worker has it."""
        return self.state in AT_WORK


@dataclass(frozen=True)
class Checkpoint:
    """
    A file from which a run can go on.

    Parameters
    ----------
    path
        Relative to the run's folder.
    iteration
        Iterations done when it was written.
    created
        Seconds since 1970 UTC.
    digest
        Hexadecimal SHA-256 of the file.
    """

    path: str
    iteration: int
    created: float
    digest: str


def versions() -> dict[str, str]:
    """Return the versions of Python and of the libraries that change results."""
    found = {"python": platform.python_version()}
    for package in ("torch", "numpy", "numba", "ortools"):
        try:
            # Asks the installation; imports nothing.
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def with_log(reason: str, lines: Sequence[str]) -> str:
    """Return a reason with the last lines of the log below it, but for its progress."""
    if not lines:
        return f"{reason} Its log is empty."
    said = [x for x in lines if not _PROGRESS.match(x)]
    if not said:
        return reason
    return "\n".join([f"{reason} The last lines of its log:", *said])


# What the curves show already tells nothing of an end.
_PROGRESS = re.compile(r"iteration \d+ of \d+: |held-out cost after iteration \d+: ")
