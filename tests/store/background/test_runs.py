"""Runs: the queue, every change of state, and what a worker may write."""

import errno
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.store.background.processes import Worker
from core.store.background.run import AT_WORK, HEARTBEAT_LIMIT
from core.store.background.run_writer import RunWriter
from core.store.background.runs import Runs
from core.store.database import open_database
from core.store.errors import (
    RunAlreadyRunningError,
    RunLostError,
    RunNotResumableError,
    RunNotRunningError,
    RunNotStartableError,
    StoreUnwritableError,
    UnknownRunError,
)
from tests.stores import Clock

ROOT = Path(__file__).parents[3]
FAR = Worker("far-away", 4711, 1.0)  # on another machine: only its heartbeat tells

CLAIMER = """
import sys
from pathlib import Path
from core.store.database import open_database
from core.store.background.runs import Runs

runs = Runs(open_database(Path(sys.argv[1]), sys.argv[2]))
print("ready", flush=True)
sys.stdin.readline()
while (run := runs.claim_next(int(sys.argv[3]))) is not None:
    print(run.id)
"""


def claimed_by_two(runs: Runs, cap: int) -> list[list[str]]:
    """What two processes take from the queue at the same time."""
    database = runs.database
    command = [sys.executable, "-c", CLAIMER, str(database.folder), database.url]
    claimers = [
        subprocess.Popen(
            [*command, str(cap)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for claimer in claimers:
        assert claimer.stdout.readline() == "ready\n"
    for claimer in claimers:
        claimer.stdin.write("go\n")
        claimer.stdin.flush()
    return [claimer.communicate()[0].split() for claimer in claimers]


@pytest.fixture
def run_id(runs: Runs) -> str:
    """A queued run."""
    return runs.create("training", "Nachtschicht 🌙", owner="ada", seed=7).id


@pytest.fixture
def writer(runs: Runs, run_id: str) -> RunWriter:
    """A worker on another machine that has just begun the run."""
    return RunWriter.attach(runs, run_id, FAR)


# --- Making and reading -------------------------------------------------------


def test_a_run_is_kept_as_it_was_asked_for(runs, clock):
    """Settings, data, seed and inputs come back; the versions are noted."""
    made = runs.create(
        "trials",
        " Batch or not ",
        owner="ada",
        config={"schedulers": ["batch", "hierarchical"], "trials": 20},
        data={"kind": "shift", "lookahead": None},
        seed=2**63 - 1,
        inputs={"shift.zip": b"jobs"},
    )
    assert runs.get(made.id) == made
    assert (made.kind, made.name, made.state) == ("trials", "Batch or not", "queued")
    assert made.config == {"schedulers": ["batch", "hierarchical"], "trials": 20}
    assert made.data == {"kind": "shift", "lookahead": None}
    assert made.seed == 2**63 - 1
    assert made.created == clock.now
    assert {"python", "torch", "numpy"} <= set(made.versions)
    assert (runs.inputs(made.id) / "shift.zip").read_bytes() == b"jobs"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"kind": "dance"}, "Expected one of"),
        ({"name": ""}, "Expected a name"),
        ({"seed": -1}, "Expected a seed"),
        ({"seed": 2**63}, "Expected a seed"),
        ({"config": {"x": float("nan")}}, "JSON"),
        ({"inputs": {"../../evil": b""}}, "plain lower-case file name"),
        ({"inputs": {"Jobs of Müller.csv": b""}}, "plain lower-case file name"),
    ],
)
def test_nonsense_makes_no_run(runs, changes, message):
    """The message says what was expected; nothing is left behind."""
    arguments = {"kind": "training", "name": "run", **changes}
    with pytest.raises(Exception, match=message):
        runs.create(arguments.pop("kind"), arguments.pop("name"), **arguments)
    assert runs.newest() == []
    assert list(runs.database.folder.glob("runs/*")) == []


