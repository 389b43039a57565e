"""The page of decisions without a browser: what it shows is what was decided."""

import csv
import io
import json
import time
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
import torch
from streamlit.testing.v1 import AppTest

from core.instances.generator import KINDS, generate
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.planning.trace import Trace
from core.planning.trace_file import trace_to_bytes
from core.policy.segments import segment_log_softmax
from core.policy.shipped import load_default_model
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.schedulers.dispatching.rule_trace import trace_of
from core.schedulers.registry import scheduler
from core.simulation.features import observe, observe_machines
from core.simulation.simulator import Simulator
from core.tables.writing.write_plan import schedule_csv
from pages.parts import planning
from pages.parts.state import Key
from pages.parts.step_through.decisions import Decisions
from pages.parts.step_through.log import log_csv, log_json_bytes

PAGES = Path(__file__).parents[2] / "pages"
TIMEOUT = 120
START = datetime(2026, 1, 5, 6)


@pytest.fixture(scope="module")
def shift():
    """20 jobs on 4 machines with calendars."""
    problem = generate(KINDS["shift_calendar"].resized(20, 4), 4)
    return Shift(problem, START, "Small")


@pytest.fixture(scope="module")
def results(shift):
    """Its plans by the shipped policy and by a rule."""
    return {
        name: scheduler(PlanSettings(name)).schedule(shift.problem, Objective())
        for name in ("hierarchical", "rule:atcs", "rule:lpt")
    }


