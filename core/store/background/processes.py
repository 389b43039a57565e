"""Which process works on a run, and whether it still lives."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass

import psutil

# Start times are whole clock ticks added to the boot time, which moves a little
# whenever the system's clock is corrected.
SAME_START_SECONDS = 2.0


@dataclass(frozen=True)
class Worker:
    """
    A process, told from all others that had its number.

    Parameters
    ----------
    host
        Name of the machine.
    pid
        Process number there.
    started
        When it started, seconds since 1970; numbers are used again, this is not.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def current(cls) -> Worker:
        """Return this process."""
        return cls.of(os.getpid())

    @classmethod
    def of(cls, pid: int) -> Worker:
        """
        Return a process of this machine.

        Raises
        ------
        ProcessLookupError
            When there is none with this number.
        """
        try:
            started = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            raise ProcessLookupError(f"There is no process {pid}.") from None
        return cls(socket.gethostname(), pid, started)

    @property
    def is_here(self) -> bool:
        """Whether it runs on this machine, so that it can be looked at."""
        return self.host == socket.gethostname()

    def process(self) -> psutil.Process | None:
        """Return the process if it lives on this machine, else ``None``."""
        if not self.is_here:
            return None
        try:
            process = psutil.Process(self.pid)
            # A zombie has ended; only its parent has not asked how.
            if process.status() == psutil.STATUS_ZOMBIE:
                return None
            started = process.create_time()
        except psutil.NoSuchProcess:
            return None
        return process if abs(started - self.started) < SAME_START_SECONDS else None
