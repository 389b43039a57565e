"""What can be read of background runs, by anyone at any time."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select

from core.store.background.run import LOG_NAME, Checkpoint, Kind, Run
from core.store.database import Database
from core.store.errors import UnknownRunError
from core.store.files import file_digest, file_tail
from core.store.names import is_id
from core.store.schema import checkpoints, run_metrics, runs

INPUTS = "inputs"


class RunReader:
    """
    The runs of a database, to look at.

    Parameters
    ----------
    database
        Where they are kept; their files are in its data folder.
    clock
        Seconds since 1970 UTC.
    """

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time
    ) -> None:
        self.database = database
        self.clock = clock

    def get(self, run_id: str) -> Run:
        """
        Return a run.

        Raises
        ------
        UnknownRunError
            When there is none with this id.
        """
        with self.database.reading() as connection:
            return load_run(connection, run_id)

    def newest(self, kind: Kind | None = None, most: int = 200) -> list[Run]:
        """Return the newest runs first, of one kind or of all."""
        query = select(runs).order_by(runs.c.created.desc(), runs.c.id).limit(most)
        if kind is not None:
            query = query.where(runs.c.kind == kind)
        with self.database.reading() as connection:
            return [run_of(row) for row in connection.execute(query)]

    def folder(self, run_id: str) -> Path:
        """
        Return the folder of a run's files; it may be gone.

        Raises
        ------
        UnknownRunError
            When the id is not one that the store makes; nothing else becomes a path.
        """
        if not is_id(run_id):
            raise UnknownRunError(f"There is no run {run_id!r}.")
        return self.database.folder / "runs" / run_id

    def inputs(self, run_id: str) -> Path:
        """Return the folder of the files that the run was created with."""
        return self.folder(run_id) / INPUTS

    def log_path(self, run_id: str) -> Path:
        """Return the file that takes everything the worker prints."""
        return self.folder(run_id) / LOG_NAME

    def log_tail(self, run_id: str, lines: int = 50) -> list[str]:
        """Return the last lines of the worker's log."""
        return file_tail(self.log_path(run_id), lines)

    def metrics(
        self, run_id: str, since: int = -1
    ) -> list[tuple[int, dict[str, float | None]]]:
        """
        Return the metrics of the iterations after ``since``, in order.

        A value is ``None`` where it was not a finite number.
        """
        query = (
            select(run_metrics.c.iteration, run_metrics.c["values"])
            .where(run_metrics.c.run == run_id, run_metrics.c.iteration > since)
            .order_by(run_metrics.c.iteration)
        )
        with self.database.reading() as connection:
            return [(row[0], row[1]) for row in connection.execute(query)]

    def checkpoints(self, run_id: str) -> list[Checkpoint]:
        """Return the checkpoints of a run, newest first."""
        query = (
            select(*(c for c in checkpoints.c if c.name != "run"))
            .where(checkpoints.c.run == run_id)
            .order_by(checkpoints.c.iteration.desc(), checkpoints.c.created.desc())
        )
        with self.database.reading() as connection:
            return [Checkpoint(**row) for row in connection.execute(query).mappings()]

    def intact_checkpoint(self, run_id: str) -> Checkpoint | None:
        """Return the newest checkpoint whose file is there and as it was written."""
        for checkpoint in self.checkpoints(run_id):
            path = self.folder(run_id) / checkpoint.path
            if path.is_file() and file_digest(path) == checkpoint.digest:
                return checkpoint
        return None


def load_run(connection: Connection, run_id: str) -> Run:
    """Return a run, inside a transaction."""
    row = connection.execute(select(runs).where(runs.c.id == run_id)).one_or_none()
    if row is None:
        raise UnknownRunError(f"There is no run {run_id!r}; it may have been deleted.")
    return run_of(row)


def run_of(row: Row[Any]) -> Run:
    """Return the run of a row."""
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's documented way
    return Run(**{entry.name: values[entry.name] for entry in fields(Run)})
