"""``orders``, ``why`` and ``futures``: a shift and a plan in, answers out."""

import json
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.problem.shift import DEFAULT_START, Shift
from core.tables.shift import read_shift
from core.tables.writing.samples import FOLDER
from core.tables.writing.write_plan import schedule_csv
from core.timing.retime import retime
from tests.plans import plan_of

BOOK = FOLDER / "small-24x6" / "small-24x6.xlsx"


def run(*arguments):
    """Run a command in this process."""
    return CliRunner().invoke(app, [str(x) for x in arguments])


@pytest.fixture(scope="module")
def shift() -> Shift:
    """The small sample."""
    return read_shift({BOOK.name: BOOK.read_bytes()}, DEFAULT_START, "small").shift


@pytest.fixture(scope="module")
def plan(shift):
    """Its jobs in topological order, each on the machine that is free first."""
    problem = shift.problem
    load, sequences = [0.0] * problem.num_machines, [[] for _ in problem.machine_ids]
    for job in problem.topological_order.tolist():
        machine = int((load + problem.processing[job]).argmin())
        load[machine] += problem.processing[job, machine]
        sequences[machine].append(job)
    return retime(problem, sequences)


@pytest.fixture
def given(tmp_path, shift, plan):
    """The options that name the workbook and the plan."""
    file = tmp_path / "schedule.csv"
    file.write_bytes(schedule_csv(plan_of(shift, plan, "hand")))
    return ["--workbook", BOOK, "--schedule", file]


def test_every_order_is_listed_and_explained_without_remainder(given, shift, plan):
    """The parts of each answer sum to the whole, to the second."""
    rows = json.loads(run("orders", *given, "--json").stdout)["orders"]
    assert len(rows) == len(set(shift.problem.family.tolist()))
    last = DEFAULT_START + timedelta(seconds=plan.makespan)
    assert max(row["end"] for row in rows) == last.isoformat()
    for row in rows:
        answer = json.loads(run("why", row["order"], *given, "--json").stdout)
        assert list(answer) == [
            *("order", "due", "end", "late_minutes", "total_minutes", "minutes"),
            *("chain", "sentence"),
        ]
        assert (answer["end"], answer["due"]) == (row["end"], row["due"])
        assert answer["late_minutes"] == row["late_minutes"]
        total = answer["total_minutes"]
        assert sum(answer["minutes"].values()) == pytest.approx(total, abs=1e-6)
        assert set(answer["chain"][0]) == {"job", "machine", "cause", "from", "to"}
        assert answer["chain"][-1]["to"] == row["end"]
        assert answer["sentence"].startswith(row["order"])


def test_orders_go_out_as_a_file(given, tmp_path):
    """One line per order under the names of the columns."""
    file = tmp_path / "orders.csv"
    result = run("orders", *given, "--output", file)
    assert result.exit_code == 0
    lines = file.read_text("utf-8-sig").splitlines()
    assert lines[0].startswith("order,due,end,late_minutes,spare_minutes,share_done")
    assert len(lines) == 1 + len(
        json.loads(run("orders", *given, "--json").stdout)["orders"]
    )


def test_what_is_done_by_a_moment_is_counted(given):
    """Nothing at plan start, everything a day later."""
    done = [
        {row["share_done"] for row in json.loads(result.stdout)["orders"]}
        for result in (
            run("orders", *given, "--json"),
            run("orders", *given, "--at", "2026-01-06T06:00", "--json"),
        )
    ]
    assert done == [{0.0}, {1.0}]
    early = run("orders", *given, "--at", "2026-01-04T06:00")
    assert early.exit_code == 2
    assert "plan start" in early.output


def test_the_text_says_the_sentence_first(given):
    """Then the minutes of each cause, and the chain."""
    rows = json.loads(run("orders", *given, "--json").stdout)["orders"]
    name = rows[0]["order"]
    answer = json.loads(run("why", name, *given, "--json").stdout)
    text = run("why", name, *given).stdout
    assert text.startswith(answer["sentence"])
    assert "its earliest possible start, to its end" in text
    assert len(text.splitlines()) >= len(answer["chain"]) + len(answer["minutes"])


