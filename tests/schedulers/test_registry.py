import json
import subprocess
import sys
from dataclasses import replace
from datetime import datetime

import numpy as np
import pytest
import torch

from core.instances.generator import KINDS, generate
from core.planning.catalogue import names, rule_names
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxIterations
from core.policy import shipped as models
from core.policy.checkpoint import CARD, WEIGHTS, Card, save_model
from core.policy.networks import build_policy
from core.policy.shipped import folder_model
from core.problem.objective import Objective
from core.problem.shift import Shift
from core.schedulers.fallback import WithFallback
from core.schedulers.registry import MAKERS, plan, scheduler
from core.schedulers.wrappers.refined import Refined


@pytest.fixture(scope="module")
def shift():
    """12 jobs on 3 machines."""
    return generate(replace(KINDS["shift"], jobs=12, machines=3), 0)


def save(folder, kind="set", seed=0, **network):
    """An untrained model in a folder."""
    torch.manual_seed(seed)
    network = network or {"hidden": 4}
    card = Card(folder.name, kind, "", network, {}, {}, seed, "", 0.0, 0, 0.0)
    save_model(folder, build_policy(kind, network), card)
    return folder


@pytest.fixture
def shipped(tmp_path, monkeypatch):
    """Only these models come with the program: default and other."""
    monkeypatch.setattr(models, "SHIPPED", tmp_path)
    monkeypatch.setattr(models.model_folder, "__defaults__", (tmp_path,))
    save(tmp_path / "default")
    save(tmp_path / "other", seed=1)
    return tmp_path


@pytest.mark.parametrize("name", [name for name in names() if rule_names(name)])
def test_every_rule_plans(shift, name):
    """And says who it was."""
    result = scheduler(PlanSettings(name)).schedule(shift, Objective(), seed=4)
    assert (result.scheduler, result.seed, result.model) == (name, 4, None)


def test_the_default_model_plans(shift, shipped):
    """Also one by name, or by folder."""
    default = scheduler(PlanSettings("hierarchical")).schedule(shift, Objective())
    assert default.model.startswith("default@")
    for model in ("other", shipped / "other"):
        result = scheduler(PlanSettings("hierarchical", model=model)).schedule(
            shift, Objective()
        )
        assert result.model.startswith("other@")


def test_samples_and_lookahead_reach_the_policy(shift, shipped):
    """Read off the result."""
    result = scheduler(PlanSettings("hierarchical", samples=3, lookahead=9.0)).schedule(
        shift, Objective()
    )
    assert "3 plans" in result.reason
    assert result.trace.lookahead == 9


def test_a_changed_model_is_loaded_anew_and_an_unchanged_one_is_not(shipped):
    """The card tells: it holds the digest of the weights."""
    first = folder_model(shipped / "default")
    assert folder_model(shipped / "default") is first
    save(shipped / "default", seed=5)
    assert folder_model(shipped / "default").card.seed == 5


def test_without_a_model_the_best_rule_plans_and_says_so(shift, shipped):
    """The default is gone, damaged, or too small for the problem."""
    best = scheduler(PlanSettings("rule:best")).schedule(shift, Objective())
    planner = scheduler(PlanSettings("hierarchical"))

    save(shipped / "default", "fixed", jobs=5, machines=3)
    small = planner.schedule(shift, Objective())
    assert "takes at most 5 jobs and 3 machines" in small.reason
    weights = (shipped / "default" / WEIGHTS).read_bytes()
    (shipped / "default" / WEIGHTS).write_bytes(weights[:-1])
    models._loaded.cache_clear()  # noqa: SLF001 - a new process would not have it
    damaged = planner.schedule(shift, Objective())
    assert "'default' are damaged" in damaged.reason
    (shipped / "default" / CARD).unlink()
    gone = planner.schedule(shift, Objective())
    assert "'default' cannot be read" in gone.reason
    assert str(shipped) not in gone.reason
    for result in (small, damaged, gone):
        assert "best dispatch rule planned instead" in result.reason
        assert result.reason.endswith(best.reason)
        assert (result.scheduler, result.model) == ("rule:best", None)
        assert np.array_equal(result.schedule.end, best.schedule.end)

    save(shipped / "default")
    assert planner.schedule(shift, Objective()).scheduler == "hierarchical"


def test_an_error_of_another_kind_is_not_planned_around(shift):
    """Only what a model may do wrong leads to the rules."""

    def broken():
        raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        WithFallback("hierarchical", broken).schedule(shift, Objective())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        (
            "hierarchical",
            {"model": "gone"},
            "no model 'gone'; there are: default, other",
        ),
        ("hierarchical", {"model": "../default"}, "no model"),
    ],
)
def test_an_unknown_model_is_refused_before_planning(shipped, name, options, message):
    """Unknown names with those that there are."""
    with pytest.raises(ValueError, match=message):
        scheduler(PlanSettings(name, **options))


def test_refinement_is_added_to_any_scheduler(shift, shipped):
    """Never worse, under the same name; a changed plan has no trace, and says so."""
    for name in ("rule:fifo", "hierarchical"):
        plain = scheduler(PlanSettings(name)).schedule(shift, Objective())
        planner = scheduler(PlanSettings(name, refine_seconds=60.0))
        assert isinstance(planner.inner, Refined)
        assert planner.name == name
        rounds = MaxIterations(shift.num_jobs + 4)  # the first plan asks n - 1 times
        refined = planner.schedule(shift, Objective(), stop=rounds)
        assert refined.scheduler == name
        assert refined.cost < plain.cost
        assert refined.trace is None
        assert refined.reason.startswith(plain.reason)
        assert (
            f"cost {plain.cost:.4f} before, {refined.cost:.4f} after" in refined.reason
        )


def test_a_plan_that_cannot_be_improved_keeps_its_trace(shipped):
    """One job on one machine."""
    single = generate(replace(KINDS["shift"], jobs=1, machines=1), 0)
    planner = scheduler(PlanSettings("hierarchical", refine_seconds=60.0))
    result = planner.schedule(single, Objective(), stop=MaxIterations(5))
    assert "found nothing better" in result.reason
    assert len(result.trace) == 1


@pytest.mark.parametrize("seconds", [0.0, -1.0])
def test_refinement_takes_time(seconds):
    """None of it is no refinement."""
    with pytest.raises(ValueError, match="seconds > 0"):
        Refined(scheduler(PlanSettings("rule:spt")), seconds)


def test_each_scheduler_of_the_catalogue_can_be_made(shipped):
    """And none can be made that the catalogue does not know."""
    for name in names():
        assert scheduler(PlanSettings(name)).name == name
    assert set(MAKERS) == {name for name in names() if not rule_names(name)}


def test_a_plan_is_made_as_the_settings_say(shift, shipped):
    """Scheduler, objective and seed; without settings it is auto."""
    asked = PlanSettings("rule:edd", Objective(0, 1, 0), seed=7)
    made = plan(Shift(shift, datetime(2026, 1, 5, 6), "One"), asked)
    assert made.settings is asked
    result = made.result
    assert (result.scheduler, result.seed) == ("rule:edd", 7)
    assert result.objective == asked.objective
    assert plan(made.shift).result.scheduler == "auto"


def test_making_a_scheduler_is_what_loads_torch():
    """Torch and OR-Tools come with the first scheduler that needs them."""
    code = (
        "import sys, json; from core.schedulers.registry import scheduler;"
        "from core.planning.settings import PlanSettings; PlanSettings('cpsat');"
        "heavy = {'torch', 'ortools', 'numba'} & set(sys.modules);"
        "print(json.dumps(sorted(heavy)))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert json.loads(process.stdout) == []