@pytest.fixture
def open_page(tmp_path, monkeypatch, shift, results):
    """The page, opened with a plan in hand."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(planning, "_load", lambda: None)

    def opened(name="hierarchical", page="step_through", **changes):
        app = AppTest.from_file(str(PAGES / f"{page}.py"), default_timeout=TIMEOUT)
        app.session_state[Key.APP_READY] = True
        app.session_state[Key.OPENED] = shift
        result = results[name]
        for field, value in changes.items():
            object.__setattr__(result, field, value)
        app.session_state[Key.PLAN] = Plan(shift, PlanSettings(name), result)
        app.run()
        assert not app.exception
        return app

    return opened


def at(app, step, tab=None):
    """Look at a decision, with one of the tabs open."""
    app.session_state[Key.STEP] = step
    if tab is not None:
        app.session_state["step_tabs"] = tab
    app.run()
    assert not app.exception
    return app


def press(app, label):
    """Press the button of a label."""
    next(button for button in app.button if button.label == label).click().run()
    assert not app.exception
    return app


def words(app):
    """Everything written on the page."""
    kinds = ("markdown", "caption", "text", "warning", "info", "error")
    return "\n".join(str(x.value) for kind in kinds for x in app.get(kind))


def tables(app):
    """Tables of candidates and of what was excluded: jobs, then machines."""
    found = [x.value for x in app.dataframe]
    return {
        (next(c for c in ("Job", "Machine") if c in table), "Why not" in table): table
        for table in found
        if "Score" in table
    }


def name_of(text):
    """An id without its star."""
    return text.removesuffix(" ★")


@torch.no_grad()
def by_the_policy(problem, trace):
    """Probabilities of every job and machine at every step, from the policy itself."""
    policy = load_default_model().policy
    simulator = Simulator([problem], [Objective()], lookahead=trace.lookahead)
    for t in range(len(trace)):
        seen = observe(simulator)
        scores = policy.score_jobs(seen)
        row = (seen.job == int(trace.job[t])).nonzero().squeeze(1)
        choices = observe_machines(simulator, seen.rollout, seen.job[row])
        logits = policy.score_machines(seen, scores, row, choices)
        jobs = np.zeros(problem.num_jobs)
        jobs[seen.job] = segment_log_softmax(scores.logits, seen.owner, 1).exp()
        machines = np.zeros(problem.num_machines)
        machines[choices.machine] = segment_log_softmax(logits, choices.owner, 1).exp()
        yield t, jobs, machines
        machine = choices.machine[choices.machine == int(trace.machine[t])]
        simulator.step(seen.rollout[:1] * 0, seen.job[row], machine)


def test_probabilities_on_screen_are_the_policys(open_page, shift, results):
    """
    Every job and machine, candidate or not, at some decisions.

    They equal what the policy gives for the same moment, sum to 100 %, and are exactly
    0 where something is masked.
    """
    problem, trace = shift.problem, results["hierarchical"].trace
    app = open_page()
    app.session_state[Key.SHOW_EXCLUDED_JOBS] = True
    app.session_state[Key.SHOW_EXCLUDED_MACHINES] = True
    for t, jobs, machines in by_the_policy(problem, trace):
        if t % 6:
            continue
        found = tables(at(app, t))
        for kind, ids, expected in (
            ("Job", problem.job_ids, jobs),
            ("Machine", problem.machine_ids, machines),
        ):
            shown = found[kind, False]
            shown["Score"] /= 100
            shares = dict(zip(map(name_of, shown[kind]), shown["Score"], strict=True))
            assert sum(shares.values()) == pytest.approx(1, abs=1e-9)
            masked = found.get((kind, True))
            if masked is not None:
                assert (masked["Score"] == 0.0).all()
                assert not shares.keys() & set(masked[kind])
                shares |= dict(zip(masked[kind], masked["Score"], strict=True))
            assert shares.keys() == set(ids)
            for i, name in enumerate(ids):
                assert shares[name] == pytest.approx(expected[i], abs=1e-5)
                assert (shares[name] == 0.0) == (expected[i] == 0.0)


def test_the_chosen_row_is_marked(open_page, shift, results):
    """One job, one machine, those of the plan; the line above says the same."""
    problem, trace = shift.problem, results["hierarchical"].trace
    found = at(open_page(), 8)
    for kind, name in (
        ("Job", problem.job_ids[trace.job[8]]),
        ("Machine", problem.machine_ids[trace.machine[8]]),
    ):
        table = tables(found)[kind, False]
        marked = table[table[""] == "●"]
        assert [name_of(x) for x in marked[kind]] == [name]
        assert name in words(found)
    assert "9 of 20" in words(found)


@pytest.mark.parametrize(
    ("name", "seconds", "said"),
    [
        ("hierarchical", 0.0, "**Hierarchical policy, model default, not refined.**"),
        ("hierarchical", 5.0, "**Hierarchical policy, model default.**"),
        ("rule:lpt", 0.0, "**Rule: longest first, not refined.**"),
    ],
)
def test_it_says_whose_plan_it_shows(open_page, shift, results, name, seconds, said):
    """Scheduler, model and whether nobody refined it; then the plan's own reason."""
    app = open_page(name)
    settings = PlanSettings(name, refine_seconds=seconds)
    app.session_state[Key.PLAN] = Plan(shift, settings, results[name])
    app.run()
    assert f"{said} {results[name].reason}" in words(app).replace("\\", "")


def test_buttons_jumps_and_ends(open_page, results):
    """First, back, next, +10, to a step, to a job; nothing beyond the ends."""
    trace = results["hierarchical"].trace
    app = open_page()

    def step():
        return app.session_state[Key.STEP]

    assert step() == 0
    labels = {button.label: button for button in app.button}
    assert labels["First"].disabled
    assert labels["Back"].disabled
    press(app, "Next")
    assert step() == 1
    press(app, "+10")
    assert step() == 11
    press(app, "Back")
    assert step() == 10
    app.number_input(key=Key.STEP_INPUT).set_value(20).run()
    assert step() == 19
    assert next(x for x in app.button if x.label == "Next").disabled
    app.selectbox(key=Key.STEP_JOB).set_value(int(trace.job[6])).run()
    assert step() == 6
    press(app, "First")
    paid = np.flatnonzero(trace.setup > 0)
    assert len(paid)
    press(app, "Next setup")
    assert step() == paid[paid > 0][0]


