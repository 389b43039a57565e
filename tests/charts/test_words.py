"""Facts and tables of a plan: what a planner reads."""

from dataclasses import replace

import numpy as np
import pytest

from core.charts.job_facts import job_facts, wait_text
from core.charts.overview import jobs_table, machines_table, shift_table
from core.problem.measures.waiting import Cause, Wait
from core.problem.shift import Shift


def facts_of(planned, job):
    """Facts of a job by label."""
    return {fact.label: fact.value for fact in job_facts(planned, job)}


def test_facts_of_a_late_important_job(planned):
    """Job c: set up 4-5 h behind a, runs 5-10 h, due at 8 h."""
    assert facts_of(planned, 2) == {
        "Job": "c ★ important",
        "Family": "c",
        "Machine": "L1",
        "Runs": "Mon 5 Jan 11:00 – 16:00",
        "Due": "Mon 5 Jan 14:00",
        "Slack": "late by 2 h",
        "Setup before": "1 h, red → blue",
        "Predecessor": "none",
        "Waited for": "setup behind a",
        "Customer": "Miller",
    }


def test_facts_of_a_job_without_due_date(planned):
    """Job b follows a on the drill."""
    facts = facts_of(planned, 1)
    assert (facts["Due"], facts["Slack"]) == ("–", "no due date")
    assert (facts["Predecessor"], facts["Waited for"]) == ("a", "predecessor a")
    assert facts["Setup before"] == "none"
    assert facts["Customer"] == "–"


@pytest.mark.parametrize(
    ("cause", "job", "words"),
    [
        (Cause.NOTHING, None, "nothing, it starts with the plan"),
        (Cause.RELEASE, None, "release, Mon 5 Jan 06:00"),
        (Cause.PREDECESSOR, 0, "predecessor a"),
        (Cause.SETUP, 0, "setup behind a"),
        (Cause.SETUP, None, "setup of the machine"),
        (Cause.MACHINE, 0, "machine, busy with a"),
        (Cause.MACHINE, None, "machine to become available"),
        (Cause.CLOSURE, None, "machine to open"),
        (Cause.CHOICE, None, "nothing, it could start earlier"),
    ],
)
def test_every_cause_has_words(shop, start, cause, job, words):
    """One sentence each."""
    shift = Shift(shop, start, "Words")
    assert wait_text(shift, 1, Wait(cause, job, 0, 0)) == words


def test_a_wait_for_material_names_it(shop, start):
    """Job 1 is released when its plates arrive; job 0 is just released."""
    none = ("",) * (shop.num_jobs - 2)
    shift = Shift(shop, start, "Words", materials=("", "plates", *none))
    waits = [wait_text(shift, job, Wait(Cause.RELEASE, None, 0, 0)) for job in (0, 1)]
    assert waits == ["release, Mon 5 Jan 06:00", "material plates, Mon 5 Jan 06:00"]


def test_the_jobs_table_begins_with_what_is_late(planned):
    """c is 120 minutes late; the others by their start."""
    table = jobs_table(planned)
    assert table["Job"].tolist() == ["c", "a", "<b>d</b>", "b"]
    assert table["Late"].tolist() == [120, 0, 0, 0]
    assert table["Slack"].tolist()[:3] == [-120, 120, 0]
    assert np.isnan(table["Slack"][3])
    assert table["Due"].isna().tolist() == [False, False, False, True]
    assert table["Setup"].tolist() == [60, 0, 0, 0]
    assert str(table["Start"][0]) == "2026-01-05 11:00:00"
    own = table["Customer"].fillna("").tolist()
    assert own == ["Miller", "Smith & <Co>", "Smith & <Co>", ""]


def test_a_column_that_is_called_as_ours_stays_beside_it(planned):
    """A planner's "Late" is not ours."""
    shift = replace(planned.shift, extras={"late": ("1", "2", "3", "")})
    table = jobs_table(replace(planned, shift=shift))
    assert table["Late"].tolist() == [120, 0, 0, 0]
    own = table.set_index("Job")["late (jobs file)"]
    assert own[["a", "b", "c"]].tolist() == [1, 2, 3]
    assert np.isnan(own["<b>d</b>"])


def test_the_machines_table_adds_up(planned):
    """The plan ends at 10 h: L1 works 9 h and is set up for 1 h, D1 works 2 h."""
    table = machines_table(planned).set_index("Machine")
    assert table["Processing"].to_dict() == {"L1": 9, "D1": 2, "L2": 1}
    assert table["Setup"].to_dict() == {"L1": 1, "D1": 0, "L2": 0}
    assert table["Idle"].to_dict() == {"L1": 0, "D1": 8, "L2": 9}
    assert table["Load"].to_dict() == {"L1": 90, "D1": 20, "L2": 10}
    assert table["Setups"].to_dict() == {"L1": 1, "D1": 0, "L2": 0}


def test_the_shift_table_keeps_the_planners_order(shift):
    """One row per job, nothing sorted."""
    table = shift_table(shift)
    assert table["Job"].tolist() == ["a", "b", "c", "<b>d</b>"]
    assert table["After"].tolist() == ["", "a", "", ""]
    assert table["Machines"].tolist() == [1, 1, 1, 1]
    own = table["Customer"].fillna("").tolist()
    assert own == ["Smith & <Co>", "", "Miller", "Smith & <Co>"]
