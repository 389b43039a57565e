"""How to plan: refused where it is nonsense, and kept as JSON."""

import json
from dataclasses import fields, replace
from math import inf, nan
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.planning.settings import VERSION, PlanSettings
from core.problem.objective import Objective

FULL = PlanSettings(
    scheduler="batch",
    objective=Objective(2, 0.5, 0),
    samples=7,
    refine_seconds=1.5,
    lookahead=inf,
    model=Path("models", "mine"),
    visible=60,
    most_jobs=500,
    seed=3,
    effort="thorough",
    cautious=True,
    keep="high",
    most_seconds=inf,
)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"samples": 0}, ValueError, "samples >= 1, got 0"),
        ({"samples": 2.5}, TypeError, "samples to be a whole number, got 2.5"),
        ({"samples": True}, TypeError, "whole number, got True"),
        ({"refine_seconds": -1.0}, ValueError, "refine_seconds >= 0, got -1"),
        ({"refine_seconds": nan}, ValueError, "refine_seconds >= 0, got nan"),
        ({"refine_seconds": "5"}, TypeError, "a number, got '5'"),
        ({"lookahead": -0.5}, ValueError, "lookahead >= 0"),
        ({"visible": 49}, ValueError, "50 <= visible <= 888, got 49"),
        ({"visible": 889}, ValueError, "50 <= visible <= 888, got 889"),
        ({"most_jobs": 0}, ValueError, "most_jobs >= 1"),
        ({"seed": -1}, ValueError, "seed >= 0"),
        ({"model": 5}, TypeError, "model to be str or Path, got 5"),
        ({"objective": (1, 1, 0.2)}, TypeError, "objective to be Objective"),
        ({"scheduler": None}, TypeError, "scheduler to be str, got None"),
        (
            {"scheduler": "rule:fast"},
            ValueError,
            "Unknown scheduler 'rule:fast'; known: auto, hierarchical",
        ),
    ],
)
def test_nonsense_is_refused(options, kind, message):
    """With the field, what was expected and what was given."""
    with pytest.raises(kind, match=message):
        PlanSettings(**options)


def test_every_field_survives_json():
    """None of the values above is a default, so a field that is dropped is seen."""
    assert all(
        getattr(FULL, field.name) != getattr(PlanSettings(), field.name)
        for field in fields(PlanSettings)
    )
    kept = json.loads(json.dumps(FULL.to_json(), allow_nan=False))
    assert PlanSettings.from_json(kept) == FULL
    assert kept["version"] == VERSION


@given(
    st.integers(1, 10**6),
    st.floats(0, allow_nan=False),
    st.none() | st.floats(0, allow_nan=False),
    st.none() | st.text(min_size=1),
)
def test_json_keeps_any_number_exactly(samples, seconds, lookahead, model):
    """Infinite seconds included, which JSON cannot say."""
    settings = PlanSettings(
        samples=samples, refine_seconds=seconds, lookahead=lookahead, model=model
    )
    kept = json.loads(json.dumps(settings.to_json(), allow_nan=False))
    assert PlanSettings.from_json(kept) == settings


def test_what_the_first_release_kept_still_opens():
    """It wrote four fields and no version; the others are as they were then."""
    kept = {
        "scheduler": "rule:edd",
        "objective": [1.0, 2.5, 0.2],
        "samples": 8,
        "refine_seconds": 5.0,
    }
    assert PlanSettings.from_json(kept) == PlanSettings(
        "rule:edd", Objective(1.0, 2.5, 0.2), 8, 5.0
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": VERSION + 1}, f"got version {VERSION + 1}"),
        ({"version": "x"}, "got version x"),
        ({"horizon": 3}, "got horizon"),
        ({"objective": [1, 2]}, "Cannot read objective"),
        ({"objective": [0, 0, 0]}, "Cannot read objective"),
        ({"model": {"file": "x"}}, "Cannot read model"),
        ({"lookahead": "long"}, "a number, got 'long'"),
        ({"samples": 1.5}, "a whole number"),
    ],
)
def test_what_is_not_understood_is_refused(change, message):
    """A later version's options would be dropped without a word."""
    kept = FULL.to_json() | change
    with pytest.raises(ValueError, match=message):
        PlanSettings.from_json(kept)


def test_only_what_is_read_makes_another_plan():
    """A rule draws no samples; it heeds the objective and what refines it."""
    rule = PlanSettings("rule:edd")
    assert rule.plans_like(replace(rule, samples=9, visible=60, model="makespan"))
    assert not rule.plans_like(replace(rule, objective=Objective(0, 1, 0)))
    assert not rule.plans_like(replace(rule, refine_seconds=1.0))
    assert not rule.plans_like(replace(rule, scheduler="rule:spt"))
    policy = PlanSettings("hierarchical")
    assert not policy.plans_like(replace(policy, samples=9))
    assert policy.plans_like(replace(policy, visible=60))


def test_settings_are_values():
    """Equal where they say the same, so that a page can ask what changed."""
    assert replace(FULL, seed=4) != FULL
    assert len({FULL, replace(FULL)}) == 1
