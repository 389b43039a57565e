"""A model against its yardsticks, before and after a short refinement."""

import numpy as np

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.effort import EFFORTS
from core.planning.stopping import never
from core.policy.shipped import load_default_model
from core.problem.objective import Objective
from core.search.refine import refine
from core.training.evaluation import (
    Costs,
    Evaluation,
    evaluate,
    model_plans,
    rule_costs,
)
from core.training.tasks import Task


def tasks(count):
    """Small shifts of one kind."""
    settings = KINDS["shift"].resized(12, 3)
    return [
        Task(generate(settings, i), Objective(), 0.0, "shift") for i in range(count)
    ]


def test_every_plan_is_judged_before_and_after_refinement():
    """Greedy costs are those of the plans; the same moves refine each of them."""
    model, given = load_default_model(), tasks(3)
    shares = []
    found = evaluate(model, given, model, shares.append)
    assert found.default_name == model.card.name
    assert np.array_equal(found.greedy.model, found.greedy.default)
    assert np.array_equal(found.refined.model, found.refined.default)
    assert not found.is_worse
    assert np.array_equal(found.greedy.rule, rule_costs(given))
    for task, plan, cost in zip(
        given, model_plans(model, given), found.refined.model, strict=True
    ):
        moves = EFFORTS["quick"].moves(task.problem.num_jobs)
        better = refine(task.problem, task.objective, plan, stop=never, moves=moves)
        assert cost == task.objective.cost(task.problem, better)
    assert (found.refined.model <= found.greedy.model + 1e-12).all()
    assert shares == sorted(shares)


def test_what_is_refined_decides_which_model_is_worse():
    """A dearer greedy plan that refines to a cheaper one is the better start."""
    one, two = np.ones(2), 2 * np.ones(2)
    better = Evaluation(Costs(two, one, one), Costs(one, one, two), "default")
    worse = Evaluation(Costs(one, one, two), Costs(two, one, one), "default")
    assert not better.is_worse
    assert worse.is_worse
    assert worse.figures()["worse"]
    assert worse.figures()["refined"]["against_default"]["mean"] == 1.0
