"""The scheduler that always has a plan, and says by what."""

import pytest

from core.instances.generator import KINDS, generate
from core.planning.catalogue import names
from core.planning.settings import PlanSettings
from core.planning.visibility import BatchResult
from core.policy.checkpoint import CARD, WEIGHTS
from core.policy.errors import ModelError
from core.problem.objective import Objective
from core.schedulers.registry import scheduler
from core.schedulers.unified import UnifiedScheduler, load_chosen_model
from core.store.database import open_database
from core.store.models import Models
from tests.models import untrained


@pytest.fixture(scope="module")
def problem():
    """60 jobs on 4 machines."""
    return generate(KINDS["shift_open"].resized(60, 4), 1)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """An untrained policy for any size."""
    return untrained(tmp_path_factory.mktemp("model") / "set")


def plan(problem, load, **options):
    """Plan with the scheduler."""
    return UnifiedScheduler(load, PlanSettings(**options)).schedule(
        problem, Objective()
    )


def test_the_policy_sees_everything_where_it_can(problem, model):
    """No limit by default."""
    result = plan(problem, lambda: model)
    assert result.scheduler == "unified"
    assert not isinstance(result, BatchResult)
    assert "all 60 jobs in sight" in result.reason
    assert result.model == model.key


@pytest.mark.parametrize(("limit", "batched"), [(59, True), (60, False)])
def test_a_limit_of_jobs_sends_larger_problems_to_batches(
    problem, model, limit, batched
):
    """The limit itself is still planned at once."""
    result = plan(problem, lambda: model, most_jobs=limit, visible=50)
    assert isinstance(result, BatchResult) is batched
    assert ("limit is 59 jobs, this has 60" in result.reason) is batched


def test_too_few_places_for_the_jobs_means_batches(problem, tmp_path):
    """The reason names both sizes."""
    small = untrained(tmp_path / "fixed", "fixed", jobs=25, machines=4)
    result = plan(problem, lambda: small)
    assert isinstance(result, BatchResult)
    assert max(map(len, result.batches)) <= 25
    assert "in batches" in result.reason
    assert "25 jobs and 4 machines" in result.reason


def test_too_few_places_for_the_machines_means_rules(problem, tmp_path):
    """No batch has fewer machines."""
    small = untrained(tmp_path / "fixed", "fixed", jobs=100, machines=3)
    result = plan(problem, lambda: small)
    assert result.model is None
    assert "best dispatch rule" in result.reason
    assert "3 machines" in result.reason


def test_without_a_model_rules_plan(problem):
    """The model's own fault is the reason."""

    def broken():
        raise ModelError("The weights are damaged.")

    result = plan(problem, broken)
    assert result.scheduler == "unified"
    assert "best dispatch rule: The weights are damaged." in result.reason


def test_a_promoted_model_is_the_one_that_plans(tmp_path):
    """What the store says is the default goes before what came with the program."""
    saved = tmp_path / "saved"
    untrained(saved)
    database = open_database(tmp_path / "data", "")
    models = Models(database)
    card, weights = (saved / CARD).read_bytes(), (saved / WEIGHTS).read_bytes()
    models.publish("mine", card, weights)
    models.promote("mine", "a test")
    database.close()
    assert load_chosen_model(tmp_path / "data").card.name == "mine"


def test_all_of_them_are_found_by_name(problem, tmp_path):
    """Also with their options."""
    folder = tmp_path / "set"
    untrained(folder)
    assert {"batch", "unified", "hierarchical"} <= set(names())
    made = scheduler(PlanSettings("batch", model=folder, visible=50))
    result = made.schedule(problem, Objective())
    assert len(result.batches) == 2
    limited = scheduler(PlanSettings("unified", model=folder, most_jobs=10, visible=50))
    assert isinstance(limited.schedule(problem, Objective()), BatchResult)
