"""The models that are shipped: whole, small, and with the recipe they came from."""

import re
from pathlib import Path

import pytest

from core.instances.generator import KINDS, generate
from core.policy.checkpoint import load_model
from core.problem.objective import Objective
from core.problem.verifier.verify import violations
from core.schedulers.hierarchical import HierarchicalScheduler
from core.training.settings import TrainingSettings

ASSETS = Path(__file__).parents[2] / "assets"
MODELS = sorted(path.parent for path in (ASSETS / "models").glob("*/card.json"))


@pytest.mark.parametrize("folder", MODELS, ids=lambda path: path.name)
def test_a_model_is_small_and_names_the_recipe_that_made_it(folder):
    """Under 2 MB; the card's settings are those of the recipe in the repository."""
    model = load_model(folder)
    card = model.card
    assert card.name == folder.name
    assert sum(path.stat().st_size for path in folder.iterdir()) < 2_000_000
    assert card.decisions > 0
    assert card.wall_seconds > 0
    (recipe,) = re.findall(r"--config (assets/training/\w+\.toml)", card.command)
    settings = TrainingSettings.from_toml(ASSETS.parent / recipe).to_mapping()
    kept = dict(card.config)
    done = kept.pop("iterations_done")
    assert done == settings["iterations"] or f"--stop-after {done}" in card.command
    assert kept["ppo"] == settings["ppo"]
    assert kept["seed"] == settings["seed"] == card.seed
    if card.parent is not None:
        assert f"--from DIR/{card.parent}" in card.command


@pytest.mark.parametrize("folder", MODELS, ids=lambda path: path.name)
def test_a_model_plans_a_shift_with_calendars(folder):
    """Every plan is valid, of the fixed-size model too."""
    problem = generate(KINDS["shift_calendar"].resized(30, 6), 5)
    result = HierarchicalScheduler(load_model(folder)).schedule(problem, Objective())
    assert violations(problem, result.schedule) == ()


def test_the_default_heeds_the_objective():
    """More weight on due dates: less tardiness and a later end, over eight shifts."""
    scheduler = HierarchicalScheduler(load_model(ASSETS / "models" / "default"))
    tardiness, makespan = [], []
    for objective in (Objective(1, 0, 0), Objective(1, 0.3, 0), Objective(0, 1, 0)):
        results = [
            scheduler.schedule(generate(KINDS["shift"].resized(100, 10), i), objective)
            for i in range(8)
        ]
        tardiness.append(sum(x.metrics.weighted_tardiness for x in results))
        makespan.append(sum(x.metrics.makespan for x in results))
    assert tardiness == sorted(tardiness, reverse=True)
    assert makespan == sorted(makespan)
    assert tardiness[-1] < 0.7 * tardiness[0]