def test_without_spread_the_futures_are_the_plan(given):
    """All three moments and the promise are the planned end; chances are 0 or 1."""
    rows = json.loads(run("orders", *given, "--json").stdout)["orders"]
    ends = {row["order"]: row["end"] for row in rows}
    found = json.loads(run("futures", *given, "--spread", 0, "--json").stdout)
    assert found["late_jobs"] == found["late_jobs_expected"]
    for row in found["orders"]:
        moments = {row[x] for x in ("end_10", "end_50", "end_90", "promise")}
        assert moments == {ends[row["order"]]}
        assert row["on_time_chance"] in (0, 1, None)


def test_the_headline_names_what_was_assumed(given):
    """The spread, the breakdowns and the number of futures."""
    text = run(
        *("futures", *given, "--count", 50, "--mtbf-hours", 8, "--mttr-minutes", 20)
    ).stdout
    assert text.startswith("Late jobs: ")
    assert "within 20% of the planned one in 8 of 10 cases" in text
    assert "a breakdown of 20 min every 8 h of work; 50 futures" in text
    assert "90 % sure" in text


def test_what_a_job_a_machine_a_release_and_a_closure_make_late_is_told(given, shift):
    """Each comes back as JSON with every order, and as a sentence."""
    job, machine = shift.problem.job_ids[0], shift.problem.machine_ids[0]
    for option, name in (("job", job), ("machine", machine), ("release", job)):
        result = run("why", f"--of-{option}", name, *given, "--json")
        answer = json.loads(result.stdout)
        assert answer["of"] == {option: name}
        late = sum(max(row["late_minutes"], 0) for row in answer["orders"])
        assert late >= answer["late_minutes"]
        assert name in run("why", f"--of-{option}", name, *given).stdout


def test_remedies_are_listed_with_who_pays_and_a_proof(given):
    """The latest order gets earlier by each; wanted yesterday, nothing does it all."""
    name = json.loads(run("orders", *given, "--json").stdout)["orders"][0]["order"]
    late = json.loads(run("why", name, *given, "--json").stdout)
    answer = json.loads(run("remedies", name, *given, "--json").stdout)
    assert list(answer) == ["order", "remedies", "proof"]
    for remedy in answer["remedies"]:
        assert list(remedy) == [
            *("change", "end", "late_minutes", "others_late_minutes"),
            *("changed_jobs", "price"),
        ]
        assert remedy["late_minutes"] < late["late_minutes"]
    early = run("remedies", name, *given, "--by", "2026-01-05T06:01")
    assert f"Even alone in the shop as it is, {name} ends at" in early.stdout
    spare = run("remedies", name, *given, "--by", "2026-01-07T06:00")
    assert spare.stdout.startswith(f"{name} is on time, with ")


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["why", "wo-nothing"], 1, "There is no order 'wo-nothing'"),
        (["why"], 2, "expected one order, or one --of-"),
        (["why", "a", "--of-job", "b"], 2, "expected one order"),
        (["why", "--of-job", "nobody"], 1, "There is no job 'nobody'"),
        (["why", "--of-machine", "none"], 1, "There is no machine 'none'"),
        (["why", "--of-closure", "M@x/y"], 2, "expected e.g. MILL-01@2026"),
        (["futures", "--spread", "-0.1"], 2, "Expected a spread from 0 to 0.9"),
        (["futures", "--spread", "20"], 2, "got 20.0"),
        (["futures", "--count", "0"], 2, "Expected 1 to 10000 futures"),
        (["futures", "--certainty", "1"], 2, "Expected a certainty"),
        (["futures", "--mtbf-hours", "8"], 2, "--mttr-minutes as well"),
        (["futures", "--mttr-minutes", "8"], 2, "--mttr-minutes as well"),
        (["futures", "--mtbf-hours", "0", "--mttr-minutes", "8"], 2, "more often than"),
        (["remedies", "wo-nothing"], 1, "There is no order 'wo-nothing'"),
        (["remedies"], 2, "Missing argument"),
        (["remedies", "x", "--move-price", "-1"], 2, "Expected a price from 0 up"),
        (["remedies", "x", "--by", "soon"], 2, "--by: expected local time"),
        (["orders", "--at", "soon"], 2, "--at: expected local time"),
        (["orders", "--output", "orders.txt"], 2, "expected a .csv file"),
    ],
)
def test_bad_input_is_refused_in_words(given, arguments, code, message):
    """1: the names do not fit the shift; 2: the options make no sense."""
    result = run(*arguments, *given)
    assert result.exit_code == code
    assert message in " ".join(result.output.split())
    assert "Traceback" not in result.output


