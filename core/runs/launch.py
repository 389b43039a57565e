"""Start a worker process for a run, one that outlives the app; and end one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from core.store.background.processes import Worker
from core.store.background.run import Run, with_log
from core.store.background.run_writer import RunWriter
from core.store.background.runs import Runs
from core.store.database import URL_VARIABLE
from core.store.errors import RunAlreadyRunningError, RunNotRunningError, StoreError
from core.store.files import FOLDER_VARIABLE, make_folder, writable

ROOT = Path(__file__).parents[2]
COMMANDS = {"training": "train", "trials": "compare"}
LOWER_PRIORITY = 10  # nice value: the app and other programs go first
LOG_LINES = 20
PATIENCE_SECONDS = 5.0  # between asking a process to end and ending it


@dataclass(frozen=True)
class Launched:
    """
    A started worker.

    Parameters
    ----------
    run_id, pid
        The run and its process.
    watcher
        Thread that waits for the process and, if it dies without a word, writes
        into the run what its log says. Ends with the process, or with the app.
    """

    run_id: str
    pid: int
    watcher: threading.Thread


def launch(runs: Runs, run_id: str, command: Sequence[str] | None = None) -> Launched:
    """
    Start the worker of a queued run, whatever else is running.

    Parameters
    ----------
    runs, run_id
        The run.
    command
        What to start; by default ``python -m core train --run ID`` (or ``compare``).

    Raises
    ------
    RunAlreadyRunningError, RunNotStartableError, UnknownRunError
        As :meth:`Runs.claim`.
    StoreError
        When the process cannot be started; the run is then failed and says why.
    """
    return _start(runs, runs.claim(run_id), command)


def launch_next(
    runs: Runs, cap: int = 1, command: Sequence[str] | None = None
) -> Launched | None:
    """
    Start the run that has waited longest, if fewer than ``cap`` are at work.

    To be called when a run was queued, when one has ended (by its worker too, so
    that the queue goes on without the app), and now and then.

    Returns
    -------
    Launched or None
        ``None`` when nothing waits or enough are at work.
    """
    runs.mark_interrupted()  # a vanished worker must not hold up the queue
    run = runs.claim_next(cap)
    return None if run is None else _start(runs, run, command)


def kill(runs: Runs, run_id: str, patience: float = PATIENCE_SECONDS) -> Run:
    """
    End the worker of a run now; the run is interrupted and can be resumed.

    Parameters
    ----------
    patience
        Seconds it is given to end by itself.

    Raises
    ------
    RunNotRunningError
        When no worker of this machine has the run.
    """
    run = runs.get(run_id)
    process = None if run.worker is None else run.worker.process()
    if process is None or run.state not in ("running", "stopping", "interrupted"):
        runs.mark_interrupted()
        raise RunNotRunningError(
            f"Run “{run.name}” has no process on this computer; nothing was ended."
        )
    family = [process, *process.children(recursive=True)]
    for member in family:
        _signal(member, gently=True)
    for member in _still_alive(family, patience):
        _signal(member, gently=False)
    _still_alive(family, patience)
    runs.mark_interrupted()
    return runs.get(run_id)


def _still_alive(family: list[psutil.Process], patience: float) -> list[psutil.Process]:
    """
    Wait for processes to end; those that did not in ``patience`` seconds.

    ``psutil.wait_procs`` would collect the exit code of a child before its watcher
    does, who would then take a killed worker for one that ended by itself.
    """
    ends = time.monotonic() + patience
    while True:
        alive = [process for process in family if _is_alive(process)]
        if not alive or time.monotonic() >= ends:
            return alive
        time.sleep(0.02)


def _is_alive(process: psutil.Process) -> bool:
    """Whether a process runs; one that has ended, collected or not, does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _signal(process: psutil.Process, gently: bool) -> None:
    """Ask a process to end, or end it; one that has ended already is no fault."""
    try:
        if gently:
            process.terminate()
        else:
            process.kill()
    except psutil.NoSuchProcess:
        return


def _start(runs: Runs, run: Run, command: Sequence[str] | None) -> Launched:
    """Start the process of a claimed run and watch it."""
    if command is None:
        command = [sys.executable, "-m", "core", COMMANDS[run.kind], "--run", run.id]
    environment = {
        **os.environ,
        FOLDER_VARIABLE: str(runs.database.folder),
        URL_VARIABLE: runs.database.url,
        "PYTHONUNBUFFERED": "1",  # the log is read while it is written
    }
    log = runs.log_path(run.id)
    try:
        make_folder(log.parent)
        with writable(log), log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Its own session: neither a closed terminal nor Ctrl+C reaches it.
                start_new_session=True,
            )
    except StoreError as error:
        _fail(runs, run, f"The worker could not be started. {error}")
        raise
    try:
        psutil.Process(process.pid).nice(LOWER_PRIORITY)
        RunWriter.attach(runs, run.id, Worker.of(process.pid))
    except (ProcessLookupError, psutil.NoSuchProcess):
        pass  # dead at once; the watcher says why
    except RunAlreadyRunningError:
        pass  # somebody started it by hand in this very moment; ours ends by itself
    watcher = threading.Thread(
        target=_watch, args=(runs, run, process), name=f"run {run.id}", daemon=True
    )
    watcher.start()
    return Launched(run.id, process.pid, watcher)


def _watch(runs: Runs, run: Run, process: subprocess.Popen[bytes]) -> None:
    """Wait for the worker; if it ended without a word, say so in the run."""
    code = process.wait()
    try:
        now = runs.get(run.id)
        if now.attempt != run.attempt or not now.is_at_work:
            return
        if now.pid not in (None, process.pid):
            return  # another process has it
        if code < 0:
            runs.interrupt(now, f"The worker was ended by signal {-code}.")
        else:
            _fail(runs, now, f"The worker ended with exit code {code}.")
    except StoreError:
        return  # deleted, or no store: whoever reads next finds the process gone


def _fail(runs: Runs, run: Run, reason: str) -> None:
    """Mark a run as failed with the last lines of its log, if it is still at work."""
    error = with_log(reason, runs.log_tail(run.id, LOG_LINES))
    runs.fail(run, error)