def test_a_full_disk_makes_no_run(runs, monkeypatch):
    """An input that cannot be written leaves neither a row nor a folder."""

    def full(_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreUnwritableError, match="No space left"):
        runs.create("training", "run", inputs={"shift.zip": b"jobs"})
    assert runs.newest() == []
    assert list(runs.database.folder.glob("runs/*")) == []


def test_runs_are_listed_newest_first(runs, clock):
    """Of one kind or of all."""
    ids = []
    for kind in ("training", "trials", "training"):
        clock.now += 1
        ids.append(runs.create(kind, "run").id)
    assert [run.id for run in runs.newest()] == ids[::-1]
    assert [run.id for run in runs.newest("trials")] == [ids[1]]
    assert [run.id for run in runs.newest(most=1)] == [ids[2]]


@pytest.mark.parametrize("name", ["../../etc", "", "x" * 32, "A" * 32])
def test_only_ids_become_paths(runs, name):
    """Whatever else is given as an id is a run that does not exist."""
    with pytest.raises(UnknownRunError):
        runs.folder(name)
    with pytest.raises(UnknownRunError):
        runs.get(name)


# --- The queue ----------------------------------------------------------------


def test_the_run_that_has_waited_longest_is_next(runs, clock):
    """First come, first served, and no more than the cap at a time."""
    ids = []
    for _ in range(3):
        clock.now += 1
        ids.append(runs.create("training", "run").id)
    assert runs.claim_next().id == ids[0]
    assert runs.claim_next() is None
    assert runs.claim_next(cap=2).id == ids[1]
    RunWriter.attach(runs, ids[0], FAR).end("finished")
    assert runs.claim_next(cap=2).id == ids[2]
    assert runs.claim_next(cap=9) is None
    with pytest.raises(ValueError, match="cap of at least 1"):
        runs.claim_next(cap=0)


def test_two_processes_never_take_the_same_run(runs):
    """Every queued run is taken by just one of them."""
    ids = [runs.create("training", f"run {i}").id for i in range(40)]
    first, second = claimed_by_two(runs, cap=1000)
    assert sorted(first + second) == sorted(ids)


def test_two_processes_keep_the_cap(runs):
    """Together they start no more than it says."""
    for i in range(20):
        runs.create("training", f"run {i}")
    first, second = claimed_by_two(runs, cap=7)
    assert len(first) + len(second) == 7
    assert sum(run.state == "running" for run in runs.newest()) == 7


# --- Buttons ------------------------------------------------------------------


def test_a_second_start_is_refused_by_name(runs, run_id, writer):
    """By another worker, and from the page; the first goes on."""
    other = replace(FAR, pid=4712)
    with pytest.raises(RunAlreadyRunningError, match="“Nachtschicht 🌙” is already"):
        RunWriter.attach(runs, run_id, other)
    with pytest.raises(RunAlreadyRunningError, match="“Nachtschicht 🌙” is already"):
        runs.claim(run_id)
    with pytest.raises(RunAlreadyRunningError, match="running already"):
        runs.resume(run_id)
    assert RunWriter.attach(runs, run_id, FAR).heartbeat() is False
    assert writer.heartbeat() is False


def test_a_stop_is_heard_at_the_next_heartbeat(runs, run_id, writer):
    """Running, stopping, stopped; asking twice is no fault, and the model is kept."""
    writer.save_checkpoint(1, b"model")
    assert writer.heartbeat(0.5, 60.0) is False
    assert runs.request_stop(run_id).state == "stopping"
    assert runs.request_stop(run_id).state == "stopping"
    assert writer.heartbeat(0.6) is True
    writer.end("stopped")
    run = runs.get(run_id)
    assert (run.state, run.progress, run.seconds_left) == ("stopped", 0.6, None)
    assert runs.intact_checkpoint(run_id).iteration == 1


