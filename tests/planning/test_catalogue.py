"""The catalogue: every scheduler's words, and what of the settings it reads."""

from dataclasses import fields

import pytest

from core.planning.catalogue import (
    OF_ALL,
    SCHEDULERS,
    UnknownSchedulerError,
    names,
    rule_names,
    scheduler_entry,
    title,
)
from core.planning.dispatch_rules import RULES
from core.planning.settings import PlanSettings


def test_every_option_is_read_by_some_scheduler():
    """And none reads what there is not; an option that nobody reads is forgotten.

    How much of a previous plan is kept is read by the repairs, whoever plans.
    """
    read = {"keep"}.union(OF_ALL, *(entry.reads for entry in SCHEDULERS.values()))
    assert read == {field.name for field in fields(PlanSettings)}


def test_the_recommended_scheduler_comes_first():
    """The one that plans unless another is chosen."""
    assert names()[0] == PlanSettings().scheduler


def test_no_two_read_the_same_on_screen():
    """A planner chooses by the title."""
    titles = [entry.title for entry in SCHEDULERS.values()]
    assert len(set(titles)) == len(titles)
    assert all(entry.words.endswith(".") for entry in SCHEDULERS.values())


def test_a_rule_has_its_words_from_its_own_row():
    """Its title stands nowhere else."""
    assert title("rule:edd") == f"Rule: {RULES['edd'].title}"
    assert scheduler_entry("rule:edd").words == RULES["edd"].words
    assert [name for name in names() if rule_names(name)] == [
        "rule:best",
        *(f"rule:{rule}" for rule in RULES),
    ]


def test_rules_by_name():
    """The best of all of them, one, or none at all."""
    assert rule_names("rule:best") == tuple(RULES)
    assert rule_names("rule:spt") == ("spt",)
    assert rule_names("spt") == rule_names("rule:fast") == rule_names("cpsat") == ()


def test_an_unknown_name_is_refused_with_those_that_there_are():
    """As a title it stands for itself: a plan of another version is still shown."""
    with pytest.raises(UnknownSchedulerError, match="'magic'; known: auto"):
        scheduler_entry("magic")
    assert title("magic") == "magic"