def test_a_rules_plan_shows_its_scores(open_page, shift, results):
    """Bars of priorities, the chosen job's the longest; no reasons, no what-if."""
    trace = trace_of(results["rule:atcs"])
    app = at(open_page("rule:atcs"), 5)
    table = tables(app)["Job", False]
    decision = trace[5]
    assert set(map(name_of, table["Job"])) == {
        shift.problem.job_ids[j] for j in decision.jobs
    }
    assert table["Score"].between(0, 1).all()
    chosen = table[table[""] == "●"]["Score"]
    assert float(chosen.iloc[0]) == table["Score"].max()
    assert "No policy took this decision" in words(at(app, 5, "Why?"))
    assert "No policy took these decisions" in words(at(app, 5, "What if?"))


def test_a_plan_without_decisions_shows_what_it_can(open_page, shift, results):
    """Clock and candidates in the order of the plan; no bars."""
    app = open_page("rule:lpt", scheduler="cpsat")
    table = tables(at(app, 3))["Job", False]
    assert table["Score"].isna().all()
    assert len(table) >= 1
    assert "4 of 20" in words(app)
    object.__setattr__(results["rule:lpt"], "scheduler", "rule:lpt")


def test_decisions_of_another_model_are_shown_and_a_replay_offered(
    open_page, shift, results
):
    """By name; a press plans anew with the model in hand."""
    trace = results["hierarchical"].trace
    stale = Trace(**(vars_of(trace) | {"model": "gone@0123456789ab"}))
    app = open_page(trace=stale)
    try:
        assert "taken by model gone (0123456789ab), which is not here" in words(app)
        assert len(tables(app)) == 2  # what was recorded is shown
        assert "gone" in words(at(app, 2, "What if?"))
        press(app, "Replay with the shift and the policy in hand")
        give_up = time.monotonic() + TIMEOUT
        while app.session_state[Key.PLANNING] is not None:
            assert time.monotonic() < give_up
            app.session_state[Key.PLANNING].done(1.0)
            app.run()
        assert "which is not here" not in words(app)
        assert app.session_state[Key.PLAN].result.model == load_default_model().key
    finally:
        object.__setattr__(results["hierarchical"], "trace", trace)


def vars_of(trace):
    """Fields of a trace."""
    return {name: getattr(trace, name) for name in Trace.__dataclass_fields__}


def test_saved_decisions_of_another_shift_are_refused_by_name(open_page):
    """With the offer to replay; damaged files with a message."""
    other = generate(KINDS["shift_calendar"].resized(20, 4), 9)
    trace = scheduler(PlanSettings("hierarchical")).schedule(other, Objective()).trace
    app = at(open_page(), 0, "Decision log")
    upload = app.get("file_uploader")[-1]
    upload.upload(
        "decisions.npz", trace_to_bytes(trace), "application/octet-stream"
    ).run()
    assert not app.exception
    assert "belong to another shift" in words(app)
    assert any(x.label.startswith("Replay with the shift") for x in app.button)


def given(app, trace):
    """Upload saved decisions."""
    file = ("decisions.npz", trace_to_bytes(trace), "application/octet-stream")
    app.get("file_uploader")[-1].upload(*file).run()
    assert not app.exception
    return app


def test_saved_decisions_open_before_anything_is_planned(open_page, results):
    """Those of this shift are shown at a press; those of another one are refused."""
    app = open_page()
    app.session_state[Key.PLAN] = None
    app.run()
    other = generate(KINDS["shift_calendar"].resized(20, 4), 9)
    plan = scheduler(PlanSettings("hierarchical")).schedule(other, Objective())
    given(app, plan.trace)
    assert "belong to another shift" in words(app)
    assert app.session_state[Key.PLAN] is None

    mine = results["hierarchical"]
    given(app, mine.trace)
    assert "belong to another shift" not in words(app)
    press(app, "Show these decisions")
    shown = app.session_state[Key.PLAN].result
    assert shown.trace.is_of(mine.schedule)
    assert shown.cost == mine.cost
    assert "**Hierarchical policy, model default.** Opened from" in words(app)
    assert len(tables(app)) == 2


