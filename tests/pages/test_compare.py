"""The compare page without a browser: what it says, and what it keeps."""

import json
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.instances.generator import KINDS, generate
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.planning.visibility import BatchResult
from core.problem.measures.figure_words import shown_figures
from core.problem.measures.figures import FIGURES, ShownIn
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.schedulers.registry import scheduler
from core.store.errors import ModelRefusedError
from core.store.models import Models
from core.store.shifts.scenario import scenario_from_bytes, scenario_to_bytes
from core.store.shifts.scenarios import Scenarios
from pages.parts.compare.run import IN_HAND
from pages.parts.compare.view import difference_words
from pages.parts.kept import stored
from pages.parts.kept.kept_plans import plan_of, scenario_of
from pages.parts.state import Key

PAGE = Path(__file__).parents[2] / "pages" / "compare.py"
RULES = ["rule:edd", "rule:lpt"]


@pytest.fixture(scope="module")
def shift():
    """Twelve jobs on three machines."""
    problem = generate(KINDS["shift_open"].resized(12, 3), 1)
    return Shift(problem, datetime(2026, 1, 5, 6), "Small")


@pytest.fixture
def page(tmp_path, monkeypatch, shift):
    """The page inside the app, with a small shift in hand and two rules chosen."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    app = AppTest.from_file(str(PAGE), default_timeout=120)
    app.session_state[Key.APP_READY] = True
    app.session_state[Key.OPENED] = shift
    app.session_state[Key.CONTENDERS] = list(RULES)
    stored.opened.clear()
    yield app
    stored.opened.clear()


def compared(page):
    """Press Compare and wait for the plans."""
    page.run()
    assert not page.exception
    page.button(key="press_compare").click().run()
    for _ in range(60):
        if page.session_state[Key.COMPARING] is None:
            break
        page.session_state[Key.COMPARING].done(1.0)
        page.run()
    assert not page.exception
    return page


def texts(page):
    """Everything written on the page."""
    return "\n".join(
        str(element.value)
        for kind in ("markdown", "caption", "text", "warning", "info")
        for element in page.get(kind)
    )


def test_it_stops_without_the_app():
    """Opened by its own address before the app ran."""
    app = AppTest.from_file(str(PAGE)).run()
    assert not app.title
    assert "opens inside Shiftwright" in app.warning[0].value


def test_before_the_first_press_it_says_what_to_do(page):
    """And nothing fails where nothing is planned."""
    page.run()
    assert not page.exception
    assert "Press Compare" in texts(page)


def test_two_plans_are_set_side_by_side_with_words(page):
    """Figures, sign and word; what could be chosen from; a plan to take over."""
    found = texts(compared(page))
    assert "**the yardstick**" in found
    assert "dearer]" in found or "cheaper]" in found
    assert "These plans are the same" not in found
    assert "**36** entries" in found
    assert "**15** answers" in found
    taken = [b for b in page.button if b.label.startswith("Take over")]
    assert len(taken) == 2
    (better,) = [b for b in taken if "better" in b.label]
    comparison = page.session_state[Key.COMPARED]
    best = min(comparison.plans.values(), key=lambda plan: plan.result.cost)
    better.click().run()
    assert not page.exception
    plan = page.session_state[Key.PLAN]
    assert plan is best


def test_equal_plans_are_said_to_be_the_same(page):
    """The plan in hand beside the rule that made it."""
    compared(page)
    next(x for x in page.button if x.label.startswith("Take over: Rule")).click().run()
    in_hand = page.session_state[Key.PLAN].result.scheduler
    page.session_state[Key.CONTENDERS] = [in_hand, IN_HAND]
    page.run()
    said = texts(compared(page))
    assert "**These plans are the same**" in said
    assert "Every job ends when it does in the first plan." in said


def test_one_scheduler_is_no_comparison(page):
    """The button waits for a second one."""
    page.session_state[Key.CONTENDERS] = ["rule:edd"]
    page.run()
    assert page.button(key="press_compare").disabled


def test_a_scheduler_that_fails_leaves_the_other_standing(page, monkeypatch):
    """And the page says what happened."""
    from core.schedulers.dispatching.rules import RuleScheduler

    plan = RuleScheduler.schedule

    def broken(self, *given, **options):
        if self.name == "rule:lpt":
            raise RuntimeError("the disk is on fire")
        return plan(self, *given, **options)

    monkeypatch.setattr(RuleScheduler, "schedule", broken)
    found = texts(compared(page))
    assert "It failed: the disk is on fire" in found
    assert "**All in all**" in found


@pytest.mark.parametrize("name", ["rule:edd", "batch"])
def test_a_plan_survives_being_kept_as_a_scenario(shift, name):
    """Shift, settings, times, and the batches where there were some."""
    objective = Objective(1.0, 2.0, 0.5)
    result = scheduler(PlanSettings("rule:edd")).schedule(shift.problem, objective)
    if name == "batch":
        batches = (tuple(range(6)), tuple(range(6, 12)))
        values = {x: getattr(result, x) for x in result.__dataclass_fields__}
        result = BatchResult(**values | {"scheduler": "batch"}, batches=batches)
    plan = Plan(shift, PlanSettings(name, objective, 3, 5.0), result)
    kept = scenario_from_bytes(scenario_to_bytes(scenario_of(plan)))
    back = plan_of(kept, "Monday")
    assert back.settings == plan.settings
    assert back.shift.name == "Monday"
    assert back.shift.content_hash == shift.content_hash
    assert back.result.cost == result.cost
    assert back.result.reason == result.reason
    assert getattr(back.result, "batches", None) == getattr(result, "batches", None)


def names_kept():
    """Names of the scenarios in the store, in their order there."""
    return sorted(entry.name for entry in Scenarios(stored.database()).all())


def test_keeping_and_renaming_have_a_name_each(page, shift):
    """A name typed for the one does nothing to the other."""
    result = scheduler(PlanSettings("rule:edd")).schedule(shift.problem, Objective())
    page.session_state[Key.PLAN] = Plan(shift, PlanSettings("rule:edd"), result)
    page.run()
    page.text_input(key=Key.SCENARIO_NAME).set_value("Monday").run()
    next(x for x in page.button if x.label == "Keep").click().run()

    page.text_input(key=Key.SCENARIO_NAME).set_value("Wednesday").run()
    page.button(key="scenario_rename").click().run()
    assert names_kept() == ["Monday"]  # no new name, no renaming
    page.text_input(key=Key.SCENARIO_NEW_NAME).set_value("Tuesday").run()
    page.button(key="scenario_rename").click().run()
    assert names_kept() == ["Tuesday"]
    assert page.text_input(key=Key.SCENARIO_NAME).value == "Wednesday"
    next(x for x in page.button if x.label == "Keep").click().run()
    assert names_kept() == ["Tuesday", "Wednesday"]
    assert not page.exception


def keep(shift, name, scheduler_name, objective):
    """Keep a plan of a shift under a name."""
    settings = PlanSettings(scheduler_name, objective)
    result = scheduler(settings).schedule(shift.problem, objective)
    return Scenarios(stored.database()).save(
        name, scenario_of(Plan(shift, settings, result))
    )


def test_two_kept_scenarios_are_compared(page, shift):
    """By what mattered to the first; their shift comes in hand, names are text."""
    first, second = Objective(1.0, 2.0, 0.5), Objective()
    edd = keep(shift, "Monday | *early*", "rule:edd", first)
    lpt = keep(shift, "Tuesday", "rule:lpt", second)
    page.session_state[Key.OPENED] = replace(shift, start=datetime(2026, 1, 6, 6))
    page.session_state[Key.SCENARIO] = edd.id
    page.session_state[Key.SCENARIO_OTHER] = lpt.id
    page.run()
    page.button(key="scenario_compare").click().run()
    assert not page.exception
    plans = page.session_state[Key.COMPARED].plans
    assert list(plans) == ["“Monday | *early*”", "“Tuesday”"]
    for plan, name in zip(plans.values(), ("rule:edd", "rule:lpt"), strict=True):
        own = scheduler(PlanSettings(name)).schedule(shift.problem, first)
        assert plan.result.scheduler == name
        assert plan.result.cost == first.cost(shift.problem, plan.result.schedule)
        assert (plan.result.schedule.start == own.schedule.start).all()
    assert page.session_state[Key.SHIFT].content_hash == shift.content_hash
    found = texts(page)
    assert "**the yardstick**" in found
    assert "“Monday \\| \\*early\\*”" in found
    assert "settings have changed" not in found


def test_scenarios_of_different_shifts_are_not_compared(page, shift):
    """The same jobs a day later are another shift; what is in hand stays."""
    later = replace(shift, start=datetime(2026, 1, 6, 6))
    one = keep(shift, "Monday", "rule:edd", Objective())
    keep(later, "Tuesday", "rule:edd", Objective())
    page.session_state[Key.SCENARIO] = one.id
    page.run()
    page.button(key="scenario_compare").click().run()
    assert not page.exception
    assert "of different shifts" in texts(page)
    assert Key.COMPARED not in page.session_state


def test_a_scenario_of_the_first_release_still_opens(shift):
    """It kept four settings, without a version."""
    objective = Objective(1.0, 2.5, 0.2)
    result = scheduler(PlanSettings("rule:edd")).schedule(shift.problem, objective)
    kept = scenario_of(Plan(shift, PlanSettings("rule:edd", objective), result))
    first = {
        "scheduler": "rule:edd",
        "objective": [1.0, 2.5, 0.2],
        "samples": 8,
        "refine_seconds": 5.0,
        "result": kept.settings["result"],
    }
    back = plan_of(replace(kept, settings=first), "Old")
    assert back.settings == PlanSettings("rule:edd", objective, 8, 5.0)
    assert back.result.cost == result.cost


def test_a_scenario_that_says_too_little_is_refused_in_words(shift):
    """One kept by another version, and one that was never planned."""
    result = scheduler(PlanSettings("rule:edd")).schedule(shift.problem, Objective())
    kept = scenario_of(Plan(shift, PlanSettings("rule:edd"), result))
    with pytest.raises(ValueError, match="kept by another version"):
        plan_of(replace(kept, settings={}), "Old")
    with pytest.raises(ValueError, match="was not planned"):
        plan_of(replace(kept, schedule=None), "Empty")


def test_two_tabs_do_not_mix_their_shifts(tmp_path, monkeypatch, shift):
    """Compared at the same time, each shows and takes over plans of its own shift."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    other = generate(KINDS["shift_open"].resized(9, 2), 2)
    tabs = []
    for mine in (shift, Shift(other, datetime(2026, 2, 2, 6), "Other")):
        app = AppTest.from_file(str(PAGE), default_timeout=120)
        app.session_state[Key.APP_READY] = True
        app.session_state[Key.OPENED] = mine
        app.session_state[Key.CONTENDERS] = list(RULES)
        tabs.append((app.run(), mine))
    for tab, _ in tabs:
        tab.button(key="press_compare").click().run()
    for tab, mine in reversed(tabs):
        for _ in range(60):
            if tab.session_state[Key.COMPARING] is None:
                break
            tab.session_state[Key.COMPARING].done(1.0)
            tab.run()
        found = tab.session_state[Key.COMPARED]
        assert found.shift.content_hash == mine.content_hash
        for plan in found.plans.values():
            assert len(plan.result.schedule.machine) == mine.problem.num_jobs
        assert not tab.exception


