"""The figures of a plan, by hand, and what reads the table of them."""

from math import inf

import pytest

from core.problem.measures import figures
from core.problem.measures.figure_words import shown_figures
from core.problem.measures.figures import Figure, ShownIn, Unit, figures_at, figures_of
from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.timing.retime import retime
from tests.plans import START, plan_of, shift_of


@pytest.fixture
def result():
    """Two jobs of 10 min on one machine, the second due after 15: 5 min late."""
    jobs = [Job("a", {"M": 600}), Job("b", {"M": 600}, due=900.0, important=True)]
    problem = Problem.from_rows(jobs, [Machine("M")])
    return plan_of(shift_of(problem), retime(problem, [[0, 1]])).result


def test_the_figures_by_hand(result):
    """H = 20 min, W = 6; cost = 1 + 10 * 25 / (6 * 20); weight 5, 5 min late."""
    assert figures_of(result, lower_bound=1.0) == {
        "cost": pytest.approx(1 + 250 / 120),
        "last_end": 20,
        "makespan_minutes": 20,
        "on_time_rate": 0,
        "late_jobs": 1,
        "late_important_jobs": 1,
        "weighted_tardiness_minutes": 25,
        "setup_minutes": 0,
        "flow_minutes": 15,
        "utilisation": 1,
        "lower_bound": 1,
        "gap": pytest.approx(250 / 120),
        "seconds": 2,
    }


def test_what_nothing_proves_is_missing(result):
    """No bound, no gap; a bound of 0 proves nothing; JSON knows no infinity."""
    assert figures_of(result)["gap"] is None
    assert figures_of(result, 0.0)["gap"] is None
    assert figures_of(result)["lower_bound"] is None


def test_report_json_has_the_names_of_the_contract():
    """In this order, beside what names the plan."""
    assert [x.name for x in figures_at(ShownIn.REPORT)] == [
        *("makespan_minutes", "weighted_tardiness_minutes", "late_jobs"),
        *("on_time_rate", "setup_minutes", "utilisation"),
        *("cost", "lower_bound", "gap", "seconds"),
    ]


def test_a_figure_more_is_one_row(result, monkeypatch):
    """Headline, comparison and report have it, and know which way is better."""
    more = Figure(
        "first_end_minutes",
        "First job ends",
        Unit.DURATION,
        lambda plan, _: int(plan.schedule.end.min()) / 60,
    )
    monkeypatch.setattr(figures, "FIGURES", (*figures.FIGURES, more))
    values = figures_of(result)
    assert values["first_end_minutes"] == 10
    before = {**values, "first_end_minutes": 40.0}
    for place in (ShownIn.HEADLINE, ShownIn.COMPARISON):
        shown = shown_figures(values, START, before, place)[-1]
        assert (shown.figure, shown.value) == (more, "10 min")
        assert (shown.change, shown.better) == ("30 min less", True)
    assert figures_at(ShownIn.REPORT)[-1] == more


def test_a_figure_that_is_not_finite_is_not_known(result, monkeypatch):
    """Files and screens say nothing rather than infinity."""
    endless = Figure("endless", "Endless", Unit.COST, lambda *_: inf)
    monkeypatch.setattr(figures, "FIGURES", (endless,))
    assert figures_of(result) == {"endless": None}
