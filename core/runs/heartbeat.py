"""Signs of life of a worker, and whether it is asked to stop."""

from __future__ import annotations

import threading

from core.store.background.run_writer import RunWriter
from core.store.errors import RunLostError, StoreError

BEAT_SECONDS = 2.0  # between two signs of life, and looks at whether to stop


class Heartbeat:
    """
    Signs of life of a worker, from a thread of its own: iterations may take long.

    Parameters
    ----------
    writer
        The worker's hold on its run.
    """

    def __init__(self, writer: RunWriter) -> None:
        self.writer = writer
        self.progress: float | None = None
        self.seconds_left: float | None = None
        self.asked_to_stop = False
        self.lost: RunLostError | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, daemon=True)

    def __enter__(self) -> Heartbeat:
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End; nothing is written afterwards."""
        self._over.set()
        self._thread.join()

    def report(self, progress: float, seconds_left: float | None) -> None:
        """Say how far the run is, at once."""
        self.progress, self.seconds_left = progress, seconds_left
        self.look()

    def look(self) -> bool:
        """Give a sign of life; whether to stop."""
        asked = self.writer.heartbeat(self.progress, self.seconds_left)
        self.asked_to_stop = self.asked_to_stop or asked
        return self.asked_to_stop

    def stop(self) -> bool:
        """
        Whether the run shall stop after this iteration.

        Raises
        ------
        RunLostError
            When the run is no longer this worker's.
        """
        if self.lost is not None:
            raise self.lost
        return self.asked_to_stop

    def _beat(self) -> None:
        while not self._over.wait(BEAT_SECONDS):
            try:
                self.look()
            except RunLostError as error:
                self.lost = error
                return
            except StoreError as error:
                # Busy, or full: whoever writes next says so, or it was for a moment.
                print(f"No sign of life could be given: {error}", flush=True)