def test_a_queued_run_is_stopped_at_once(runs, run_id):
    """No worker has to hear it, and none may start it."""
    assert runs.request_stop(run_id).state == "stopped"
    assert runs.claim_next() is None
    with pytest.raises(RunNotStartableError, match=r"is stopped\. Resume it"):
        runs.claim(run_id)
    with pytest.raises(RunNotStartableError, match=r"is stopped\. Resume it"):
        RunWriter.attach(runs, run_id, FAR)


@pytest.mark.parametrize("state", ["finished", "stopped", "failed"])
def test_a_stop_of_an_ended_run_is_refused_by_name(runs, run_id, writer, state):
    """The message says how it ended."""
    writer.end(state)
    with pytest.raises(RunNotRunningError, match=f"“Nachtschicht 🌙” is {state}"):
        runs.request_stop(run_id)


@pytest.mark.parametrize("state", ["stopped", "failed"])
def test_an_ended_run_can_be_resumed(runs, run_id, writer, state, clock):
    """It waits again without its old end, stop and error; a new worker takes it."""
    runs.request_stop(run_id)
    writer.end(state, "disk full")
    clock.now += 5
    run = runs.resume(run_id)
    assert (run.state, run.error, run.ended) == ("queued", None, None)
    assert run.queued == clock.now
    again = RunWriter.attach(runs, run_id, FAR)
    assert again.heartbeat() is False
    assert runs.get(run_id).attempt == 2
    assert runs.get(run_id).started == clock.now - 5


def test_a_finished_run_is_not_resumed(runs, run_id, writer):
    """There is nothing left to do, and the message says so."""
    writer.end("finished")
    assert runs.get(run_id).progress == 1.0
    with pytest.raises(RunNotResumableError, match="is finished; there is nothing"):
        runs.resume(run_id)


def test_a_retry_is_a_new_run_with_everything_of_the_old(runs, writer, run_id):
    """Settings, seed and inputs are the same; the old one stays."""
    old = runs.create("trials", "x", config={"n": 3}, seed=9, inputs={"a.zip": b"z"})
    (runs.inputs(old.id) / ".left-by-a-crash.tmp").write_bytes(b"half")
    new = runs.retry(old.id)
    assert new.id != old.id
    assert (new.config, new.seed, new.retry_of) == ({"n": 3}, 9, old.id)
    assert (new.state, new.kind, new.attempt) == ("queued", "trials", 0)
    assert [x.name for x in runs.inputs(new.id).iterdir()] == ["a.zip"]


def test_a_deleted_run_is_gone_with_its_files(runs, run_id, writer):
    """Not while it works; afterwards metrics, checkpoints and folder go too."""
    writer.add_metrics(0, {"cost": 1.0})
    writer.save_checkpoint(1, b"model")
    with pytest.raises(RunAlreadyRunningError, match="stop it before it is deleted"):
        runs.delete(run_id)
    writer.end("finished")
    runs.delete(run_id)
    assert not runs.folder(run_id).exists()
    assert runs.metrics(run_id) == []
    assert runs.checkpoints(run_id) == []
    for method in (runs.get, runs.delete, runs.request_stop, runs.resume, runs.claim):
        with pytest.raises(UnknownRunError):
            method(run_id)


# --- Lost workers -------------------------------------------------------------


def test_a_silent_worker_is_lost(runs, run_id, writer, clock):
    """After the limit, not at it; the page offers to resume."""
    clock.now += HEARTBEAT_LIMIT
    assert runs.mark_interrupted() == []
    clock.now += 1
    assert [run.id for run in runs.mark_interrupted()] == [run_id]
    run = runs.get(run_id)
    assert (run.state, run.ended) == ("interrupted", clock.now)
    assert "no sign of life for 121 seconds" in run.error
    with pytest.raises(RunNotRunningError, match="is interrupted"):
        runs.request_stop(run_id)
    assert runs.resume(run_id).state == "queued"


