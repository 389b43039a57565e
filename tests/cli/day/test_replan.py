"""``replan``, ``handover`` and ``verify`` of a shift that is under way."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.problem.shift import DEFAULT_START
from core.tables.shift import read_shift
from core.tables.writing.samples import FOLDER
from core.tables.writing.write_plan import schedule_csv
from core.timing.retime import retime
from tests.plans import plan_of

BOOK = FOLDER / "small-24x6" / "small-24x6.xlsx"


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(x) for x in arguments])


@pytest.fixture
def day(tmp_path):
    """A plan of the small sample, a quarter of the way through."""
    shift = read_shift({BOOK.name: BOOK.read_bytes()}, DEFAULT_START, "small").shift
    problem = shift.problem
    load, sequences = [0.0] * problem.num_machines, [[] for _ in problem.machine_ids]
    for job in problem.topological_order.tolist():
        machine = int((load + problem.processing[job]).argmin())
        load[machine] += problem.processing[job, machine]
        sequences[machine].append(job)
    plan = retime(problem, sequences)
    file = tmp_path / "plan.csv"
    file.write_bytes(schedule_csv(plan_of(shift, plan, "hand")))
    at = (shift.start + timedelta(seconds=plan.makespan // 4)).isoformat()
    return file, at, tmp_path


def options(file, at):
    """Options of a replan from the workbook."""
    start = ("--start", DEFAULT_START.isoformat())
    return "--workbook", BOOK, *start, "--previous", file, "--now", at


def test_where_nothing_happened_the_plan_is_the_plan_before(day):
    """No job changes; history is in the file, with what has begun; it verifies."""
    file, at, folder = day
    output, report = folder / "new.csv", folder / "new.json"
    result = run("replan", *options(file, at), "--output", output, "--report", report)
    assert result.exit_code == 0, result.output
    figures = json.loads(report.read_text())
    assert (figures["repair"], figures["now"]) == ("gentle", at)
    for name in ("changed_jobs", "changed_next_4h", "moved_machine", "stability"):
        assert figures[name] == 0
    assert figures["previous"]["makespan_minutes"] == figures["makespan_minutes"]
    rows = output.read_text("utf-8-sig").splitlines()
    assert rows[0].split(",")[12] == "status"
    statuses = {row.split(",")[12] for row in rows[1:]}
    assert {"finished", "started", "planned"} <= statuses
    verified = run(
        *("verify", "--workbook", BOOK, "--start", DEFAULT_START.isoformat()),
        *("--schedule", output, "--previous", file, "--now", at),
        *("--freeze-until", (DEFAULT_START + timedelta(days=2)).isoformat()),
    )
    assert verified.exit_code == 0, verified.output


def test_all_repairs_are_written_side_by_side(day):
    """Gentle has the name, the others stand beside it; the report holds all four."""
    file, at, folder = day
    output, report = folder / "new.csv", folder / "new.json"
    given = ("--repair", "all", "--effort", "quick", "--scheduler", "rule:edd")
    result = run(
        *("replan", *options(file, at), *given),
        *("--output", output, "--report", report),
    )
    assert result.exit_code == 0, result.output
    names = {"new.csv", "new-push.csv", "new-frozen.csv", "new-free.csv"}
    assert names <= {x.name for x in folder.iterdir()}
    kinds = ["push", "frozen", "gentle", "free"]
    assert list(json.loads(report.read_text())["repairs"]) == kinds


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--repair", "hard"], "expected push, frozen, gentle, free, all"),
        (["--keep", "some"], "Expected keep"),
        (["--freeze-until", "soon"], "--freeze-until: expected local time"),
    ],
)
def test_wrong_options_are_refused_in_words(day, arguments, message):
    """Exit code 2, nothing written."""
    file, at, folder = day
    output = folder / "new.csv"
    result = run("replan", *options(file, at), "--output", output, *arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert not output.exists()


def test_a_shift_is_handed_over_and_goes_on(day):
    """Tomorrow's workbook plans on from the schedule, or its own, without a change."""
    file, at, folder = day
    book, output = folder / "tomorrow.xlsx", folder / "tomorrow.csv"
    start = DEFAULT_START.isoformat()
    made = run(
        *("handover", "--workbook", BOOK, "--start", start, "--schedule", file),
        *("--at", at, "--output", book),
    )
    assert made.exit_code == 0, made.output
    for previous in (file, book):  # which holds the plan, too
        result = run(
            *("replan", "--workbook", book, "--previous", previous),
            *("--output", output, "--repair", "push"),
            *("--report", folder / "tomorrow.json"),
        )
        assert result.exit_code == 0, result.output
        figures = json.loads((folder / "tomorrow.json").read_text())
        assert (figures["start"], figures["changed_jobs"]) == (at, 0)


@pytest.mark.parametrize(("start", "said"), [("01:30", True), ("03:00", False)])
def test_whoever_writes_a_plan_says_that_the_clocks_change_within_it(
    tmp_path, in_central_europe, start, said
):
    """They go forward at two, within the only job or before it begins."""
    jobs, machines = tmp_path / "jobs.csv", tmp_path / "machines.csv"
    jobs.write_text("job_id,processing_minutes\nA,90\n")
    machines.write_text("machine_id,machine_type\nM,saw\n")
    begins = f"2026-03-29T{start}"
    inputs = ("--jobs", jobs, "--machines", machines, "--start", begins)
    plan = tmp_path / "plan.csv"
    rule = ("--scheduler", "rule:edd", "--output")
    assert run("plan", *inputs, *rule, plan).exit_code == 0
    commands = {
        "replan": ("--previous", plan, "--now", begins, *rule, tmp_path / "r.csv"),
        "front": ("--schedule", plan, "--take", 1, "--output", tmp_path / "f.csv"),
        "handover": (
            "--schedule",
            plan,
            "--at",
            begins,
            "--output",
            tmp_path / "h.xlsx",
        ),
    }
    for name, more in commands.items():
        done = run(name, *inputs, *more)
        assert done.exit_code == 0, done.output
        assert ("on Sun 29 Mar 02:00 they are put to 03:00" in done.stderr) == said, (
            name
        )
