"""``import core``, as a notebook uses it."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest

import core
from core.problem.schedule import Schedule
from tests.tables.files import JOBS, MACHINES

ROOT = Path(__file__).parents[1]


START = datetime(2026, 1, 5, 6)


@pytest.fixture
def files(tmp_path):
    """Two small files of a shift."""
    jobs, machines = tmp_path / "jobs.csv", tmp_path / "machines.csv"
    jobs.write_text(JOBS)
    machines.write_text(MACHINES)
    return jobs, machines


def test_a_notebook_reads_plans_writes_and_verifies(files, tmp_path):
    """Four lines; what was written is valid, and the same plan."""
    shift = core.read(*files, start=START)
    plan = core.plan(shift, core.PlanSettings("rule:edd"))
    core.write(plan, tmp_path / "schedule.csv")
    assert core.verify(shift, tmp_path / "schedule.csv") == ()

    assert (shift.name, shift.problem.num_jobs) == ("jobs", 3)
    assert core.verify(shift, plan.result.schedule) == ()
    core.write(plan, tmp_path / "schedule.xlsx")
    assert (tmp_path / "schedule.xlsx").read_bytes().startswith(b"PK")


def test_a_problem_may_be_written_down():
    """Two jobs of 60 s on one machine end after 120 s, whatever plans them."""
    jobs = [core.Job("a", {"M": 60}), core.Job("b", {"M": 60}, due=60.0)]
    problem = core.Problem.from_rows(jobs, [core.Machine("M")])
    shift = core.Shift(problem, START, "By hand")
    plan = core.plan(shift, core.PlanSettings("rule:edd", core.Objective(1, 1, 0)))
    assert plan.result.schedule.end.tolist() == [120, 60]
    assert plan.result.metrics.late_jobs == 0


def test_a_broken_plan_is_seen(files):
    """Every job at once on its first machine."""
    shift = core.read(*files, start=START)
    jobs = shift.problem.num_jobs
    start = np.zeros(jobs, dtype=np.int64)
    machine = shift.problem.eligible.argmax(axis=1)
    end = shift.problem.processing[np.arange(jobs), machine].astype(np.int64)
    found = core.verify(shift, Schedule(machine, start, start, start, end))
    assert 3 in {violation.rule for violation in found}


def test_faults_in_files_are_listed(files):
    """All of them, with the mend; a warning does not stop the reading."""
    jobs, machines = files
    shift = core.read(jobs, machines, start=START)
    jobs.write_text(JOBS.replace("60", "sixty"))
    with pytest.raises(core.UnreadableFilesError, match="sixty") as caught:
        core.read(jobs, machines, start=START)
    assert len(caught.value.issues.errors) == 1
    with pytest.raises(core.UnreadableFilesError):
        core.verify(shift, machines)


def test_what_to_look_at_is_a_python_warning(files):
    """Due before the plan starts: read, and said."""
    with pytest.warns(UserWarning, match="due"):
        core.read(*files, start=datetime(2027, 1, 6, 6))


def test_a_start_that_was_proposed_is_said(files):
    """The first date is on Monday, 5 January; the plan starts at 06:00 before it."""
    with pytest.warns(UserWarning, match="The plan starts"):
        assert core.read(*files).start == START


def test_nonsense_is_refused(files, tmp_path):
    """No file, one that is not there, and an ending that says nothing."""
    with pytest.raises(ValueError, match="got none"):
        core.read()
    with pytest.raises(FileNotFoundError):
        core.read(tmp_path / "nowhere.csv")
    plan = core.plan(core.read(*files, start=START), core.PlanSettings("rule:spt"))
    with pytest.raises(ValueError, match=r"\.csv or \.xlsx"):
        core.write(plan, tmp_path / "plan.txt")
    with pytest.raises(AttributeError, match="no attribute 'schedule'"):
        core.schedule  # noqa: B018


def loaded_by(code):
    """Modules of a fresh process after some code."""
    process = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(process.stdout.split())


def test_torch_comes_with_the_first_plan():
    """Reading, settings and every name that is offered do without it."""
    heavy = {"torch", "ortools", "numba", "streamlit"}
    names = "; ".join(f"core.{name}" for name in core.__all__)
    assert not heavy & loaded_by(f"import core; core.PlanSettings(); {names}")


def test_importing_core_opens_no_room():
    """Each room starts by itself."""
    loaded = loaded_by("import core")
    assert [name for name in loaded if name.startswith("core.")] == []
