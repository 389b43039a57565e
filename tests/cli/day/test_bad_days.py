"""Days that cannot be as they are told: by command, with a mend, nothing written."""

import pytest
from typer.testing import CliRunner

from core.cli.parser import app

DAY = "2026-01-05T"
MACHINES = "machine_id,machine_type\nM0,A\nM1,A\nS,B\n"
HEAD = (
    "job_id,processing_minutes,machine_types,predecessors,status,machine_id,"
    "actual_start,actual_end,remaining_minutes,lock"
)
JOBS = {"a": "60,A,,", "b": "60,A,a,", "c": "90,A,,", "d": "30,B,,"}
PLAN_HEAD = "job_id,machine_id,setup_start,start,end,setup_minutes"
PLAN = {
    "a": ("M0", "06:00", "07:00"),
    "b": ("M0", "07:00", "08:00"),
    "c": ("M1", "06:00", "07:30"),
    "d": ("S", "06:00", "06:30"),
}


@pytest.fixture
def replan(tmp_path):
    """Replan four jobs at 08:10: what came out, and whether anything was written."""

    def go(states, moved=(), only=tuple(JOBS), **files):
        rows = [f"{j},{JOBS.get(j, '60,A,,')}{states.get(j, ',,,,,')}" for j in only]
        plan = PLAN | dict(moved)
        lines = [
            f"{j},{k},{DAY}{start},{DAY}{start},{DAY}{end},0"
            for j, (k, start, end) in plan.items()
        ]
        texts = {
            "jobs": "\n".join([HEAD, *rows]),
            "machines": MACHINES,
            "before": "\n".join([PLAN_HEAD, *lines]),
            **files,
        }
        options = []
        for name, text in texts.items():
            file = tmp_path / f"{name}.csv"
            file.write_text(text)
            options += [f"--{'previous' if name == 'before' else name}", file]
        outputs = [tmp_path / "new.csv", tmp_path / "new.json"]
        options += ["--output", outputs[0], "--report", outputs[1]]
        options += ["--start", f"{DAY}06:00", "--now", f"{DAY}08:10"]
        options += ["--repair", "push"]
        result = CliRunner().invoke(app, ["replan", *map(str, options)])
        written = [x.exists() for x in outputs]
        assert written == [result.exit_code == 0] * 2
        return result.exit_code, " ".join(result.output.split())

    return go


STARTED = f"started,M0,{DAY}06:00,,,"


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ({"a": f"started,,{DAY}06:00,,,"}, "2 machine_id The job is started, and it"),
        ({"a": f"started,S,{DAY}06:00,,,"}, "2 machine_id S No machine can run this"),
        ({"a": STARTED, "c": STARTED}, "Two jobs have started on M0 and not ended"),
        ({"a": f"started,M0,{DAY}09:00,,,"}, "after now, 2026-01-05 08:10"),
        (
            {"a": f"finished,M0,{DAY}07:00,{DAY}06:30,,"},
            "The job ends before it starts. Check the two times.",
        ),
        ({"a": "half way,M0,,,,"}, "This is no status. Write planned, released"),
    ],
)
def test_states_that_cannot_be_are_issue_rows(replan, states, words):
    """With row, column and mend; each is said once."""
    code, output = replan(states)
    assert code == 1
    assert words in output
    assert "It is not said when" not in output


LOCKED = ",,,,,start"


@pytest.mark.parametrize(
    ("states", "moved", "words"),
    [
        (
            {"d": LOCKED},
            {"d": ("S", "09:00", "09:30")},
            "d is locked to S at Mon 5 Jan 09:00, and the machine is closed then. "
            "Unlock it; or move it: the first start that can be is Mon 5 Jan 10:00.",
        ),
        (
            {"a": f"started,M0,{DAY}08:00,,60,", "b": LOCKED},
            {"b": ("M1", "09:00", "10:00")},
            "a, which has to come first, ends later. Unlock it; or move it: the first "
            "start that can be is Mon 5 Jan 09:10.",
        ),
        (
            {"a": LOCKED, "c": LOCKED},
            {"a": ("M0", "09:00", "10:00"), "c": ("M0", "09:30", "11:00")},
            "the machine is not ready with a before that. Unlock it; or move it: the "
            "first start that can be is Mon 5 Jan 10:00.",
        ),
    ],
)
def test_a_lock_that_cannot_be_is_said_with_both_ways_to_mend(
    replan, states, moved, words
):
    """Closed until 10:00, a predecessor that ends later, and two at once."""
    down = f"machine_id,start,end\nS,{DAY}08:30,{DAY}10:00\n"
    code, output = replan(states, moved, downtime=down)
    assert code == 1
    assert words in output


def test_a_lock_of_a_job_that_is_in_no_plan_is_refused(replan):
    """Nothing says where or when x has to stay."""
    code, output = replan({"x": LOCKED}, only=(*JOBS, "x"))
    assert code == 1
    assert "x is locked, and no plan before says where or when. Unlock it, or" in output


def test_jobs_are_matched_by_id_and_the_others_listed(replan):
    """Those that are gone, and those that are new."""
    code, output = replan({}, only=("a", "q"))
    assert code == 0
    assert "3 jobs of the plan: not in the shift any more." in output
    assert "1 job of the shift: not in the plan, new." in output


def test_a_plan_of_other_jobs_alone_is_an_error(replan):
    """It was made from other files."""
    code, output = replan({}, only=("q",))
    assert code == 1
    assert "None of the jobs of the plan is one of this shift." in output


def test_a_predecessor_that_is_done_and_gone_is_said_once(replan):
    """It is taken as finished."""
    code, output = replan({"c": STARTED}, only=("b", "c"))
    assert code == 0
    assert output.count("is not in the list and is taken as finished") == 1


@pytest.mark.parametrize(
    ("moved", "code", "words"),
    [
        ({"a": ("M0", "soon", "07:00")}, 1, "This is not a date."),
        ({"a": ("M0", "09:00", "08:30")}, 1, "or ends before it starts."),
        ({"a": ("M9", "09:00", "10:00")}, 1, "There is no machine of this name."),
        (
            {"a": ("M0", "09:00", "10:00"), "b": ("M0", "09:30", "10:30")},
            0,
            "It starts on M0 before a, in row 2, has ended.",
        ),
    ],
)
def test_a_plan_with_impossible_times_is_said_row_by_row(replan, moved, code, words):
    """What cannot be read is an error; two at once on a machine wait for each other."""
    found, output = replan({}, moved)
    assert found == code
    assert words in output