def test_a_claim_without_a_process_is_lost_too(runs, run_id, clock):
    """An app that died between claim and start does not block the queue for ever."""
    runs.claim(run_id)
    clock.now += HEARTBEAT_LIMIT + 1
    assert [run.id for run in runs.mark_interrupted()] == [run_id]


def test_a_dead_process_is_lost_at_once(runs, run_id):
    """Its number, its start and this machine tell; no need to wait."""
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    worker = Worker.of(child.pid)
    RunWriter.attach(runs, run_id, worker)
    runs.log_path(run_id).write_text("first\nlast words\n")
    assert runs.mark_interrupted() == []
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # dead, still a zombie
    assert worker.process() is None
    (run,) = runs.mark_interrupted()
    assert (
        "process is gone. There is no checkpoint to resume from: start it" in run.error
    )
    assert run.error.endswith("last words")
    child.communicate()


def test_an_interrupted_run_says_how_to_go_on_and_repeats_no_progress(
    runs, run_id, writer, clock
):
    """What the curves show is left out of the log; with nothing else there is none."""
    writer.save_checkpoint(7, b"state")
    progress = ["iteration 7 of 60: cost 1.2, approx_kl 0.01"] * 30
    progress.append("held-out cost after iteration 7: held_out 1.1")
    runs.log_path(run_id).write_text("\n".join(progress))
    clock.now += HEARTBEAT_LIMIT + 1
    (run,) = runs.mark_interrupted()
    assert run.error == (
        "The worker gave no sign of life for 121 seconds. Resume goes on after "
        "iteration 7."
    )


def test_a_process_with_the_same_number_is_another_one(runs, run_id):
    """A number that is used again does not keep a dead run alive."""
    here = Worker.current()
    RunWriter.attach(runs, run_id, replace(here, started=here.started - 100))
    assert [run.id for run in runs.mark_interrupted()] == [run_id]


def test_a_sleeping_computer_wakes_to_its_run(runs, run_id, writer, clock):
    """Taken for lost, it goes on with its next sign of life; also when stopping."""
    for state in ("running", "stopping"):
        clock.now += HEARTBEAT_LIMIT + 1
        runs.mark_interrupted()
        assert runs.get(run_id).state == "interrupted"
        assert writer.heartbeat() is (state == "stopping")
        run = runs.get(run_id)
        assert (run.state, run.error, run.ended) == (state, None, None)
        runs.request_stop(run_id)


def test_a_worker_whose_run_was_given_away_writes_nothing(runs, run_id, writer, clock):
    """Every method refuses, and nothing of the new worker's is touched."""
    clock.now += HEARTBEAT_LIMIT + 1
    runs.mark_interrupted()
    runs.resume(run_id)
    other = RunWriter.attach(runs, run_id, replace(FAR, pid=4712))
    for write in (
        writer.heartbeat,
        lambda: writer.add_metrics(0, {"cost": 1.0}),
        lambda: writer.save_checkpoint(1, b"old"),
        lambda: writer.end("failed", "no"),
    ):
        with pytest.raises(RunLostError):
            write()
    assert runs.metrics(run_id) == []
    assert runs.checkpoints(run_id) == []
    assert runs.get(run_id).state == "running"
    assert other.heartbeat() is False


def test_an_earlier_attempt_of_the_same_process_writes_nothing(runs, run_id, writer):
    """The number of the process alone does not make a run one's own."""
    writer.end("stopped")
    runs.resume(run_id)
    again = RunWriter.attach(runs, run_id, FAR)
    with pytest.raises(RunLostError):
        writer.end("failed")
    assert again.heartbeat() is False


def test_a_living_process_is_not_given_a_second_one(runs, run_id, clock):
    """A silent but living process must be ended before its run is resumed."""
    RunWriter.attach(runs, run_id, Worker.current())
    clock.now += HEARTBEAT_LIMIT + 1
    assert len(runs.mark_interrupted()) == 1
    with pytest.raises(RunAlreadyRunningError, match=r"still lives\. End it first"):
        runs.resume(run_id)


