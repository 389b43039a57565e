"""The Orders page without a browser: which orders are late, why, and what helps."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.charts.orders import COLORS, CauseShare, cause_bar
from core.decisions.lateness import Blame, Lateness
from core.futures.futures import futures
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.problem import phrases
from core.problem.floor import PreviousPlan
from core.problem.measures.orders import order_lines
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.remedies.remedy import Asks, Prices
from core.replanning.commitments import floor_as_planned
from core.schedulers.registry import scheduler
from core.timing.open_part import open_part
from pages.parts import planning
from pages.parts.orders.remedies import table_key
from pages.parts.state import Key

PAGES = Path(__file__).parents[2] / "pages"
TIMEOUT = 120


@pytest.fixture(scope="module")
def shift():
    """60 jobs on 6 machines, with nights and due dates that cannot all be kept."""
    problem = generate(KINDS["shift_calendar"].resized(60, 6), 1)
    return Shift(problem, datetime(2026, 1, 5, 6), "Small")


@pytest.fixture(scope="module")
def plan(shift):
    """Its plan by first come, first served: some orders are late."""
    settings = PlanSettings("rule:fifo")
    return Plan(
        shift, settings, scheduler(settings).schedule(shift.problem, Objective())
    )


@pytest.fixture(scope="module")
def lines(plan):
    """Where the plan leaves its orders, the latest first."""
    return order_lines(plan.shift.problem, plan.result.schedule)


@pytest.fixture
def open_page(tmp_path, monkeypatch, shift, plan):
    """The page with the plan in hand, unless told otherwise."""
    monkeypatch.setenv("SHIFTWRIGHT_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(planning, "_load", lambda: None)

    def opened(in_hand=plan, of=shift):
        app = AppTest.from_file(str(PAGES / "orders.py"), default_timeout=TIMEOUT)
        app.session_state[Key.APP_READY] = True
        app.session_state[Key.OPENED] = of
        app.session_state[Key.SCHEDULER] = "rule:edd"
        if in_hand is not None:
            app.session_state[Key.PLAN] = in_hand
        return run(app)

    return opened


def run(app):
    """Run it, and see that nothing failed."""
    app.run()
    assert not app.exception
    assert not app.error
    return app


def words(app):
    """Everything written on the page."""
    kinds = ("markdown", "caption", "text", "warning", "info", "error", "code")
    return "\n".join(str(x.value) for kind in kinds for x in app.get(kind))


def press(app, key):
    """Press a button, and wait for a search that it began."""
    app.button(key=key).click()
    run(app)
    began = Key.REMEDY_SEARCH in app.session_state
    if began and not app.session_state[Key.REMEDY_SEARCH].done():
        assert app.session_state[Key.REMEDY_SEARCH].done(TIMEOUT)
        run(app)
    return app


def open_order(app, line, tab="Why"):
    """Open an order, at one of its tabs."""
    app.session_state[Key.ORDER] = line.order.key
    app.session_state[Key.ORDERS_TAB] = tab
    return run(app)


def table(app, number=0):
    """Return the data of one of the tables."""
    return app.dataframe[number].value


def test_without_a_plan_it_can_be_made_here(open_page):
    """One line says so, one button plans; the orders are there then."""
    app = open_page(None)
    assert "Plan the shift first" in words(app)
    assert not app.dataframe
    next(x for x in app.button if x.label == "Plan the shift").click()
    run(app)
    assert app.session_state[Key.PLAN].result.scheduler == "rule:edd"
    assert "late as planned" in words(app)


def test_one_line_per_order_the_latest_first(open_page, plan, lines):
    """Late ones, their number and their cause as the plan has them."""
    late = sum(line.late > 0 for line in lines)
    assert 0 < late < len(lines)
    app = open_page()
    shown = table(app)
    assert shown["Order"].tolist() == [line.order.name for line in lines]
    assert f"**{late} orders late as planned" in words(app)
    assert (shown["To due"] < 0).sum() == late
    assert shown["To due"].dropna().is_monotonic_increasing
    assert shown["Done"].tolist() == [0.0] * len(lines)
    assert shown["On time"].between(0, 100).all()


def test_lines_can_be_filtered_and_searched(open_page, plan, lines):
    """Late ones, important ones, and those of a job; none is said."""
    app = open_page()
    app.session_state[Key.ORDERS_SHOWN] = "Late"
    assert len(table(run(app))) == sum(line.late > 0 for line in lines)
    app.session_state[Key.ORDERS_SHOWN] = "Important"
    assert len(table(run(app))) == sum(line.order.important for line in lines)
    app.session_state[Key.ORDERS_SHOWN] = "All"
    line = lines[2]
    job = plan.shift.problem.job_ids[line.order.jobs[-1]].lower()
    app.text_input(key=Key.ORDERS_SEARCH).set_value(f" {job} ")
    assert table(run(app))["Order"].tolist() == [line.order.name]
    app.text_input(key=Key.ORDERS_SEARCH).set_value("no such order")
    assert "No order is like that" in words(run(app))


def test_no_spread_expects_what_is_planned(open_page, lines):
    """Nothing turns out otherwise: chances are 0 and 100 %."""
    late = sum(line.late > 0 for line in lines)
    app = open_page()
    app.number_input(key=Key.ORDERS_SPREAD).set_value(0)
    run(app)
    assert f"{late} expected**" in words(app)
    assert set(table(app)["On time"].dropna()) == {0.0, 100.0}


def test_an_opened_order_says_why(open_page, plan, lines):
    """Its sentence, and a chain that takes as long as it took."""
    app = open_order(open_page(), lines[0])
    why = Lateness(plan.shift.problem, plan.result.schedule).why(lines[0].order)
    assert f"{lines[0].order.name} is " in app.code[0].value
    assert table(app, 1)["Takes"].sum() == pytest.approx(why.total / 60)
    app.button(key="close_order").click()
    assert not run(app).code


def test_what_something_makes_late_is_a_table(open_page, plan, lines):
    """The queue at the last machine of the latest order delays something."""
    app = open_order(open_page(), lines[0], "What it makes late")
    options = app.selectbox(key=Key.ORDERS_EFFECT).options
    assert any(option.endswith(" does one job at a time") for option in options)
    assert any(option.endswith(" is in the way") for option in options)
    for option in options:
        app.selectbox(key=Key.ORDERS_EFFECT).select(option)
        run(app)
        made = len(app.dataframe) == 2
        assert made != ("It makes no order late" in words(app))
        if made:
            assert (table(app, 1)["Makes late"] > 0).all()


def test_a_remedy_is_applied_and_taken_back(open_page, plan, lines):
    """The order is then earlier, as promised; back, all is as before."""
    app = open_order(open_page(), lines[0], "What would it take?")
    press(app, "look_for_ways")
    promised = table(app, 1)["Ends"].iloc[0]
    press(app, "apply_remedy")
    made = app.session_state[Key.PLAN]
    end = made.result.schedule.end[list(lines[0].order.jobs)].max()
    assert end < lines[0].end
    assert (promised - made.shift.start).total_seconds() == end
    assert app.session_state[Key.PREVIOUS] is plan
    assert "Taken over" in words(app)
    assert lines[0].order.name in table(app)["Order"].tolist()
    press(app, "take_back_remedy")
    assert app.session_state[Key.PLAN] is plan
    assert "Taken over" not in words(app)


def test_a_remedy_that_changes_the_shift_is_taken_back_with_it(
    open_page, shift, plan, lines
):
    """The opened shift is the changed one, then the one before again."""
    app = open_order(open_page(), lines[0], "What would it take?")
    press(app, "look_for_ways")
    ways = app.session_state[Key.REMEDY_SEARCH].found.remedies
    line = [way.problem is not shift.problem for way in ways].index(True)
    chosen = {"rows": [], "columns": [], "cells": [(line, "Change")]}
    app.session_state[table_key(plan, [lines[0].order])] = {"selection": chosen}
    run(app)
    assert "The shift in hand changes with it" in words(app)
    press(app, "apply_remedy")
    made = app.session_state[Key.PLAN]
    assert made.shift.problem is ways[line].problem
    assert made.shift is app.session_state[Key.OPENED] is app.session_state[Key.SHIFT]
    assert ways[line].change in made.shift.name
    press(app, "take_back_remedy")
    assert app.session_state[Key.PLAN] is plan
    assert app.session_state[Key.OPENED] is app.session_state[Key.SHIFT] is shift


def test_several_orders_are_helped_at_once_by_prices(open_page, lines):
    """The two latest together: asked for both, each way says what it costs."""
    app = open_order(open_page(), lines[0], "What would it take?")
    other = next(x for x in app.multiselect if x.label == "Together with")
    assert other.options[0].removesuffix(" ★") == lines[1].order.name
    other.set_value([lines[1].order.key])
    app.number_input(key=Key.ORDERS_OVERTIME).set_value(80.0)
    app.number_input(key=Key.ORDERS_MOVE).set_value(7.0)
    run(app)
    press(app, "look_for_ways")
    search = app.session_state[Key.REMEDY_SEARCH]
    orders, prices = search.asked
    assert [x.name for x in orders] == [lines[0].order.name, lines[1].order.name]
    assert prices == Prices(80.0, 7.0)
    ways = search.found.remedies
    assert table(app, 1)["Price"].tolist() == pytest.approx([x.price for x in ways])
    for way in ways:
        assert way.price == 80 * way.overtime / 3600 + 7 * way.changed_jobs
        assert way.end == max(
            way.schedule.end[list(x.order.jobs)].max() for x in lines[:2]
        )


def test_every_kind_of_way_is_applied_and_taken_back(open_page, shift, plan, lines):
    """Hours, a machine more, a later promise: back, it is as before."""
    app = open_order(open_page(), lines[0], "What would it take?")
    press(app, "look_for_ways")
    ways = app.session_state[Key.REMEDY_SEARCH].found.remedies
    assert {way.asks for way in ways} == set(Asks)
    assert any(way.overtime for way in ways)
    kinds = {way.asks: i for i, way in enumerate(ways) if way.asks is not Asks.SHOP}
    hours = next(i for i, way in enumerate(ways) if way.overtime)
    for line in (hours, *kinds.values()):
        way = app.session_state[Key.REMEDY_SEARCH].found.remedies[line]
        assert way.change == ways[line].change  # looked for anew, and the same
        chosen = {"rows": [], "columns": [], "cells": [(line, "Change")]}
        app.session_state[table_key(plan, [lines[0].order])] = {"selection": chosen}
        run(app)
        press(app, "apply_remedy")
        made = app.session_state[Key.PLAN]
        assert made.shift.problem is way.problem
        assert made.result.schedule is way.schedule
        assert way.change in words(app).replace("\\", "")
        press(app, "take_back_remedy")
        assert app.session_state[Key.PLAN] is plan
        assert app.session_state[Key.SHIFT] is shift
        press(app, "look_for_ways")


def test_a_remedy_leaves_what_has_begun(open_page, shift, plan, lines):
    """A quarter of the day over: after Apply, nothing that had begun has moved."""
    now = plan.result.schedule.makespan // 4
    before = plan.result.schedule
    floor = floor_as_planned(shift.problem, PreviousPlan.of(before), now)
    part = open_part(shift.problem, before, floor)
    result = replace(plan.result, floor=floor, rest=part.problem, trace=None)
    under_way = Plan(replace(shift, floor=floor), plan.settings, result)
    line = next(x for x in lines if x.order.key and x.end > now)
    app = open_page(under_way, under_way.shift)
    open_order(app, line, "What would it take?")
    press(app, "look_for_ways")
    assert app.session_state[Key.REMEDY_SEARCH].found.remedies
    press(app, "apply_remedy")
    made = app.session_state[Key.PLAN]
    begun = before.start < now
    assert (made.result.schedule.start == before.start)[begun].all()
    assert made.result.floor.now == now
    assert made.result.schedule.end[list(line.order.jobs)].max() < line.end
    press(app, "take_back_remedy")
    assert app.session_state[Key.PLAN] is under_way


def test_a_surer_promise_is_later(open_page, plan, lines):
    """Each certainty's date is that of the futures, and 99 % is after 50 %."""
    app = open_order(open_page(), lines[0])
    found = futures(plan.shift.problem, plan.result.schedule)
    said = []
    for percent in (50, 99):
        app.selectbox(key=Key.ORDERS_CERTAINTY).set_value(percent)
        moment = found.promise(lines[0].order, percent / 100)
        said.append(phrases.moment(plan.shift.start, moment))
        assert said[-1] in words(run(app))
    assert found.promise(lines[0].order, 0.5) < found.promise(lines[0].order, 0.99)