def test_a_plan_of_another_start_is_refused(given):
    """A day later nothing of it is valid: the message says what may be wrong."""
    result = run("why", "x", *given, "--start", "2026-01-06T06:00")
    assert result.exit_code == 1
    assert "for another --start?" in result.output or "cannot be read" in result.output


@pytest.fixture
def steel(tmp_path):
    """Steel at 08:00 is for a and b; a is due at 08:30, b never; both take 60 min."""
    files = {
        "jobs": "job_id,processing_minutes,due,materials\n"
        "a,60,2026-01-05T08:30,steel\nb,60,,steel\nc,30,,\n",
        "machines": "machine_id,machine_type\nM,mill\n",
        "materials": "material,arrives\nsteel,2026-01-05T08:00\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.csv").write_text(text)
    given = [x for name in files for x in (f"--{name}", tmp_path / f"{name}.csv")]
    given += ["--start", "2026-01-05T06:00"]
    plan = tmp_path / "plan.csv"
    made = run("plan", *given, "--scheduler", "rule:edd", "--output", plan)
    assert made.exit_code == 0, made.output
    return [*given, "--schedule", plan]


def test_a_delivery_is_spoken_of_by_its_material(steel):
    """It makes a 30 min late; half an hour earlier, a is on time, and b comes along."""
    why = json.loads(run("why", "a", *steel, "--json").stdout)
    assert why["minutes"] == {"processing": 60, "material": 120}
    answer = json.loads(run("why", "--of-delivery", "steel", *steel, "--json").stdout)
    assert answer["late_minutes"] == 30
    ways = json.loads(run("remedies", "a", *steel, "--json").stdout)["remedies"]
    assert ways[0]["change"] == "steel arrives at Mon 5 Jan 07:30, 30 min earlier"
    assert ways[0]["end"] == "2026-01-05T08:30:00"
    unknown = run("why", "--of-delivery", "stel", *steel)
    assert unknown.exit_code == 1
    assert "There is no material 'stel'. Did you mean 'steel'?" in unknown.output


def test_an_order_without_due_date_shows_its_chain_and_asks_when(steel):
    """It says so; remedies need a moment."""
    said = run("why", "b", *steel)
    assert said.exit_code == 0
    assert "b has no due date and ends" in said.stdout
    asked = run("remedies", "b", *steel)
    assert asked.exit_code == 1
    assert "say with --by when it is wanted" in " ".join(asked.output.split())
    wished = run("remedies", "b", *steel, "--by", "2026-01-05T09:00", "--json")
    assert wished.exit_code == 0
    assert json.loads(wished.stdout)["remedies"]


def test_beside_the_plan_before_the_front_counts_what_changes(given, tmp_path):
    """The plan itself as the one before: it changes nothing, others do."""
    found = json.loads(run("front", *given, "--previous", given[-1], "--json").stdout)
    assert found["in_hand"]["changed_jobs"] == 0
    assert found["made"] == 60
    changed = [row["changed_jobs"] for row in found["plans"]]
    assert min(changed) < max(changed)
    assert "changed jobs" in run("front", *given, "--previous", given[-1]).stdout