def test_a_sign_of_life_in_the_last_moment_counts(runs, run_id, writer, clock):
    """A run that was read as lost, and then heard of, is not marked."""
    seen = runs.get(run_id)
    clock.now += HEARTBEAT_LIMIT + 1
    writer.heartbeat()
    assert runs.interrupt(seen, "silent") is False
    assert runs.get(run_id).state == "running"


# --- Metrics and checkpoints --------------------------------------------------


def test_metrics_are_read_from_where_one_stopped(runs, run_id, writer):
    """In order, each once; what is not finite is missing; a repeat replaces."""
    for iteration in range(4):
        writer.add_metrics(iteration, {"cost": iteration / 2, "kl": float("nan")})
    assert runs.metrics(run_id, since=2) == [(3, {"cost": 1.5, "kl": None})]
    writer.add_metrics(1, {"cost": 9.0})
    assert [x for x, _ in runs.metrics(run_id)] == [0, 1, 2, 3]
    assert runs.metrics(run_id)[1] == (1, {"cost": 9.0})


def test_the_newest_checkpoints_are_kept(runs, run_id, writer, clock):
    """The older ones go, rows and files alike, and so does what a crash left."""
    folder = runs.folder(run_id) / "checkpoints"
    for iteration in range(1, 6):
        clock.now += 1
        made = writer.save_checkpoint(iteration, bytes([iteration]), keep=2)
        (folder / ".left-by-a-crash.tmp").write_bytes(b"half")
    assert [x.iteration for x in runs.checkpoints(run_id)] == [5, 4]
    assert runs.checkpoints(run_id)[0] == made
    writer.save_checkpoint(6, b"x", keep=2)
    kept = {Path(x.path).name for x in runs.checkpoints(run_id)}
    assert {x.name for x in folder.iterdir()} == kept


@pytest.mark.parametrize("damage", ["cut", "gone", "changed"])
def test_a_damaged_checkpoint_is_passed_over(runs, run_id, writer, damage):
    """A run goes on from the newest whole one, and replaces what was behind it."""
    writer.save_checkpoint(1, b"one")
    writer.save_checkpoint(2, b"two")
    newest = runs.folder(run_id) / runs.checkpoints(run_id)[0].path
    if damage == "gone":
        newest.unlink()
    else:
        newest.write_bytes(b"tw" if damage == "cut" else b"owt")
    assert runs.intact_checkpoint(run_id).iteration == 1
    writer.end("failed")
    runs.resume(run_id)
    again = RunWriter.attach(runs, run_id, FAR)
    again.save_checkpoint(2, b"two", keep=1)
    assert runs.intact_checkpoint(run_id).iteration == 2
    assert len(runs.checkpoints(run_id)) == 1


