"""Headline, facts and tables of a plan: what a planner reads."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest

from core.charts.headline import headline, quality
from core.charts.job_facts import job_facts, wait_text
from core.charts.overview import jobs_table, machines_table, shift_table
from core.planning.plan import Plan
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.problem.objective import Objective
from core.problem.schedule import metrics
from core.problem.shift import Shift
from core.problem.waiting import Cause, Wait, waits

HOUR = 3600


@pytest.fixture
def planned(shop, plan, start):
    """The small plan with its shift."""
    result = Result(shop, plan, Objective(), "rule:edd", 0.1, 4, "By hand.")
    return Plan(Shift(shop, start, "By hand"), PlanSettings("rule:edd"), result)


def facts_of(shop, plan, start, job):
    """Facts of a job by label."""
    found = job_facts(shop, plan, start, job, waits(shop, plan)[job])
    return {fact.label: fact.value for fact in found}


def test_facts_of_a_late_important_job(shop, plan, start):
    """Job c: set up 4-5 h behind a, runs 5-10 h, due at 8 h."""
    assert facts_of(shop, plan, start, 2) == {
        "Job": "c ★ important",
        "Family": "c",
        "Machine": "L1",
        "Runs": "Mon 5 Jan 11:00 – 16:00",
        "Due": "Mon 5 Jan 14:00",
        "Slack": "late by 2 h",
        "Setup before": "1 h, red → blue",
        "Predecessor": "none",
        "Waited for": "setup behind a",
    }


def test_facts_of_a_job_without_due_date(shop, plan, start):
    """Job b follows a on the drill."""
    facts = facts_of(shop, plan, start, 1)
    assert (facts["Due"], facts["Slack"]) == ("–", "no due date")
    assert (facts["Predecessor"], facts["Waited for"]) == ("a", "predecessor a")
    assert facts["Setup before"] == "none"


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
    assert wait_text(shop, start, 1, Wait(cause, job, 0, 0)) == words


def test_headline_says_the_sign_in_words(shop, plan, start):
    """Against a plan that ended an hour later, with two more late jobs."""
    now = metrics(shop, plan)
    before = replace(
        now,
        makespan=now.makespan + HOUR,
        late_jobs=now.late_jobs + 2,
        on_time_rate=now.on_time_rate - 0.25,
        setup=now.setup - HOUR // 2,
    )
    changes = {
        x.label: (x.change, x.direction, x.better) for x in headline(now, start, before)
    }
    assert changes == {
        "Last job ends": ("1 h sooner", "down", True),
        "On time": ("25.0 points more", "up", True),
        "Late jobs": ("2 fewer", "down", True),
        "Late important": ("no change", "off", None),
        "Setup time": ("0.5 h more", "up", False),
        "Utilisation": ("no change", "off", None),
    }


def test_a_first_plan_has_no_changes(shop, plan, start):
    """Figures by hand: ends at 16:00, 2 of 3 dated jobs on time, 1 h of setup."""
    figures = headline(metrics(shop, plan), start)
    assert all(x.change is None for x in figures)
    values = {x.label: x.value for x in figures}
    assert values["Last job ends"] == "Mon 5 Jan 16:00"
    assert values["On time"] == "66.7 %"
    assert (values["Late jobs"], values["Late important"]) == ("1", "1")
    assert values["Setup time"] == "1.0 h"


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0, "This is the best possible plan: none can cost less."),
        (0.1041, "At most 10.5 % above the best possible plan."),
        (1e-9, "At most 0.1 % above the best possible plan."),
        (inf, "How far this is from the best possible plan cannot be told."),
    ],
)
def test_quality_is_never_promised_too_well(gap, words):
    """Rounded up: 10.41 % is not "at most 10.4 %"."""
    assert quality(gap) == words


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


def test_the_machines_table_adds_up(planned):
    """The plan ends at 10 h: L1 works 9 h and is set up for 1 h, D1 works 2 h."""
    table = machines_table(planned).set_index("Machine")
    assert table["Processing"].to_dict() == {"L1": 9, "D1": 2, "L2": 1}
    assert table["Setup"].to_dict() == {"L1": 1, "D1": 0, "L2": 0}
    assert table["Idle"].to_dict() == {"L1": 0, "D1": 8, "L2": 9}
    assert table["Load"].to_dict() == {"L1": 90, "D1": 20, "L2": 10}
    assert table["Changes"].to_dict() == {"L1": 1, "D1": 0, "L2": 0}


def test_the_shift_table_keeps_the_planners_order(shop, start):
    """One row per job, nothing sorted."""
    table = shift_table(shop, start)
    assert table["Job"].tolist() == ["a", "b", "c", "<b>d</b>"]
    assert table["After"].tolist() == ["", "a", "", ""]
    assert table["Machines"].tolist() == [1, 1, 1, 1]
