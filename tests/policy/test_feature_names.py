"""Policies read features by name, so that they outlive longer tables."""

import hashlib
import json

import pytest
import torch

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.policy import two_step
from core.policy.checkpoint import CARD, load_model
from core.policy.choosing import GREEDY
from core.policy.columns import Columns
from core.policy.feature_names import TABLES, all_features, known_features
from core.policy.shipped import SHIPPED
from core.policy.two_step import act
from core.simulation.feature_tables import (
    FIRST_DIGEST,
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    Feature,
)
from core.simulation.simulator import Simulator
from core.simulation.state_table import StateFeature

NAMES = ["default", "makespan", "parallel", "sample"]


def plan(name):
    """Decisions and scores of a shipped model on a small shift with closures."""
    policy = load_model(SHIPPED / name).policy
    simulator = Simulator([generate(KINDS["shift_calendar"].resized(12, 4), 3)])
    found = []
    with torch.no_grad():
        while len(simulator.active):
            choice = act(policy, simulator, GREEDY)
            simulator.step(choice.rollout, choice.job, choice.machine)
            scores = choice.scores.logits, choice.scores.value, choice.machine_logits
            found.append([int(choice.job), int(choice.machine), *scores])
    return found


def widened(features, at):
    """The features with one more column, of numbers that nobody has seen."""
    strange = torch.rand(len(features), 1) * 100
    return torch.cat([features[:, :at], strange, features[:, at:]], 1)


@pytest.mark.parametrize("name", NAMES)
def test_a_longer_table_changes_no_decision_of_a_shipped_model(name, monkeypatch):
    """A new one in front, within and at the end of the tables; scores to the bit."""
    before = plan(name)
    places = {"jobs": 5, "machines": 0, "overall": len(GLOBAL_FEATURES), "state": 31}
    for table, at in places.items():
        kind = StateFeature if table == "state" else Feature
        more = kind("taste", "how it tastes", *(("share", 0, 1) if at == 31 else ("",)))
        rows = [*TABLES[table][:at], more, *TABLES[table][at:]]
        monkeypatch.setitem(TABLES, table, rows)
    observe, observe_machines = two_step.observe, two_step.observe_machines

    def see(*args, **options):
        seen = observe(*args, **options)
        for table, field in (
            *(("jobs", "job_features"), ("overall", "global_features")),
            *([] if seen.state is None else [("state", "state")]),
        ):
            wide = widened(getattr(seen, field), places[table])
            object.__setattr__(seen, field, wide)
        return seen

    def see_machines(*args):
        seen = observe_machines(*args)
        wide = widened(seen.machine_features, places["machines"])
        object.__setattr__(seen, "machine_features", wide)
        return seen

    monkeypatch.setattr(two_step, "observe", see)
    monkeypatch.setattr(two_step, "observe_machines", see_machines)
    after = plan(name)
    assert len(before) == len(after) == 12
    for one, two in zip(before, after, strict=True):
        assert one[:2] == two[:2]
        assert all(torch.equal(*pair) for pair in zip(one[2:], two[2:], strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_card_of_the_first_release_means_the_tables_of_then(name):
    """It holds their digest; what came later is not read."""
    card = json.loads((SHIPPED / name / CARD).read_text("utf-8"))
    assert known_features(card["policy"], FIRST_DIGEST) == card["features"]
    assert known_features(card["policy"], card["features"]) == card["features"]


def test_the_digest_is_that_of_the_first_tables():
    """Of names and meanings: a first feature that changes must have a new name."""
    names = [
        [(feature.name, feature.meaning) for feature in table if feature.since == 1]
        for table in (JOB_FEATURES, MACHINE_FEATURES, GLOBAL_FEATURES)
    ]
    assert hashlib.sha256(repr(names).encode()).hexdigest() == FIRST_DIGEST


def test_columns_are_taken_in_the_order_of_the_names():
    """Two of many; all in their own order are left as they are."""
    whole = torch.arange(35.0)[None]
    first = [JOB_FEATURES[3].name, JOB_FEATURES[0].name]
    assert Columns("jobs", first)(whole).tolist() == [[3.0, 0.0]]
    assert Columns("jobs", all_features("set")["jobs"])(whole) is whole
    with pytest.raises(ValueError, match="no feature 'taste' of jobs"):
        Columns("jobs", ["taste"])
