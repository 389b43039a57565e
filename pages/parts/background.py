"""Work in a thread beside the page: how far it is, and a way to stop it."""

from __future__ import annotations

import os
import threading
import time
from abc import ABC, abstractmethod
from collections import deque

UNSEEN_SECONDS = 180.0  # browsers slow down tabs in the background to a call a minute
TURN_SECONDS = 3.0  # a usual plan takes less
LOOK_SECONDS = 0.25  # between two looks of a work in line at whether it was stopped
WAITING = "Waiting for the plans of others"


class Turns:
    """
    Whose turn it is, of the works of all sessions together: first come, first served.

    More works than there are cores would only slow each other down, and the pages with
    them. Who is at work for longer than a turn goes to the end of the line when others
    stand there: nobody waits for a work that takes long, or never ends.

    Parameters
    ----------
    at_once
        How many may be at work.
    seconds
        Length of a turn.
    """

    def __init__(self, at_once: int, seconds: float = TURN_SECONDS) -> None:
        self._at_once = at_once
        self._seconds = seconds
        self._line: deque[BackgroundWork] = deque()
        self._since: dict[BackgroundWork, float] = {}  # of those at work
        self._changed = threading.Condition()

    def take(self, work: BackgroundWork) -> None:
        """Wait for a turn; a work that is to end has it at once, beside the others."""
        with self._changed:
            self._line.append(work)
            try:
                while not (self._is_next(work) or work.abandoned):
                    self._changed.wait(LOOK_SECONDS)
            finally:
                self._line.remove(work)
            self._since[work] = time.monotonic()
            self._changed.notify_all()

    def give_back(self, work: BackgroundWork) -> None:
        """End a turn."""
        with self._changed:
            self._since.pop(work, None)
            self._changed.notify_all()

    @property
    def nobody(self) -> bool:
        """Whether nobody is at work, nor waits."""
        return not (self._since or self._line)

    def is_over(self, work: BackgroundWork) -> bool:
        """Whether a work was at it for a turn, and others wait."""
        since = self._since.get(work)
        if since is None or not self._line:
            return False
        return time.monotonic() - since > self._seconds

    def _is_next(self, work: BackgroundWork) -> bool:
        return len(self._since) < self._at_once and self._line[0] is work


TURNS = Turns(max(2, os.cpu_count() or 1))


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
        Since its first turn; before, since it was made.
    made, seen
        When it was made, and when the page last looked, in seconds of the monotonic
        clock.
    """

    turns = TURNS

    def __init__(self) -> None:
        self.share = 0.0
        self.what = "Planning"
        self.fault: str | None = None
        self.made = self._began = self.seen = time.monotonic()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def begin(self) -> None:
        """Begin, once."""
        self._thread.start()

    @property
    def seconds(self) -> float:
        """Seconds since its first turn; before, since it was made."""
        return time.monotonic() - self._began

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    @property
    def abandoned(self) -> bool:
        """Whether it was asked to stop, or nobody looks any more (a closed tab)."""
        return self.stopping or time.monotonic() - self.seen > UNSEEN_SECONDS

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
        self._wait_for_turn()
        self._began = time.monotonic()
        try:
            self.work()
        finally:
            self.turns.give_back(self)

    def _wait_for_turn(self) -> None:
        """Wait until it is next, and say so meanwhile."""
        what, self.what = self.what, WAITING
        self.turns.take(self)
        self.what = what

    def over(self) -> bool:
        """
        Whether to stop; asked between the steps of the work.

        A work whose turn is over waits here for the next one.
        """
        mine = threading.current_thread() is self._thread
        if mine and not self.abandoned and self.turns.is_over(self):
            self.turns.give_back(self)
            self._wait_for_turn()
        return self.abandoned

    def note(self, share: float, what: str) -> None:
        """Remember how far it is."""
        self.share = min(max(share, 0.0), 1.0)
        self.what = what[:1].upper() + what[1:] or self.what
