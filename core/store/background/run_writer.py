"""What a worker may write about the run it works on, and only while it does."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from math import isfinite
from pathlib import Path, PurePosixPath
from typing import IO, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    insert,
    or_,
    select,
    update,
)

from core.store.background.processes import Worker
from core.store.background.run import AT_WORK, Checkpoint
from core.store.background.runs import Runs
from core.store.errors import (
    RunAlreadyRunningError,
    RunLostError,
    RunNotStartableError,
)
from core.store.files import file_digest, write_atomically
from core.store.schema import checkpoints, run_metrics, runs

CHECKPOINTS = "checkpoints"


class RunWriter:
    """
    A worker's hold on its run.

    Made by :meth:`attach`. Every method raises :class:`RunLostError` once the run
    is no longer this worker's (deleted, or given to another worker): the worker
    then ends without a further word.

    Parameters
    ----------
    runs
        The store.
    run_id
        The run.
    worker
        The process that works on it.
    attempt
        Which attempt this is; a later one takes the run away.
    """

    def __init__(self, runs: Runs, run_id: str, worker: Worker, attempt: int) -> None:
        self.runs = runs
        self.run_id = run_id
        self.worker = worker
        self.attempt = attempt

    @classmethod
    def attach(
        cls, store: Runs, run_id: str, worker: Worker | None = None
    ) -> RunWriter:
        """
        Make a process the worker of a run; a queued run starts with it.

        Parameters
        ----------
        store, run_id
            The run.
        worker
            By default this process. Attaching the same one again is no fault.

        Raises
        ------
        RunAlreadyRunningError
            When another process works on it: a second start.
        RunNotStartableError
            When it has ended.
        UnknownRunError
            When there is none with this id.
        """
        worker = Worker.current() if worker is None else worker
        run = store.get(run_id)
        if run.state == "queued":
            run = store.claim(run_id)
        if not run.is_at_work:
            raise RunNotStartableError(
                f"Run “{run.name}” is {run.state}. Resume it to go on, or start it "
                "afresh with a retry."
            )
        free_or_mine = or_(
            runs.c.pid.is_(None),
            and_(runs.c.pid == worker.pid, runs.c.host == worker.host),
        )
        with store.database.writing() as connection:
            attached = connection.execute(
                update(runs)
                .where(
                    runs.c.id == run_id,
                    runs.c.state.in_(AT_WORK),
                    runs.c.attempt == run.attempt,
                    free_or_mine,
                )
                .values(
                    host=worker.host,
                    pid=worker.pid,
                    process_start=worker.started,
                    heartbeat=store.clock(),
                )
            )
            if attached.rowcount == 0:
                raise RunAlreadyRunningError(
                    f"Run “{run.name}” is already running in another process; it was "
                    "not started twice."
                )
        return cls(store, run_id, worker, run.attempt)

    @property
    def folder(self) -> Path:
        """Folder of the run's files."""
        return self.runs.folder(self.run_id)

    def heartbeat(
        self, progress: float | None = None, seconds_left: float | None = None
    ) -> bool:
        """
        Give a sign of life.

        Also brings back a run that was taken for lost, e.g. after the computer
        slept.

        Parameters
        ----------
        progress
            Share done in [0, 1]; ``None``: as before.
        seconds_left
            Estimated seconds to go; ``None``: unknown.

        Returns
        -------
        bool
            Whether the run shall stop.

        Raises
        ------
        ValueError
            When the progress is outside [0, 1].
        RunLostError
            When the run is no longer this worker's.
        """
        if progress is not None and not 0 <= progress <= 1:
            raise ValueError(f"Expected progress in [0, 1], got {progress}.")
        with self.runs.database.writing() as connection:
            self._assert_mine(connection, progress=progress, seconds_left=seconds_left)
            query = select(runs.c.stop_requested).where(runs.c.id == self.run_id)
            return connection.execute(query).scalar_one() is not None

    def add_metrics(self, iteration: int, values: Mapping[str, float]) -> None:
        """
        Keep the metrics of an iteration; those of a repeated one are replaced.

        A resumed run repeats the iterations since its checkpoint. A value that is
        not finite is kept as missing: no database holds NaN alike.
        """
        if iteration < 0:
            raise ValueError(f"Expected an iteration of 0 or more, got {iteration}.")
        kept = {k: float(v) if isfinite(v) else None for k, v in values.items()}
        with self.runs.database.writing() as connection:
            self._assert_mine(connection)
            connection.execute(
                delete(run_metrics).where(
                    run_metrics.c.run == self.run_id,
                    run_metrics.c.iteration == iteration,
                )
            )
            connection.execute(
                insert(run_metrics).values(
                    {"run": self.run_id, "iteration": iteration, "values": kept}
                )
            )

    def save_checkpoint(
        self,
        iteration: int,
        content: bytes | Callable[[IO[bytes]], None],
        suffix: str = ".pt",
        keep: int = 3,
    ) -> Checkpoint:
        """
        Write a checkpoint and register it; older ones beyond ``keep`` are removed.

        It is registered after it is whole on disk, so every registered checkpoint
        can be read, whenever the power fails.

        Parameters
        ----------
        iteration
            Iterations done.
        content
            The bytes, or what writes them into an open file.
        suffix
            Of the file name.
        keep
            How many of the newest to keep, at least 1.

        Raises
        ------
        StoreUnwritableError
            When the disk is full or the folder cannot be written; the checkpoints
            before are intact.
        """
        if iteration < 0 or keep < 1:
            raise ValueError(
                f"Expected 0 or more and 1 or more, got {iteration, keep}."
            )
        # Attempts do not share file names: the file of a registered checkpoint is
        # never replaced, so its digest always fits.
        name = f"{iteration:08d}-{self.attempt}{suffix}"
        path = str(PurePosixPath(CHECKPOINTS, name))
        with self.runs.database.writing() as connection:
            self._assert_mine(connection)  # a deleted run's folder stays away
        write_atomically(self.folder / path, content)
        digest = file_digest(self.folder / path)
        made = Checkpoint(path, iteration, self.runs.clock(), digest)
        with self.runs.database.writing() as connection:
            self._assert_mine(connection)
            connection.execute(
                # Later iterations are of an attempt that could not be resumed there.
                delete(checkpoints).where(
                    checkpoints.c.run == self.run_id,
                    checkpoints.c.iteration >= iteration,
                )
            )
            connection.execute(
                insert(checkpoints).values(run=self.run_id, **vars(made))
            )
        self._prune(keep)
        return made

    def _prune(self, keep: int) -> None:
        """Keep the newest checkpoints; remove the others, and what a crash left."""
        registered = self.runs.checkpoints(self.run_id)
        for old in registered[keep:]:
            with self.runs.database.writing() as connection:
                connection.execute(
                    delete(checkpoints).where(
                        checkpoints.c.run == self.run_id, checkpoints.c.path == old.path
                    )
                )
        kept = {self.folder / checkpoint.path for checkpoint in registered[:keep]}
        for file in (self.folder / CHECKPOINTS).iterdir():
            if file not in kept:
                file.unlink(missing_ok=True)

    def end(
        self,
        state: Literal["finished", "stopped", "failed"],
        error: str | None = None,
    ) -> None:
        """
        Say how the run ended; the worker's last word.

        Parameters
        ----------
        state
            ``stopped`` on request, ``failed`` with an error.
        error
            What went wrong and what to do, in words.
        """
        values: dict[str, object] = {"progress": 1.0} if state == "finished" else {}
        with self.runs.database.writing() as connection:
            self._assert_mine(connection)
            connection.execute(
                update(runs)
                .where(runs.c.id == self.run_id)
                .values(
                    state=state,
                    error=error,
                    ended=self.runs.clock(),
                    seconds_left=None,
                    **values,
                )
            )

    @property
    def _mine(self) -> ColumnElement[bool]:
        """Whether a row is the run, and the run is this worker's."""
        return and_(
            runs.c.id == self.run_id,
            runs.c.attempt == self.attempt,
            runs.c.pid == self.worker.pid,
            runs.c.host == self.worker.host,
            runs.c.state.in_((*AT_WORK, "interrupted")),
        )

    def _assert_mine(self, connection: Connection, **values: float | None) -> None:
        """Give a sign of life; refuses when the run is no longer this worker's."""
        if values.get("progress", ...) is None:
            del values["progress"]
        seen = connection.execute(
            update(runs).where(self._mine).values(heartbeat=self.runs.clock(), **values)
        )
        if seen.rowcount == 0:
            raise RunLostError(
                f"Run {self.run_id} is no longer worked on by process {os.getpid()}: "
                "it has ended, was deleted or was started again."
            )
        for requested, state in (
            (runs.c.stop_requested.is_(None), "running"),
            (runs.c.stop_requested.is_not(None), "stopping"),
        ):
            connection.execute(
                update(runs)
                .where(self._mine, runs.c.state == "interrupted", requested)
                .values(state=state, ended=None, error=None)
            )
