"""Worker processes: started, watched, killed at random, and resumed."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from core.runs import launch as launching
from core.runs.launch import kill, launch, launch_next
from core.store.background.processes import Worker
from core.store.background.run_writer import RunWriter
from core.store.background.runs import Runs
from core.store.errors import (
    RunAlreadyRunningError,
    RunNotRunningError,
    StoreUnwritableError,
)
from tests.runs.fake_worker import after, checkpoint_of

PATIENCE = 60.0  # seconds until a wait is given up; no verdict depends on it
KILLS = 5


@pytest.fixture
def runs(database):
    """The runs of an empty store, by the real clock: workers have no other."""
    return Runs(database)


@pytest.fixture
def run_id(runs) -> str:
    """A queued run."""
    return runs.create("training", "Nachtschicht", seed=7).id


def worker(run_id: str) -> list[str]:
    """The command of the simple worker."""
    return [sys.executable, "-m", "tests.runs.fake_worker", run_id]


def says(code: str) -> list[str]:
    """The command of a worker that is one line of Python."""
    return [sys.executable, "-c", code]


def wait_until(condition) -> None:
    """Return once the condition holds."""
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, "It never came true."
        time.sleep(0.02)


def test_a_worker_is_detached_humble_and_recorded(runs, run_id):
    """Its own session, lower priority, process and log in the run; one start only."""
    started = launch(runs, run_id, worker(run_id))
    wait_until(lambda: runs.checkpoints(run_id))
    process = psutil.Process(started.pid)
    assert os.getsid(started.pid) == started.pid
    assert process.nice() == psutil.Process().nice() + 10 or process.nice() == 10
    run = runs.get(run_id)
    assert run.worker == Worker.of(started.pid)
    assert run.worker.process() is not None
    with pytest.raises(RunAlreadyRunningError, match="“Nachtschicht” is already"):
        launch(runs, run_id, worker(run_id))
    with pytest.raises(RunAlreadyRunningError, match="another process"):
        RunWriter.attach(runs, run_id)
    runs.request_stop(run_id)
    started.watcher.join(PATIENCE)
    run = runs.get(run_id)
    assert (run.state, run.error) == ("stopped", None)
    assert runs.log_tail(run_id, 1) == [f"done {len(runs.metrics(run_id))}"]
    assert run.worker.process() is None


def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_been(runs, run_id):
    """Killed and resumed again and again, it comes to the state of one long run."""
    chance = random.Random(0)
    for _ in range(KILLS):
        done = len(runs.metrics(run_id))
        more = chance.randint(0, 4)
        started = launch(runs, run_id, worker(run_id))
        wait_until(lambda: len(runs.metrics(run_id)) > done + more)  # noqa: B023
        time.sleep(chance.uniform(0, 0.02))  # anywhere within an iteration
        os.kill(started.pid, signal.SIGKILL)
        started.watcher.join(PATIENCE)
        run = runs.get(run_id)
        assert run.state == "interrupted"
        assert "signal 9" in run.error
        check_whole(runs, run_id)
        runs.resume(run_id)
    started = launch(runs, run_id, worker(run_id))
    done = len(runs.metrics(run_id))
    wait_until(lambda: len(runs.metrics(run_id)) > done + 2)
    runs.request_stop(run_id)
    started.watcher.join(PATIENCE)
    assert runs.get(run_id).state == "stopped"
    assert runs.get(run_id).attempt == KILLS + 1
    check_whole(runs, run_id)


def check_whole(runs: Runs, run_id: str) -> None:
    """Every checkpoint is whole and right, and no metrics are missing or wrong."""
    begin = (7).to_bytes(32)
    for checkpoint in runs.checkpoints(run_id):
        content = (runs.folder(run_id) / checkpoint.path).read_bytes()
        assert content == checkpoint_of(after(begin, checkpoint.iteration))
    newest = runs.checkpoints(run_id)[0]
    assert runs.intact_checkpoint(run_id) == newest
    kept = runs.metrics(run_id)
    assert [iteration for iteration, _ in kept] == list(range(len(kept)))
    assert newest.iteration in (len(kept), len(kept) - 1)
    for iteration, values in kept:
        state = after(begin, iteration + 1)
        assert values == {"first": state[0], "nothing": None}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("import no_such_module", "No module named 'no_such_module'"),
        ("open('missing.csv')", "missing.csv"),
        ("import sys; sys.exit(3)", "exit code 3. Its log is empty"),
        ("", "exit code 0"),  # ended without saying how
    ],
)
def test_a_worker_that_dies_at_once_tells_why(runs, run_id, code, words):
    """The last lines of its log are in the run, which has failed."""
    launch(runs, run_id, says(code)).watcher.join(PATIENCE)
    run = runs.get(run_id)
    assert run.state == "failed"
    assert words in run.error


def test_a_worker_that_cannot_be_started_tells_why(runs, run_id):
    """A missing program is named, to the caller and in the run."""
    with pytest.raises(StoreUnwritableError, match="No such file"):
        launch(runs, run_id, ["/no/such/program"])
    run = runs.get(run_id)
    assert run.state == "failed"
    assert "could not be started" in run.error


def test_the_last_word_of_a_worker_stands(runs, run_id):
    """What it said about its end is not overwritten by its exit code."""
    code = (
        "import os, sys\n"
        "from core.store.database import open_database\n"
        "from core.store.background.run_writer import RunWriter\n"
        "from core.store.background.runs import Runs\n"
        f"RunWriter.attach(Runs(open_database()), '{run_id}').end('failed', 'full')\n"
        "sys.exit(1)"
    )
    launch(runs, run_id, says(code)).watcher.join(PATIENCE)
    assert runs.get(run_id).error == "full"


def test_a_worker_that_hangs_can_be_ended(runs, run_id):
    """Deaf to a polite word, it is ended by force; the run can be resumed."""
    code = (
        "import signal, time\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "time.sleep(600)"
    )
    started = launch(runs, run_id, says(code))
    wait_until(lambda: runs.log_tail(run_id) == ["deaf"])
    kill(runs, run_id, patience=0.2)
    started.watcher.join(PATIENCE)
    assert runs.get(run_id).state == "interrupted"
    assert not psutil.pid_exists(started.pid)
    with pytest.raises(RunNotRunningError, match="nothing was ended"):
        kill(runs, run_id)
    assert runs.resume(run_id).state == "queued"


def test_the_queue_goes_on_after_a_death(runs):
    """One at a time; a worker that died does not hold up the next."""
    ids = [runs.create("training", name).id for name in ("first", "second")]
    started = launch_next(runs, command=says("import time; time.sleep(600)"))
    first = started.run_id
    assert first in ids
    assert launch_next(runs) is None
    os.kill(started.pid, signal.SIGKILL)
    started.watcher.join(PATIENCE)
    following = launch_next(runs, command=says(""))
    assert {first, following.run_id} == set(ids)
    following.watcher.join(PATIENCE)
    assert launch_next(runs) is None


@pytest.mark.parametrize(
    ("kind", "word"), [("training", "train"), ("trials", "compare")]
)
def test_the_command_is_that_of_the_command_line(runs, monkeypatch, kind, word):
    """``python -m core train --run ID`` (or compare), at home, on the same store."""
    seen = {}
    real = subprocess.Popen

    def popen(command, **options):
        seen.update(command=command, **options)
        return real(says(""), **options)

    monkeypatch.setattr(subprocess, "Popen", popen)
    run = runs.create(kind, "run")
    launch(runs, run.id).watcher.join(PATIENCE)
    assert seen["command"] == [sys.executable, "-m", "core", word, "--run", run.id]
    assert seen["cwd"] == Path(launching.__file__).parents[2]
    assert seen["env"]["SHIFTWRIGHT_DATA"] == str(runs.database.folder)
    assert seen["env"]["SHIFTWRIGHT_DATABASE_URL"] == runs.database.url
