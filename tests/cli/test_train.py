"""``train`` in the foreground: a recipe in, a model and its card out."""

import json

import pytest
from typer.testing import CliRunner

from core.cli.parser import app
from core.policy.checkpoint import load_model

RECIPE = """
name = "tiny"
iterations = 2
hidden = 8
validate_every = 1
checkpoint_every = 1
validation_problems = 1
validation_jobs = 6
validation_machines = 2
stages = [{ until = 1.0, jobs = [4, 6], machines = [2, 3] }]
[rollout]
problems = 2
copies = 2
"""


@pytest.fixture
def recipe(tmp_path):
    """A recipe that takes a second."""
    path = tmp_path / "tiny.toml"
    path.write_text(RECIPE)
    return path


def train(*arguments):
    """Run the command in this process."""
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def test_a_recipe_makes_a_model_that_names_it(recipe, tmp_path):
    """Also judged, with what came of it on the card; a second start adds nothing."""
    output = tmp_path / "out"
    done = train("--config", recipe, "--output", output, "--held-out", 2)
    assert done.exit_code == 0, done.output
    model = load_model(output)
    assert model.card.name == "tiny"
    assert str(recipe) in model.card.command
    assert model.card.data == {"kinds": {"shift": 1.0}}
    assert model.card.figures["held_out"]["problems"] == 2
    weights = model.card.weights
    again = train("--config", recipe, "--output", output)
    assert "Going on after iteration 2" in again.output
    assert load_model(output).card.weights == weights


def test_a_run_in_two_halves_is_a_run(recipe, tmp_path):
    """Ended after one iteration and started again: the weights of a run in one go."""
    whole, halves = tmp_path / "whole", tmp_path / "halves"
    train("--config", recipe, "--output", whole)
    train("--config", recipe, "--output", halves, "--stop-after", 1)
    train("--config", recipe, "--output", halves)
    assert load_model(halves).card.weights == load_model(whole).card.weights


def test_a_fixed_policy_learns_the_sample_by_heart(tmp_path):
    """The card says which; another name is refused with those there are."""
    recipe = tmp_path / "fixed.toml"
    recipe.write_text(
        'policy = "fixed"\nplaces = [24, 6]\n'
        + RECIPE.replace("iterations = 2", "iterations = 1")
    )
    arguments = ["--config", recipe, "--output", tmp_path / "out", "--sample"]
    assert "small-24x6" in train(*arguments, "nowhere").output
    done = train(*arguments, "small-24x6")
    assert done.exit_code == 0, done.output
    card = json.loads((tmp_path / "out" / "card.json").read_text())
    assert card["data"] == {"sample": "small-24x6"}
    assert "--sample small-24x6" in card["command"]


def test_a_faulty_recipe_says_where(recipe, tmp_path):
    """Unknown keys are named, and nothing is begun."""
    recipe.write_text("itertions = 3\n" + RECIPE)
    done = train("--config", recipe, "--output", tmp_path / "out")
    assert done.exit_code == 1
    assert "itertions" in done.output
    assert not (tmp_path / "out").exists()
