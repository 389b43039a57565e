"""Work in a thread beside the page: how far it is, and a way to stop it."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod

UNSEEN_SECONDS = 180.0  # browsers slow down tabs in the background to a call a minute
# Works of all sessions together: more than there are cores only slow each other down,
# and the pages with them; and one that never ends leaves another its place.
AT_ONCE = threading.BoundedSemaphore(max(2, os.cpu_count() or 1))


class BackgroundWork(ABC):
    """
    Work in a thread of its own; a subclass begins it at the end of its ``__init__``.

    Attributes
    ----------
    share, what
        How far it is, in [0, 1], and a word for the planner.
    fault
        What went wrong, in words for the planner.
    seconds
        Since it was made.
    seen
        When the page last looked, in seconds of the monotonic clock.
    """

    def __init__(self) -> None:
        self.share = 0.0
        self.what = "Planning"
        self.fault: str | None = None
        self._began = self.seen = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Begin, once."""
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Seconds since it was made."""
        return time.monotonic() - self._began

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to stop; what it has by then is kept where there is something."""
        self._stop.set()

    def done(self, wait_seconds: float = 0.0) -> bool:
        """Whether it has ended, now or within some seconds."""
        self._thread.join(wait_seconds)
        return not self._thread.is_alive()

    @abstractmethod
    def work(self) -> None:
        """Do it; a fault is put into words, nothing is raised."""

    def _run(self) -> None:
        if not AT_ONCE.acquire(blocking=False):
            self.what = "Waiting for the plans of others"
            AT_ONCE.acquire()
        try:
            self.work()
        finally:
            AT_ONCE.release()

    def over(self) -> bool:
        """Whether to stop: asked to, or nobody looks any more (the tab is closed)."""
        return self.stopping or time.monotonic() - self.seen > UNSEEN_SECONDS

    def note(self, share: float, what: str) -> None:
        """Remember how far it is."""
        self.share = min(max(share, 0.0), 1.0)
        self.what = what[:1].upper() + what[1:] or self.what
