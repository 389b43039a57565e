import json
from dataclasses import replace

import pytest
import torch

from core.instances.generator import KINDS, generate
from core.policy.checkpoint import (
    CARD,
    WEIGHTS,
    Card,
    load_model,
    save_model,
)
from core.policy.choosing import GREEDY
from core.policy.errors import ModelError
from core.policy.feature_names import all_features
from core.policy.networks import build_policy
from core.policy.two_step import act
from core.simulation.simulator import Simulator
from tests.models import untrained

NETWORKS = {
    "set": {"hidden": 8},
    "fixed": {"jobs": 10, "machines": 3},
    "flat": {"jobs": 10, "machines": 3},
}


def card_of(kind):
    """A card of a small network."""
    return Card(
        name="tiny",
        policy=kind,
        created="2026-01-05",
        network=NETWORKS[kind],
        data={"kinds": {"shift": 1.0}},
        config={},
        seed=3,
        command="python -m core train",
        wall_seconds=1.5,
        decisions=10,
        lookahead=None,
    )


@pytest.fixture
def folder(tmp_path):
    """A sound model of the default kind."""
    torch.manual_seed(0)
    save_model(tmp_path / "tiny", build_policy("set", NETWORKS["set"]), card_of("set"))
    return tmp_path / "tiny"


def edit(folder, **values):
    """Change entries of the card."""
    card = json.loads((folder / CARD).read_text()) | values
    (folder / CARD).write_text(json.dumps(card))


@pytest.mark.parametrize("kind", NETWORKS)
def test_what_was_saved_is_what_is_loaded(tmp_path, kind):
    """Card, weights and decisions of every kind of network."""
    torch.manual_seed(0)
    policy = build_policy(kind, NETWORKS[kind]).eval()
    card = save_model(tmp_path, policy, card_of(kind))
    model = load_model(tmp_path)
    assert model.card == card
    assert model.key == f"tiny@{card.weights[:12]}"
    assert not model.policy.training
    problem = generate(replace(KINDS["shift"], jobs=10, machines=3), 0)
    simulator = Simulator([problem])
    with torch.no_grad():
        first, second = (act(x, simulator, GREEDY) for x in (policy, model.policy))
    assert torch.equal(first.scores.logits, second.scores.logits)
    assert torch.equal(first.machine_logits, second.machine_logits)


def test_a_policy_that_a_plan_asked_for_first_can_be_trained_on(folder):
    """Plans are made in inference mode; the weights are usual ones all the same."""
    with torch.inference_mode():
        policy = load_model(folder).policy
    assert not any(weight.is_inference() for weight in policy.parameters())


def test_the_card_names_what_the_policy_reads(folder):
    """The features by name, in the order of the tables; and the weights by digest."""
    card = load_model(folder).card
    assert card.features == all_features("set")
    assert len(card.weights) == 64


def test_damaged_weights_are_refused(folder):
    """One bit is enough."""
    weights = bytearray((folder / WEIGHTS).read_bytes())
    weights[-1] ^= 1
    (folder / WEIGHTS).write_bytes(bytes(weights))
    with pytest.raises(ModelError, match="weights of model 'tiny' are damaged"):
        load_model(folder)


@pytest.mark.parametrize(
    ("features", "message"),
    [
        ({"jobs": ["taste"], "machines": [], "overall": []}, "'taste', which is gone"),
        ({"jobs": ["wait"], "machines": []}, "names features of jobs, machines"),
        ({"jobs": ["wait"] * 2, "machines": [], "overall": []}, "of jobs twice"),
        ({"state": ["done"]}, "names features of state"),
        ("0" * 64, "was trained on another feature table"),
    ],
)
def test_features_that_are_not_there_are_refused(folder, features, message):
    """The message names the feature that is missing."""
    edit(folder, features=features)
    with pytest.raises(ModelError, match=message):
        load_model(folder)


@pytest.mark.parametrize("version", [0, 1, 3, None, "2"])
def test_another_version_is_refused(folder, version):
    """Older, newer, none, and a text that looks like it."""
    edit(folder, format=version)
    with pytest.raises(ModelError, match="'tiny' has a card of another format"):
        load_model(folder)


@pytest.mark.parametrize("text", ["", "{", "[]", "\xff"])
def test_a_card_that_is_none_is_refused(folder, text):
    """Empty, cut off, a list, not UTF-8."""
    (folder / CARD).write_bytes(text.encode("latin-1"))
    with pytest.raises(ModelError, match="'tiny'"):
        load_model(folder)


@pytest.mark.parametrize("name", [CARD, WEIGHTS])
def test_a_missing_file_is_refused(folder, name):
    """By the name of the model."""
    (folder / name).unlink()
    with pytest.raises(ModelError, match="Model 'tiny' cannot be read"):
        load_model(folder)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"network": {"hidden": 9}}, "do not fit its network"),
        ({"network": {"hidden": 0}}, "do not fit its network"),
        ({"network": {"width": 8}}, "do not fit its network"),
        (
            {
                "policy": "fixed",
                "network": NETWORKS["fixed"],
                "features": all_features("fixed"),
            },
            "do not fit its network",
        ),
        ({"policy": "other"}, "'other'"),
        ({"extra": 1}, "is not one"),
    ],
)
def test_a_card_that_does_not_fit_is_refused(folder, changes, message):
    """Another width, nonsense, another kind of network, an unknown entry."""
    edit(folder, **changes)
    with pytest.raises(ModelError, match=message):
        load_model(folder)


ODD = [None, True, -1, 1.5, 2**70, 1e308, "", "x", [], {}, [1], {"a": None}, "5"]


def places(values, path=()):
    """Every place in a card that holds a value."""
    for key, value in values.items():
        yield (*path, key)
        if isinstance(value, dict):
            yield from places(value, (*path, key))


def test_a_card_with_a_wrong_value_anywhere_is_taken_whole_or_refused(tmp_path):
    """Each of its values in turn; nothing is raised that planners would not be told."""
    untrained(tmp_path, hidden=4)
    card = json.loads((tmp_path / CARD).read_text())
    refused = 0
    for path in places(card):
        for odd in ODD:
            changed = json.loads(json.dumps(card))
            part = changed
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = odd
            (tmp_path / CARD).write_text(json.dumps(changed))
            try:
                model = load_model(tmp_path)
            except ModelError:
                refused += 1
            else:
                assert isinstance(model.card.seed, int)
                assert not isinstance(model.card.seed, bool)
                assert isinstance(model.card.name, str)
    assert refused > 100


@pytest.mark.parametrize("value", ["0.5", True, -1.0, float("nan"), float("inf")])
def test_a_lookahead_that_is_none_is_refused(tmp_path, value):
    """It would be planned with."""
    untrained(tmp_path, hidden=4)
    card = json.loads((tmp_path / CARD).read_text())
    (tmp_path / CARD).write_text(json.dumps(card | {"lookahead": value}))
    with pytest.raises(ModelError, match="lookahead"):
        load_model(tmp_path)