def test_an_order_without_due_date_shows_its_chain_and_asks_when(open_page, shift):
    """No chance, no lateness; said, and no search before it is said by when."""
    due = np.full(shift.problem.num_jobs, np.inf)
    undated = replace(shift, problem=replace(shift.problem, due=due))
    settings = PlanSettings("rule:fifo")
    result = scheduler(settings).schedule(undated.problem, Objective())
    made = Plan(undated, settings, result)
    line = order_lines(undated.problem, result.schedule)[0]
    app = open_order(open_page(made, undated), line)
    assert "has no due date and ends" in app.code[0].value
    assert "On-time chance" not in words(app)
    assert len(app.dataframe) == 2
    app = open_order(app, line, "What would it take?")
    assert "has no due date: say by when it is wanted" in words(app)
    assert app.button(key="look_for_ways").disabled


def test_an_order_that_is_not_there_any_more_is_not_opened(open_page):
    """Known by another plan only: the table is shown, and nothing fails."""
    app = open_page()
    app.session_state[Key.ORDER] = ("WO-nothing", 0)
    assert not run(app).code


def test_an_order_on_time_says_what_it_may_give_away(open_page, lines):
    """No table, no way to apply."""
    line = next(line for line in lines if 0 < line.spare < float("inf"))
    app = open_order(open_page(), line, "What would it take?")
    press(app, "look_for_ways")
    assert "is on time, with" in words(app).replace("\\", "")
    assert len(app.dataframe) == 1
    assert "apply_remedy" not in {button.key for button in app.button}


def test_every_cause_has_a_color_and_the_bar_sums_to_the_whole():
    """Shares in the legend, in words."""
    assert set(COLORS) == {cause.value for cause in Blame}
    figure = cause_bar(
        [CauseShare("processing", "own", 5400), CauseShare("closure", "closed", 1800)]
    )
    assert [bar.name for bar in figure.data] == [
        "own: 1 h 30, 75 %",
        "closed: 30 min, 25 %",
    ]
    assert [bar.x[0] for bar in figure.data] == [5400, 1800]