def try_other(app, step):
    """Choose the second job at a step, and plan on from there."""
    at(app, step, "What if?")
    box = app.selectbox(key=Key.IF_JOB)
    plan = app.session_state[Key.PLAN].result
    box.set_value(plan.trace[step].other_job).run()
    press(app, "Plan on from here")
    return app


def steps_with_another_plan(app, count):
    """Keep so many alternatives, each at a later step than the one before."""
    kept, step = [], 0
    while len(kept) < count:
        trace = app.session_state[Key.PLAN].result.trace
        step = next(t for t in range(step, 20) if trace[t].other_job is not None)
        try_other(app, step)
        keep = next(x for x in app.button if x.label == "Keep the alternative")
        if not keep.disabled:
            press(app, "Keep the alternative")
            kept.append(step)
        step += 1
    return kept


def test_overrides_stack_survive_a_page_change_and_are_undone(open_page):
    """Two kept, marked in plan and export; both there after a visit elsewhere."""
    app = open_page()
    first = app.session_state[Key.PLAN]
    kept = steps_with_another_plan(app, 2)
    plan = app.session_state[Key.PLAN]
    assert [x.step for x in plan.result.trace.overrides] == kept
    assert "2 decisions of this plan chosen by the planner" in words(app)

    rows = schedule_csv(plan).decode("utf-8-sig")
    assert rows.count("planner (job)") == 2

    other = AppTest.from_file(str(PAGES / "plan.py"), default_timeout=TIMEOUT)
    for key in (Key.PLAN, Key.SHIFT, Key.OPENED, Key.OVERRIDDEN, Key.APP_READY):
        other.session_state[key] = app.session_state[key]
    other.run()
    assert not other.exception
    chart = json.loads(other.get("plotly_chart")[0].proto.spec)
    marks = next(x for x in chart["data"] if x.get("name") == "by planner")
    assert len(marks["hovertext"]) == 2

    at(app, kept[-1])
    table = tables(app)["Job", False]
    assert (table[""] == "✎").sum() == 1
    press(app, "Undo the last")
    assert [x.step for x in app.session_state[Key.PLAN].result.trace.overrides] == (
        kept[:1]
    )
    press(app, "Undo the last")
    assert app.session_state[Key.PLAN] is first
    assert "chosen by the planner" not in words(app)


def test_an_alternative_is_compared_and_dropped(open_page):
    """Both plans' figures side by side; dropped, nothing has changed."""
    app = open_page()
    first = app.session_state[Key.PLAN]
    step = next(t for t in range(20) if first.result.trace[t].other_job is not None)
    try_other(app, step)
    assert f"Alternative from step {step + 1}: " in words(app)
    press(app, "Drop it")
    assert app.session_state[Key.ALTERNATIVE] is None
    assert app.session_state[Key.PLAN] is first
    assert "Alternative from" not in words(app)


def test_without_a_plan_it_says_what_to_do(tmp_path, monkeypatch, shift):
    """One sentence and one button."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    app = AppTest.from_file(str(PAGES / "step_through.py"), default_timeout=TIMEOUT)
    app.session_state[Key.APP_READY] = True
    app.session_state[Key.OPENED] = shift
    app.run()
    assert not app.exception
    assert "Plan the shift first" in words(app)
    assert [x.label for x in app.button if x.label == "Plan the shift"]


def test_a_planners_column_is_in_the_decision_log(shift, results):
    """With the job of each decision; what would run in a spreadsheet is defused."""
    own = tuple(f"=n{job}" for job in range(shift.problem.num_jobs))
    noted = replace(shift, extras={"Note": own})
    plan = Plan(noted, PlanSettings(), results["rule:atcs"])
    trace = trace_of(plan.result)
    found = Decisions(plan, plan, trace, None, None)
    notes = [own[job] for job in trace.job.tolist()]
    rows = list(csv.DictReader(io.StringIO(log_csv(found).decode("utf-8-sig"))))
    assert [row["Note"] for row in rows] == [f"'{note}" for note in notes]
    log = json.loads(log_json_bytes(found))
    assert [x["job_columns"]["Note"] for x in log["decisions"]] == notes
