"""Figures in words: with units, and with changes that say their sign."""

from datetime import datetime

import pytest

from core.problem.measures.figure_words import (
    cost_words,
    quality,
    shown_figures,
    value_words,
)
from core.problem.measures.figures import FIGURES, ShownIn, figures_at

START = datetime(2026, 1, 5, 6)
NAMED = {figure.name: figure for figure in FIGURES}
# A plan that ends at 16:00, with one of three dated jobs late, and an hour of setup.
PLAN = {
    "cost": 1.5,
    "last_end": 600.0,
    "makespan_minutes": 600.0,
    "on_time_rate": 2 / 3,
    "late_jobs": 1,
    "late_important_jobs": 1,
    "weighted_tardiness_minutes": 600.0,
    "setup_minutes": 60.0,
    "flow_minutes": 300.0,
    "utilisation": 0.5,
    "lower_bound": 1.2,
    "gap": 0.25,
    "seconds": 0.5,
}


def test_the_headline_says_the_sign_in_words():
    """Against a plan that ended an hour later, with two more late jobs."""
    before = {
        **PLAN,
        "last_end": 660.0,
        "late_jobs": 3,
        "on_time_rate": 2 / 3 - 0.25,
        "setup_minutes": 30.0,
    }
    shown = shown_figures(PLAN, START, before)
    assert {x.figure.label: (x.change, x.direction, x.better) for x in shown} == {
        "Last job ends": ("1 h sooner", "down", True),
        "On time": ("25.0 points more", "up", True),
        "Late jobs": ("2 fewer", "down", True),
        "Late important": ("no change", "off", None),
        "Setup time": ("0.5 h more", "up", False),
        "Utilisation": ("no change", "off", None),
    }


def test_a_first_plan_has_no_changes():
    """Only what it comes to."""
    shown = shown_figures(PLAN, START)
    assert all(x.change is None for x in shown)
    assert {x.figure.label: x.value for x in shown} == {
        "Last job ends": "Mon 5 Jan 16:00",
        "On time": "66.7 %",
        "Late jobs": "1",
        "Late important": "1",
        "Setup time": "1.0 h",
        "Utilisation": "50.0 %",
    }


def test_plans_side_by_side_have_their_cost_and_what_says_nothing_of_the_plan():
    """The seconds differ, but neither plan is better for it."""
    shown = {
        x.figure.name: x
        for x in shown_figures(
            PLAN, START, {**PLAN, "cost": 2.0, "seconds": 9.0}, ShownIn.COMPARISON
        )
    }
    assert (shown["cost"].value, shown["cost"].change) == ("1.5000", "25.0 % cheaper")
    assert (shown["seconds"].value, shown["seconds"].change) == ("0.5 s", None)
    assert (shown["gap"].value, shown["gap"].better) == ("at most 25.0 %", None)


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_what_is_not_known_is_a_dash(figure):
    """Never "None", never an empty cell."""
    assert value_words(figure, None, START) == "–"


def test_lengths_of_time_are_said_as_people_do():
    """A day and a half, not 2,172 minutes; machine time stays in hours."""
    assert value_words(NAMED["makespan_minutes"], 2172.0, START) == "1 d 12 h"
    assert value_words(NAMED["setup_minutes"], 6720.0, START) == "112.0 h"
    assert value_words(NAMED["last_end"], 2172.0) == "1 d 12 h"


@pytest.mark.parametrize(
    ("cost", "other", "words"),
    [
        (0.8766, 1.0, "12.3 % cheaper"),
        (1.03, 1.0, "3.0 % dearer"),
        (0.25, 0.0, "0.2500 dearer"),
        (0.0, 0.0, "0.0 % cheaper"),
    ],
)
def test_a_difference_in_cost_says_its_sign_in_words(cost, other, words):
    """Nothing is a percentage of a cost of 0."""
    assert cost_words(cost, other) == words


def test_equal_costs_are_no_change():
    """Nor are those that differ by less than is shown."""
    for cost in (1.5, 1.5000001):
        (shown, *_) = shown_figures(
            {**PLAN, "cost": cost}, START, PLAN, ShownIn.COMPARISON
        )
        assert (shown.figure.name, shown.change) == ("cost", "no change")


@pytest.mark.parametrize(
    ("gap", "words"),
    [
        (0.0, "This is the best possible plan: none can cost less."),
        (0.1041, "At most 10.5 % above the best possible plan."),
        (1e-9, "At most 0.1 % above the best possible plan."),
        (None, "How far this is from the best possible plan cannot be told."),
    ],
)
def test_quality_is_never_promised_too_well(gap, words):
    """Rounded up: 10.41 % is not "at most 10.4 %"."""
    assert quality(gap) == words


def test_every_figure_is_somewhere():
    """With a name and a label of its own."""
    assert len({x.name for x in FIGURES}) == len(FIGURES)
    assert len({x.label for x in FIGURES}) == len(FIGURES)
    assert {x for place in ShownIn for x in figures_at(place)} == set(FIGURES)
