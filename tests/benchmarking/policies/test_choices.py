"""Short runs that differ in one choice, judged on the same problems."""

import pytest

from core.benchmarking.policies.design_choices import (
    PARTS,
    ChoiceSettings,
    choices_report,
    options,
    training_settings,
)

TINY = ChoiceSettings(
    jobs=6, machines=2, decisions=400, problems=2, kinds=("shift", "unrelated")
)


@pytest.mark.parametrize("part", PARTS)
def test_the_runs_of_a_choice_differ_in_it_alone(part):
    """All other settings are the same, the seed among them."""
    runs = [
        training_settings(TINY, "shift", **changes)
        for changes in options(part).values()
    ]
    assert len({str(run) for run in runs}) == len(runs) >= 2
    parts = ("data", "rollout", "ppo", "exploration", "stages", "seed", "iterations")
    differing = [
        name for name in parts if getattr(runs[0], name) != getattr(runs[1], name)
    ]
    assert len(differing) == 1


def test_every_option_has_a_row_and_shared_runs_are_equal():
    """Lookaheads on every kind, the rest on the first; what is the same run agrees."""
    report = choices_report(TINY)
    rows = report.detail.rows
    found = {(row[0], row[1], row[2]): row[3:] for row in rows}
    assert len(rows) == len(found) == 2 * 3 + 2 + 3 + 2
    plain = found["lookahead", "shift", "inf"]
    assert found["reward", "shift", "cost"] == plain
    assert found["advantage", "shift", "group"] == plain
    cost, ratio, makespan, tardiness, setup = plain
    assert cost == pytest.approx(makespan + tardiness + 0.2 * setup)
    assert ratio > 0


def test_an_unknown_part_is_refused():
    """With those that there are."""
    with pytest.raises(ValueError, match="lookahead, reward"):
        ChoiceSettings(parts=("nothing",))
