"""The queue of background runs: which one a worker takes next."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, update

from core.store.background.run import AT_WORK, Run
from core.store.background.run_reader import RunReader, load_run
from core.store.errors import RunAlreadyRunningError, RunNotStartableError
from core.store.schema import runs


class RunQueue(RunReader):
    """
    Takes queued runs, each once.

    Parameters
    ----------
    database, clock
        As :class:`RunReader`.
    """

    def claim(self, run_id: str) -> Run:
        """
        Take a queued run, whatever else is running.

        The caller now starts a worker for it; see :mod:`core.runs.launch`.

        Raises
        ------
        RunAlreadyRunningError
            When it is running: a second start.
        RunNotStartableError
            When it has ended.
        UnknownRunError
            When there is none with this id.
        """
        with self.database.writing(exclusive=True) as connection:
            if not self._take(connection, run_id):
                run = load_run(connection, run_id)
                if run.is_at_work:
                    raise RunAlreadyRunningError(
                        f"Run “{run.name}” is already running; it was not started "
                        "twice."
                    )
                raise RunNotStartableError(
                    f"Run “{run.name}” is {run.state}. Resume it to go on, or start "
                    "it afresh with a retry."
                )
            return load_run(connection, run_id)

    def claim_next(self, cap: int = 1) -> Run | None:
        """
        Take the run that has waited longest, if fewer than ``cap`` are at work.

        However many processes ask at once, no run is taken twice and the cap holds.

        Raises
        ------
        ValueError
            When the cap is below 1.
        """
        if cap < 1:
            raise ValueError(f"Expected a cap of at least 1, got {cap}.")
        waiting = (
            select(runs.c.id)
            .where(runs.c.state == "queued")
            .order_by(runs.c.queued, runs.c.id)
            .limit(1)
        )
        busy = select(func.count()).where(runs.c.state.in_(AT_WORK))
        with self.database.writing(exclusive=True) as connection:
            if connection.execute(busy).scalar_one() >= cap:
                return None
            run_id = connection.execute(waiting).scalar()
            if run_id is None or not self._take(connection, run_id):
                return None
            return load_run(connection, run_id)

    def _take(self, connection: Connection, run_id: str) -> bool:
        """Move a queued run to running, without a process yet; whether that worked."""
        now = self.clock()
        taken = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.state == "queued")
            .values(
                state="running",
                attempt=runs.c.attempt + 1,
                started=func.coalesce(runs.c.started, now),
                heartbeat=now,
                host=None,
                pid=None,
                process_start=None,
            )
        )
        return taken.rowcount == 1
