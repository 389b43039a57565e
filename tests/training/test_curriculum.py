"""Which problems a run plays, and which it never sees."""

import numpy as np
import pytest

from core.instances.held_out import HELD_OUT
from core.problem.objective import Objective
from core.training.curriculum import (
    draw,
    draw_objective,
    held_out,
    lookahead_seconds,
    stage_at,
    weighted,
)
from core.training.settings import DataSettings, Stage

STAGES = (Stage(0.4, (4, 8), (2, 3)), Stage(1.0, (10, 12), (4, 4)))
DATA = DataSettings(
    kinds={"shift": 1.0, "loose": 1.0},
    lookaheads={"loose": {"0": 1.0}},
    random_objective=0.0,
)


def test_a_stage_holds_until_its_end():
    """Its last moment is its own."""
    found = [stage_at(STAGES, progress) for progress in (0, 0.4, 0.41, 1)]
    assert found == [STAGES[0], STAGES[0], STAGES[1], STAGES[1]]


def test_problems_of_an_iteration_share_one_size_of_the_stage():
    """So that they are played side by side without padding."""
    for seed in range(20):
        tasks = draw(DATA, STAGES[0], 3, np.random.default_rng(seed))
        sizes = {(t.problem.num_jobs, t.problem.num_machines) for t in tasks}
        assert len(sizes) == 1
        jobs, machines = sizes.pop()
        assert 4 <= jobs <= 8
        assert 2 <= machines <= 3


def test_the_same_numbers_draw_the_same_problems():
    """And others, others."""

    def hashes(seed):
        tasks = draw(DATA, STAGES[0], 4, np.random.default_rng(seed))
        return [task.problem.content_hash for task in tasks]

    assert hashes(1) == hashes(1)
    assert hashes(1) != hashes(2)


def test_lookaheads_are_those_of_the_kind():
    """A kind that names none waits without limit."""
    tasks = draw(DATA, STAGES[0], 30, np.random.default_rng(0))
    assert {(t.kind, t.lookahead) for t in tasks} == {("shift", np.inf), ("loose", 0)}
    problem = tasks[0].problem
    mean = float(problem.mean_processing.mean())
    assert lookahead_seconds(problem, "mean") == mean


def test_held_out_problems_are_beyond_every_training_seed():
    """Their seeds begin where those of training end, whatever number is asked for."""
    first, second = held_out("shift", 6, 2, 2), held_out("shift", 6, 2, 1, first=1)
    assert first[1].content_hash == second[0].content_hash
    assert first[0].content_hash != first[1].content_hash
    drawn = np.random.default_rng(0).integers(HELD_OUT, size=1000)
    assert drawn.max() < HELD_OUT


def test_objectives_are_drawn_by_weight():
    """A weight of zero is never drawn; random ones are on the simplex."""
    rng = np.random.default_rng(0)
    data = DataSettings(
        objectives=((0.0, 1, 0, 0), (1.0, 0, 1, 0)), random_objective=0.0
    )
    assert {draw_objective(data, rng) for _ in range(50)} == {Objective(0, 1, 0)}
    found = draw_objective(DataSettings(random_objective=1.0), rng)
    total = found.makespan + found.tardiness + found.setup
    assert total == pytest.approx(1)


def test_weights_are_shares():
    """Three to one over many draws."""
    rng = np.random.default_rng(0)
    drawn = [weighted(rng, {"a": 3.0, "b": 1.0}) for _ in range(4000)]
    assert drawn.count("a") / 4000 == pytest.approx(0.75, abs=0.02)
