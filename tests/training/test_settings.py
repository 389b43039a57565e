"""Settings check themselves, and are read from recipes."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from core.training.settings import (
    ExplorationSettings,
    PPOSettings,
    RolloutSettings,
    Stage,
    TrainingSettings,
)

RECIPES = sorted((Path(__file__).parents[2] / "assets" / "training").glob("*.toml"))


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda path: path.stem)
def test_every_recipe_is_read_and_written_back(recipe):
    """What is shipped can be trained again; mappings are the same both ways."""
    settings = TrainingSettings.from_toml(recipe)
    assert settings.name == recipe.stem
    assert TrainingSettings.from_mapping(settings.to_mapping()) == settings


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"nmae": "x"}, "Unknown key 'nmae' in settings"),
        ({"ppo": {"clip": 0.1}}, "Unknown key 'clip' in ppo"),
        ({"iterations": 0}, "Expected iterations > 0, got 0"),
        ({"ppo": {"gamma": 1.5}}, "Expected gamma >= 0 and <= 1, got 1.5"),
        ({"ppo": {"learning_rate": float("nan")}}, "learning_rate > 0, got nan"),
        ({"policy": "big"}, "policy to be 'set', 'fixed' or 'flat', got 'big'"),
        ({"iterations": 2.5}, "Expected iterations to be a whole number, got 2.5"),
        ({"iterations": True}, "Expected iterations to be a whole number, got True"),
        ({"seed": "a"}, "Expected seed to be a whole number, got 'a'"),
        ({"name": 5}, "Expected name to be text, got 5"),
        (
            {"ppo": {"update_epochs": 1.5}},
            "update_epochs to be a whole number, got 1.5",
        ),
        ({"ppo": {"gamma": True}}, "Expected gamma to be a number, got True"),
        ({"ppo": 3}, "Expected ppo to be a table of settings, got 3"),
        ({"rollout": {"reward": "x"}}, "reward to be 'cost' or 'shaped', got 'x'"),
        (
            {"data": {"kinds": ["shift"]}},
            r"kinds to be a table of names, such as { shift = 1.0 }, got \['shift'\]",
        ),
        ({"data": {"kinds": {"shift": "a"}}}, "kinds.shift to be a number, got 'a'"),
        (
            {"data": {"objectives": [[1, 1, 1]]}},
            r"objectives\[0\]\[3\], got none",
        ),
        ({"places": [1.5, 2]}, r"Expected places\[0\] to be a whole number, got 1.5"),
        ({"stages": [{"until": 1.0}]}, "Expected jobs, got none"),
        ({"stages": []}, "stages that rise to 1"),
        ({"data": {"kinds": {"nights": 1}}}, "Unknown kind 'nights'"),
        ({"data": {"kinds": {}}}, "at least one kind"),
        ({"data": {"lookaheads": {"shift": {"7": 1}}}}, "Expected a lookahead of"),
        (
            {"stages": [{"until": 1.0, "jobs": [9, 3], "machines": [1, 1]}]},
            "Expected 1 <= jobs low <= high, got 9, 3",
        ),
    ],
)
def test_nonsense_is_refused_by_name(mapping, words):
    """The message names the key, what was expected and what was given."""
    with pytest.raises(ValueError, match=words.replace("(", r"\(")):
        TrainingSettings.from_mapping(mapping)


def test_a_stage_larger_than_the_policy_is_refused_with_a_way_out():
    """Both sizes are named; the set policy takes any."""
    stages = (Stage(1.0, (50, 250), (5, 10)),)
    assert TrainingSettings(stages=stages, places=(100, 10)).policy == "set"
    with pytest.raises(ValueError, match=r"100 jobs .* draws up to 250"):
        TrainingSettings(policy="fixed", stages=stages, places=(100, 10))
    with pytest.raises(ValueError, match="validation draws up to 100"):
        TrainingSettings(
            policy="flat", stages=(Stage(1.0, (5, 9), (2, 3)),), places=(50, 10)
        )


def test_settings_are_frozen():
    """A run cannot change what it was told."""
    with pytest.raises(AttributeError):
        PPOSettings().gamma = 0.5
    assert replace(PPOSettings(), gamma=0.5).gamma == 0.5


def test_a_group_needs_two_copies():
    """With one there is nothing to compare with; GAE does without."""
    one = RolloutSettings(copies=1)
    for advantage in ("group", "best"):
        with pytest.raises(ValueError, match="copies >= 2"):
            TrainingSettings(rollout=one, ppo=PPOSettings(advantage=advantage))
    TrainingSettings(rollout=one, ppo=PPOSettings(advantage="gae"))


def test_epsilons_fall_linearly_and_stay():
    """From the start value to its final share at half of the run."""
    settings = ExplorationSettings(
        job_epsilon=0.2, machine_epsilon=0.1, final_share=0.5, anneal_until=0.5
    )
    assert settings.epsilons(0.0) == (0.2, 0.1)
    assert settings.epsilons(0.25) == pytest.approx((0.15, 0.075))
    assert settings.epsilons(0.5) == pytest.approx((0.1, 0.05))
    assert settings.epsilons(1.0) == pytest.approx((0.1, 0.05))


def test_a_pace_of_zero_is_final_at_once():
    """0 is a value: no division by it, and no default in its place."""
    settings = ExplorationSettings(
        job_epsilon=0.2, machine_epsilon=0.1, final_share=0.0, anneal_until=0.0
    )
    assert settings.epsilons(0.0) == (0, 0)


def test_numbers_stay_as_they_are_written():
    """1 is not turned into 1.0: cards and recipes read back as they were."""
    settings = TrainingSettings.from_mapping({"data": {"objectives": [[1, 1, 0.5, 0]]}})
    assert json.dumps(settings.to_mapping()["data"]["objectives"]) == "[[1, 1, 0.5, 0]]"
    with pytest.raises(ValueError, match="Unknown key 'epochs'"):
        PPOSettings(epochs=3)
