"""Background runs, made and changed: the buttons of the pages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, get_args
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    delete,
    insert,
    select,
    update,
)

from core.store.background.run import (
    AT_WORK,
    HEARTBEAT_LIMIT,
    LARGEST_SEED,
    RESUMABLE,
    Kind,
    Run,
    State,
    versions,
    with_log,
)
from core.store.background.run_queue import RunQueue
from core.store.background.run_reader import INPUTS, load_run, run_of
from core.store.errors import (
    RunAlreadyRunningError,
    RunNotResumableError,
    RunNotRunningError,
)
from core.store.files import (
    make_folder,
    remove_folder,
    write_atomically,
)
from core.store.names import clean_name
from core.store.schema import runs

_INPUT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*(\.[a-z0-9]+)?")


class Runs(RunQueue):
    """
    The runs of a database: all that a page needs.

    Parameters
    ----------
    database, clock
        As :class:`RunReader`.

    Notes
    -----
    Every change of state is one statement that names the state it starts from, so
    processes that press two buttons at once cannot both have their way.
    """

    def create(
        self,
        kind: Kind,
        name: str,
        *,
        owner: str = "",
        config: Mapping[str, Any] | None = None,
        data: Mapping[str, Any] | None = None,
        seed: int = 0,
        inputs: Mapping[str, bytes] | None = None,
        retry_of: str | None = None,
    ) -> Run:
        """
        Queue a new run.

        Parameters
        ----------
        kind, name, owner, config, data, seed, retry_of
            As in :class:`Run`.
        inputs
            Files the worker needs, e.g. ``{"shift.zip": …}``; written to the
            ``inputs`` folder of the run. The names are the program's, never a user's.

        Raises
        ------
        ValueError
            When the kind, the name, the seed or an input's name is refused, or the
            config holds what JSON cannot say.
        StoreUnwritableError
            When an input cannot be written; no run is made then.
        """
        if kind not in get_args(Kind):
            raise ValueError(f"Expected one of {get_args(Kind)}, got {kind!r}.")
        if not 0 <= seed <= LARGEST_SEED:
            raise ValueError(f"Expected a seed in 0 … 2^63 - 1, got {seed}.")
        for file in inputs or {}:
            if not _INPUT_NAME.fullmatch(file):
                raise ValueError(
                    f"Expected a plain lower-case file name, got {file!r}."
                )
        run_id, now = uuid4().hex, self.clock()
        row = {
            "id": run_id,
            "kind": kind,
            "name": clean_name(name),
            "owner": owner,
            "state": "queued",
            "config": dict(config or {}),
            "data": dict(data or {}),
            "seed": seed,
            "versions": versions(),
            "created": now,
            "queued": now,
            "attempt": 0,
            "retry_of": retry_of,
        }
        make_folder(self.folder(run_id))
        try:
            for file, content in (inputs or {}).items():
                write_atomically(self.folder(run_id) / INPUTS / file, content)
            with self.database.writing() as connection:
                connection.execute(insert(runs).values(row))
        except BaseException:
            remove_folder(self.folder(run_id))
            raise
        return self.get(run_id)

    # --- Buttons -------------------------------------------------------------------

    def request_stop(self, run_id: str) -> Run:
        """
        Ask a run to stop; its worker ends after the iteration and keeps the model.

        A queued run is stopped at once. Asking twice is no fault.

        Raises
        ------
        RunNotRunningError
            When it has ended already.
        """
        now = self.clock()
        with self.database.writing() as connection:
            queued = self._move(connection, run_id, ("queued",), "stopped", ended=now)
            if not queued and not self._move(
                connection, run_id, ("running",), "stopping", stop_requested=now
            ):
                run = load_run(connection, run_id)
                if run.state != "stopping":
                    raise RunNotRunningError(
                        f"Run “{run.name}” is {run.state}; there is nothing to stop."
                    )
            return load_run(connection, run_id)

    def resume(self, run_id: str) -> Run:
        """
        Queue a run again; its worker goes on from the newest intact checkpoint.

        Raises
        ------
        RunAlreadyRunningError
            When it is queued or running, or its process still lives.
        RunNotResumableError
            When it has finished.
        """
        run = self.get(run_id)
        if run.is_at_work or run.state == "queued":
            raise RunAlreadyRunningError(f"Run “{run.name}” is {run.state} already.")
        # In the other states the worker has said its last word, or never will.
        if run.state == "interrupted" and run.worker and run.worker.process():
            raise RunAlreadyRunningError(
                f"Run “{run.name}” is silent, but its process {run.pid} still lives. "
                "End it first."
            )
        with self.database.writing() as connection:
            if not self._move(
                connection,
                run_id,
                RESUMABLE,
                "queued",
                queued=self.clock(),
                ended=None,
                error=None,
                stop_requested=None,
                seconds_left=None,
            ):
                run = load_run(connection, run_id)
                raise RunNotResumableError(
                    f"Run “{run.name}” is {run.state}; there is nothing to resume."
                )
            return load_run(connection, run_id)

    def retry(self, run_id: str) -> Run:
        """Queue a new run with the settings, data, inputs and seed of this one."""
        run = self.get(run_id)
        folder = self.inputs(run_id)
        files = sorted(folder.iterdir()) if folder.is_dir() else []
        return self.create(
            run.kind,
            run.name,
            owner=run.owner,
            config=run.config,
            data=run.data,
            seed=run.seed,
            inputs={
                file.name: file.read_bytes()
                for file in files
                if _INPUT_NAME.fullmatch(
                    file.name
                )  # not what a crash left half-written
            },
            retry_of=run.id,
        )

    def delete(self, run_id: str) -> None:
        """
        Delete a run with its metrics, checkpoints and files; its models stay.

        Raises
        ------
        RunAlreadyRunningError
            When it is at work; stop it first.
        """
        with self.database.writing() as connection:
            gone = connection.execute(
                delete(runs).where(runs.c.id == run_id, runs.c.state.not_in(AT_WORK))
            )
            if gone.rowcount == 0:
                run = load_run(connection, run_id)
                raise RunAlreadyRunningError(
                    f"Run “{run.name}” is {run.state}; stop it before it is deleted."
                )
        remove_folder(self.folder(run_id))

    def mark_interrupted(self, limit: float = HEARTBEAT_LIMIT) -> list[Run]:
        """
        Find the runs whose worker vanished, and mark them as interrupted.

        A worker has vanished when its process on this machine is dead, or when it
        gave no sign of life for ``limit`` seconds.

        Returns
        -------
        list of Run
            Those marked by this call.
        """
        query = select(runs).where(runs.c.state.in_(AT_WORK))
        with self.database.reading() as connection:
            candidates = [run_of(row) for row in connection.execute(query)]
        found = []
        for run in candidates:
            reason = self._why_lost(run, limit)
            if reason is not None and self.interrupt(run, reason):
                found.append(self.get(run.id))
        return found

    def interrupt(self, run: Run, reason: str) -> bool:
        """
        Mark a run as interrupted, unless it gave a sign of life since it was read.

        How to go on, and the last lines of its log, are added to the reason.
        """
        newest = self.intact_checkpoint(run.id)
        if newest is None:
            reason += " There is no checkpoint to resume from: start it afresh."
        else:
            reason += f" Resume goes on after iteration {newest.iteration}."
        with self.database.writing() as connection:
            return self._move(
                connection,
                run.id,
                AT_WORK,
                "interrupted",
                runs.c.attempt == run.attempt,
                runs.c.heartbeat == run.heartbeat,
                ended=self.clock(),
                error=with_log(reason, self.log_tail(run.id, 20)),
                seconds_left=None,
            )

    def fail(self, run: Run, error: str) -> bool:
        """Mark a run as failed for a worker that could not; only this attempt."""
        with self.database.writing() as connection:
            return self._move(
                connection,
                run.id,
                AT_WORK,
                "failed",
                runs.c.attempt == run.attempt,
                ended=self.clock(),
                error=error,
                seconds_left=None,
            )

    def _why_lost(self, run: Run, limit: float) -> str | None:
        """Return why the run counts as lost; ``None``: it does not."""
        worker = run.worker
        if worker is not None and worker.is_here and worker.process() is None:
            return "The worker process is gone."
        silent = self.clock() - (run.heartbeat if run.heartbeat is not None else 0.0)
        if silent > limit:
            return f"The worker gave no sign of life for {silent:.0f} seconds."
        return None

    def _move(
        self,
        connection: Connection,
        run_id: str,
        before: Sequence[str],
        after: State,
        *conditions: ColumnElement[bool],
        **values: Any,
    ) -> bool:
        """Change a run's state if it is in one of ``before``; whether it was."""
        moved = connection.execute(
            update(runs)
            .where(runs.c.id == run_id, runs.c.state.in_(before), *conditions)
            .values(state=after, **values)
        )
        return moved.rowcount == 1