def test_a_death_before_the_registration_spoils_no_checkpoint(
    runs, run_id, writer, monkeypatch
):
    """A repeated iteration is a file of its own until it is registered."""
    writer.save_checkpoint(1, b"one")
    writer.save_checkpoint(2, b"two")
    writer.end("stopped")
    runs.resume(run_id)
    again = RunWriter.attach(runs, run_id, FAR)

    def dies(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("core.store.background.run_writer.file_digest", dies)
    with pytest.raises(KeyboardInterrupt):
        again.save_checkpoint(2, b"other")
    newest = runs.intact_checkpoint(run_id)
    assert newest.iteration == 2
    assert (runs.folder(run_id) / newest.path).read_bytes() == b"two"


def test_a_full_disk_leaves_the_last_checkpoint(runs, run_id, writer):
    """The error says so; the run can still be ended in good order."""
    writer.save_checkpoint(1, b"one")

    def full(file):
        file.write(b"tw")
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(StoreUnwritableError, match="No space left") as caught:
        writer.save_checkpoint(2, full)
    newest = runs.intact_checkpoint(run_id)
    assert newest.iteration == 1
    assert (runs.folder(run_id) / newest.path).read_bytes() == b"one"
    writer.end("failed", str(caught.value))
    assert "Free some space" in runs.get(run_id).error


@pytest.mark.parametrize("progress", [-0.1, 1.1, float("nan")])
def test_progress_is_a_share(writer, progress):
    """Anything else is refused."""
    with pytest.raises(ValueError, match="progress in"):
        writer.heartbeat(progress)


# --- Any order of buttons -----------------------------------------------------


class Buttons(RuleBasedStateMachine):
    """One run, one page and two workers on another machine, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()
        self.writers: dict[int, RunWriter] = {}

    def start(self, runs: Runs) -> None:
        """Begin with one queued run."""
        self.runs = runs
        self.id = runs.create("training", "run").id

    @property
    def state(self) -> str:
        return self.runs.get(self.id).state

    @rule(pid=st.integers(1, 2))
    def attach(self, pid):
        before = self.runs.get(self.id)
        try:
            self.writers[pid] = RunWriter.attach(
                self.runs, self.id, replace(FAR, pid=pid)
            )
        except RunAlreadyRunningError:
            assert before.state in AT_WORK
            assert before.pid not in (None, pid)
        except RunNotStartableError:
            assert before.state not in (*AT_WORK, "queued")
        else:
            assert before.state in (*AT_WORK, "queued")

    @rule(pid=st.integers(1, 2))
    def beat(self, pid):
        if pid not in self.writers:
            return
        before = self.runs.get(self.id)
        mine = before.pid == pid and before.attempt == self.writers[pid].attempt
        try:
            stop = self.writers[pid].heartbeat()
        except RunLostError:
            assert not mine or before.state not in (*AT_WORK, "interrupted")
            del self.writers[pid]
        else:
            assert mine
            assert self.state == ("stopping" if stop else "running")

    @rule(pid=st.integers(1, 2), how=st.sampled_from(["finished", "stopped", "failed"]))
    def end(self, pid, how):
        if pid not in self.writers:
            return
        try:
            self.writers.pop(pid).end(how)
        except RunLostError:
            return
        assert self.state == how

    @rule()
    def stop(self):
        before = self.state
        try:
            after = self.runs.request_stop(self.id).state
        except RunNotRunningError:
            assert before not in (*AT_WORK, "queued")
        else:
            assert after == ("stopped" if before == "queued" else "stopping")

    @rule()
    def resume(self):
        before = self.state
        try:
            self.runs.resume(self.id)
        except RunAlreadyRunningError:
            assert before in (*AT_WORK, "queued")
        except RunNotResumableError:
            assert before == "finished"
        else:
            assert before in ("stopped", "failed", "interrupted")

    @rule()
    def sleep(self):
        self.clock.now += HEARTBEAT_LIMIT + 1
        before = self.state
        self.runs.mark_interrupted()
        assert self.state == ("interrupted" if before in AT_WORK else before)

    @precondition(lambda self: self.state == "finished")
    @rule()
    def again(self):
        """A finished run is the end of it; go on with its retry."""
        self.id = self.runs.retry(self.id).id
        self.writers.clear()

    @invariant()
    def states_and_moments_fit(self):
        run = self.runs.get(self.id)
        ended = run.state in ("finished", "stopped", "failed", "interrupted")
        assert (run.ended is not None) == ended
        assert (run.stop_requested is not None) or run.state != "stopping"
        assert run.attempt > 0 or run.state in ("queued", "stopped")


def test_any_order_of_buttons_leaves_a_state_that_makes_sense(tmp_path):
    """One run under random orders of starts, stops, sleeps, ends and resumes."""
    database = open_database(tmp_path / "data", "")

    class Bound(Buttons):
        def __init__(self) -> None:
            super().__init__()
            self.start(Runs(database, self.clock))

    run_state_machine_as_test(
        Bound, settings=settings(max_examples=25, stateful_step_count=20)
    )
    database.close()