@pytest.mark.parametrize(
    ("cost", "first", "words"),
    [
        (0.5, 0.0, ":red[+ 0.5000 dearer]"),
        (0.0, 0.0, "no change"),
        (0.0, 2.0, ":green[− 100.0 % cheaper]"),
        (2.5, 2.0, ":red[+ 25.0 % dearer]"),
    ],
)
def test_a_difference_to_a_cost_of_0_is_said_as_a_cost(cost, first, words):
    """A dearer plan beside one that costs nothing was called no different."""
    one, two = (
        {figure.name: 0.0 for figure in FIGURES} | {"cost": x} for x in (first, cost)
    )
    start = datetime(2026, 1, 5, 6)
    (shown, *_) = shown_figures(two, start, one, ShownIn.COMPARISON)
    assert difference_words(shown) == words


def test_filters_hold_for_all_charts(page):
    """One of three machines: one row in both charts; a job in focus in both."""
    compared(page)
    page.multiselect(key=Key.COMPARE_MACHINES).set_value([1]).run()
    page.selectbox(key=Key.COMPARE_JOB).set_value(0).run()
    assert not page.exception
    charts = [json.loads(x.proto.spec) for x in page.get("plotly_chart")[:2]]
    rows = [chart["layout"]["yaxis"]["ticktext"] for chart in charts]
    assert [len(names) for names in rows] == [1, 1]
    assert all(chart["layout"]["xaxis"]["range"] for chart in charts)


def test_trials_say_that_the_default_model_is_missing(page, monkeypatch):
    """Once, whatever of the chosen needs it; rules alone have nothing to say of it."""

    def broken(self):
        raise ModelRefusedError("Its files are gone.")

    monkeypatch.setattr(Models, "default_model", broken)
    page.run()
    assert "made the default cannot be used" not in texts(page)
    page.session_state[Key.CONTENDERS] = ["hierarchical", "batch", "rule:edd"]
    page.run()
    assert not page.exception
    assert texts(page).count("made the default cannot be used") == 1
