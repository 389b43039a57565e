"""Learning curves and what is read off them."""

from dataclasses import replace

import pytest

from core.benchmarking.policies.learning import (
    decisions_until,
    learning_report,
    own_curve,
    report_of,
)
from core.benchmarking.policies.learning_settings import (
    LearningSettings,
    judged_on,
    task_of,
)
from core.benchmarking.policies.maskable import FreshFlatEnv, maskable_curve

TINY = LearningSettings(jobs=5, machines=2, decisions=40, copies=4, seeds=(0,))


def test_decisions_until_a_cost_is_first_reached():
    """A later rise takes nothing back."""
    curve = [(0, 3.0), (10, 2.0), (20, 2.5)]
    assert decisions_until(curve, 2.0) == 10
    assert decisions_until(curve, 1.9) is None


def test_the_target_is_the_best_of_the_flat_network():
    """Flat reaches its best, 2.0, after 20 decisions; two steps after 5, a quarter."""
    curves = {
        ("flat", 0): [(0, 3.0), (20, 2.0), (40, 2.5)],
        ("set", 0): [(0, 3.0), (5, 1.8)],
        ("maskable", 0): [(0, 3.0), (40, 2.1)],
    }
    rows = {row[0]: row[2:] for row in report_of(TINY, curves).summaries[0].rows}
    assert rows["flat"] == (2.0, "1 of 1", 20.0, 1.0)
    assert rows["set"] == (1.8, "1 of 1", 5.0, 0.25)
    assert rows["maskable"] == (2.1, "0 of 1", None, None)


def test_without_the_flat_network_there_is_no_target():
    """And no figure that would need one."""
    report = report_of(TINY, {("set", 0): [(0, 3.0)]})
    assert report.summaries[0].rows == (("set", 1, 3.0, "0 of 1", None, None),)


def test_the_mean_is_over_all_seeds_or_none():
    """One run of two that does not get there leaves no mean to quote."""
    flat = [(0, 3.0), (10, 2.0)]
    curves = {
        ("flat", 0): flat,
        ("set", 0): [(0, 1.0)],
        ("flat", 1): flat,
        ("set", 1): [(0, 9.0)],
    }
    rows = {row[0]: row[2:] for row in report_of(TINY, curves).summaries[0].rows}
    assert rows["set"] == (5.0, "1 of 2", None, None)


@pytest.mark.parametrize("problems", ["one", "fresh"])
@pytest.mark.parametrize("way", ["set", "fixed", "flat"])
def test_a_run_counts_its_decisions(way, problems):
    """Two updates of 20 decisions each, and the start before them."""
    curve = own_curve(way, replace(TINY, problems=problems), 0)
    assert [decisions for decisions, _ in curve] == [0, 20, 40]


def test_a_run_repeats_itself():
    """The same seed gives the same curve."""
    assert own_curve("fixed", TINY, 3) == own_curve("fixed", TINY, 3)


@pytest.mark.parametrize("problems", ["one", "fresh"])
def test_the_outside_yardstick_learns_the_same_problems(problems):
    """MaskablePPO takes as many decisions, every one of them valid."""
    pytest.importorskip("sb3_contrib")
    curve = maskable_curve(replace(TINY, problems=problems), 0)
    assert [decisions for decisions, _ in curve] == [0, 20, 40]
    assert all(cost > 0 for _, cost in curve)


def test_every_seed_has_a_problem_of_its_own():
    """The same for all ways."""
    hashes = {task_of(TINY, seed).problem.content_hash for seed in (0, 0, 1)}
    assert len(hashes) == 2


def test_held_out_problems_are_never_learned_from():
    """Each episode has a problem of its own, none of them one that is judged on."""
    fresh = replace(TINY, problems="fresh")
    judged = {t.problem.content_hash for seed in (0, 1) for t in judged_on(fresh, seed)}
    assert len(judged) == 20
    env = FreshFlatEnv(fresh, 0)
    met = set()
    for _ in range(5):
        env.reset()
        met.add(env.inner.problem.content_hash)
    assert len(met) == 5
    assert not met & judged


def test_the_report_holds_every_point():
    """A row per update and run."""
    report = learning_report(
        LearningSettings(5, 2, decisions=20, copies=4, seeds=(0, 1), ways=("set",))
    )
    assert [row[:3] for row in report.detail.rows] == [
        ("set", seed, decisions) for seed in (0, 1) for decisions in (0, 20)
    ]


@pytest.mark.parametrize(
    "wrong", [{"ways": ("sac",)}, {"ways": ()}, {"copies": 0}, {"problems": "two"}]
)
def test_nonsense_is_refused(wrong):
    """An unknown way, none, unknown problems, or a number below 1."""
    with pytest.raises(ValueError, match="Expected"):
        LearningSettings(**wrong)
