"""The log says what the trace says, one row per decision."""

import json
from datetime import datetime, timedelta

import pytest

from core.decisions.decision_log import COLUMNS, entries, log_json, log_row
from core.decisions.topic_words import Wording
from core.decisions.whatif import what_if
from core.instances.generator import KINDS, generate
from core.planning.scheduler import Result
from core.planning.settings import PlanSettings
from core.planning.trace import StaleTraceError
from core.problem import phrases
from core.problem.objective import Objective
from core.schedulers.dispatching.rule_trace import trace_of
from core.schedulers.hierarchical import HierarchicalScheduler
from core.schedulers.registry import scheduler
from core.timing.retime import retime
from tests.models import untrained

START = datetime(2026, 1, 5, 6)
WORDING = Wording(lambda s: phrases.moment(START, s), phrases.duration)


@pytest.fixture(scope="module")
def problem():
    """Fourteen jobs on four machines with calendars."""
    return generate(KINDS["shift_calendar"].resized(14, 4), 3)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy without training."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=8)


@pytest.fixture(scope="module")
def overridden(problem, model):
    """Its plan, with one machine chosen by the planner."""
    plan = HierarchicalScheduler(model).schedule(problem, Objective())
    step = next(t for t in range(14) if plan.trace[t].other_machine is not None)
    machine = plan.trace[step].other_machine
    return step, what_if(plan, model, step, machine=machine)


def rows_of(problem, trace, model=None):
    """Rows of the log by column."""
    return [
        dict(zip(COLUMNS, log_row(entry, problem, trace, START), strict=True))
        for entry in entries(problem, trace, WORDING, model)
    ]


def test_a_row_per_decision_with_the_best_five_and_the_reasons(
    problem, model, overridden
):
    """Ids, times, probabilities best first, counts, who chose, and why."""
    step, result = overridden
    trace = result.trace
    rows = rows_of(problem, trace, model)
    assert len(rows) == 14
    for t, row in enumerate(rows):
        decision = trace[t]
        assert row["step"] == t + 1
        assert row["job_id"] == problem.job_ids[decision.job]
        assert row["machine_id"] == problem.machine_ids[decision.machine]
        assert row["start"] == START + timedelta(seconds=decision.start)
        assert row["end"] == START + timedelta(seconds=decision.end)
        assert row["setup_minutes"] == round(decision.setup / 60, 5)
        assert row["chosen_by"] == (
            "planner (machine)" if t == step else "hierarchical"
        )
        shares = [row[f"job_{i}_score"] for i in range(1, 6)]
        known = [x for x in shares if x is not None]
        assert len(known) == min(5, len(decision.jobs)) == row["jobs_possible"] or (
            len(known) == 5
        )
        assert known == sorted(known, reverse=True)
        assert known[0] == decision.job_probabilities.max()
        assert row["job_1"] == problem.job_ids[decision.jobs[decision.job_order[0]]]
        assert bool(row["why_job"]) == (decision.other_job is not None)
        assert bool(row["why_machine"]) == (decision.other_machine is not None)
        excluded = [x.split()[0] for x in row["jobs_excluded"].split("; ") if x]
        assert sum(map(int, excluded)) == 14 - len(decision.jobs)
    assert rows[0]["clock"] >= START


def test_json_says_the_same(problem, model, overridden):
    """And can be written and read; the head says what made it."""
    step, result = overridden
    trace = result.trace
    found = list(entries(problem, trace, WORDING, model))
    log = json.loads(json.dumps(log_json(found, problem, trace, START)))
    assert log["model"] == model.key
    assert log["problem"] == problem.content_hash
    assert len(log["decisions"]) == 14
    rows = rows_of(problem, trace, model)
    for row, decision in zip(rows, log["decisions"], strict=True):
        assert decision["step"] == row["step"]
        assert decision["job"] == row["job_id"]
        assert decision["end"] == row["end"].isoformat(timespec="seconds")
        assert decision["jobs"][0] == {"id": row["job_1"], "score": row["job_1_score"]}
        assert decision["why_job"] == row["why_job"]
    assert log["decisions"][step]["chosen_by"] == "planner (machine)"


def test_a_rules_log_has_priorities_and_no_reasons(problem):
    """Scores of the rule; why, doubt and value stay empty."""
    result = scheduler(PlanSettings("rule:edd")).schedule(problem, Objective())
    trace = trace_of(result)
    rows = rows_of(problem, trace)
    assert all(row["chosen_by"] == "rule:edd" for row in rows)
    assert all(row["why_job"] == "" and row["doubt"] is None for row in rows)
    assert rows[0]["job_1_score"] == float(trace[0].job_scores.max())


def test_a_plan_without_decisions_has_a_log_too(problem):
    """Candidates in the order of the plan, no scores anywhere."""
    result = Result(
        problem=problem,
        schedule=retime(
            problem,
            scheduler(PlanSettings("rule:lpt"))
            .schedule(problem, Objective())
            .schedule.sequences,
        ),
        objective=Objective(),
        scheduler="cpsat",
        seconds=0.0,
        decisions=14,
        reason="By hand.",
    )
    rows = rows_of(problem, trace_of(result))
    assert all(row["job_1"] and row["job_1_score"] is None for row in rows)
    log = log_json(
        list(entries(problem, trace_of(result), WORDING)),
        problem,
        trace_of(result),
        START,
    )
    assert log["lookahead_minutes"] == "unlimited"


def test_another_model_is_refused(problem, overridden, tmp_path):
    """By name, before the first row."""
    other = untrained(tmp_path, hidden=4)
    with pytest.raises(StaleTraceError, match="the model in hand"):
        next(entries(problem, overridden[1].trace, WORDING, other))
