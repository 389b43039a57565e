from concurrent.futures import ThreadPoolExecutor
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.scheduler import Pace, PlanningCancelled
from core.planning.stopping import MaxIterations
from core.planning.trace_recorder import Recorder
from core.policy.compiled.plan_loop import Network, PlanLoop, blank_network
from core.policy.shipped import SHIPPED, folder_model
from core.policy.window import urgency_ranks
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.tensors.plans import TensorPlans
from core.simulation.problems.side_by_side import side_by_side
from core.simulation.problems.stack import stack
from tests.models import untrained
from tests.simulation.playing import lookaheads
from tests.strategies import problems

MODELS = [m for m in map(folder_model, sorted(SHIPPED.glob("*/"))) if m.network]
OBJECTIVE = Objective(1, 2, 0.3)


def both(model, problem, wait, objective=OBJECTIVE):
    """The loop, and its reference."""
    static = stack([problem], [objective])
    loop = PlanLoop(static.arrays, model.network, wait)
    return loop, TensorPlans(model.policy, static, wait)


def recorded(plans, problem, wait, **given):
    """A plan's trace and the plan."""
    recorder = Recorder(problem, OBJECTIVE, scheduler="hierarchical", lookahead=wait)
    played = plans.greedy(recorder=recorder, **given)
    return recorder.finish(played.schedule), played


def test_all_set_policies_that_are_shipped_have_a_loop():
    """The reference network of fixed size stays with torch."""
    assert [m.card.name for m in MODELS] == ["default", "makespan", "parallel"]


@pytest.fixture
def narrow(monkeypatch):
    """Of more than twenty jobs five are looked at."""
    monkeypatch.setattr("core.policy.window.MOST_SEEN_WHOLE", 20)
    monkeypatch.setattr("core.policy.window.URGENT", 5)
    monkeypatch.setattr("core.policy.window.BEST", 5)


@pytest.mark.parametrize("kind", ["shift", "shift_calendar", "assembly"])
def test_of_many_candidates_some_are_looked_at(kind, narrow):
    """The reference decides the same; whoever is given is taken all the same."""
    problem = generate(KINDS[kind].resized(60, 4), 3)
    loop, reference = both(MODELS[0], problem, inf)
    trace, played = recorded(loop, problem, inf)
    assert played.path == reference.greedy().path
    seen = np.diff(trace.job_first)
    if loop.arrays.has_closures:
        assert seen.max() == 5
    else:
        assert seen[0] > 10 > seen[1:8].max()
    free = np.flatnonzero(loop.arrays.num_predecessors[0] == 0)
    far = int(free[urgency_ranks(loop.arrays)[free].argmax()])
    where = int(np.flatnonzero(problem.eligible[far])[0])
    for plans in (loop, reference):
        assert plans.greedy(path=[(far, where)]).path[0] == (far, where)


@pytest.mark.parametrize("kind", ["shift", "shift_calendar"])
def test_drawn_plans_look_at_some_too(kind, narrow):
    """Valid, and each job once, by either engine."""
    problem = generate(KINDS[kind].resized(40, 4), 3)
    for plans in both(MODELS[0], problem, inf):
        best, made = plans.best_sampled(3, 0, Pace(200, ""))
        assert made == 3
        assert violations(problem, best.schedule) == ()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.card.name)
def test_it_decides_as_the_reference_on_every_kind(model, kind):
    """Every job and machine, in order, with three lookaheads; the cost to the bit."""
    problem = generate(KINDS[kind].resized(40, 6), 11)
    for wait in lookaheads(problem):
        loop, reference = both(model, problem, wait)
        played, expected = loop.greedy(), reference.greedy()
        assert played.path == expected.path
        assert played.cost == pytest.approx(expected.cost, rel=1e-12)
        assert np.array_equal(played.schedule.end, expected.schedule.end)


@pytest.mark.parametrize("kind", ["shift_calendar", "flexible_job_shop"])
def test_its_notes_are_those_of_the_reference(kind):
    """Candidates exactly, logits and value within rounding, over two stretches."""
    problem = generate(KINDS[kind].resized(80, 8), 3)
    for wait in lookaheads(problem):
        traces = [
            recorded(plans, problem, wait)[0]
            for plans in both(MODELS[0], problem, wait)
        ]
        for name in ("clock", "job", "machine", "jobs", "machines", "job_first"):
            assert np.array_equal(*(getattr(trace, name) for trace in traces)), name
        for name in ("job_scores", "machine_scores", "value"):
            first, second = (getattr(trace, name) for trace in traces)
            assert np.allclose(first, second, rtol=1e-4, atol=1e-4), name


@settings(max_examples=40)
@given(problems(), st.integers(0, 2), st.sampled_from([(1, 1, 0.2), (0, 1, 0)]))
def test_every_problem_is_planned_as_by_the_reference(
    small_model, problem, which, weights
):
    """An untrained network, which has no clear opinions; each step as the reference."""
    wait = lookaheads(problem)[which]
    loop, reference = both(small_model, problem, wait, Objective(*weights))
    assert loop.greedy().path == reference.greedy().path


@pytest.fixture(scope="module")
def small_model(tmp_path_factory):
    """A set policy with fresh weights."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=8)


@pytest.fixture(scope="module")
def shift():
    """80 jobs on 8 machines with calendars: more than one stretch of the loop."""
    return generate(KINDS["shift_calendar"].resized(80, 8), 5)


def test_a_free_machine_is_the_policys(shift):
    """Of a given decision only the job is given; what comes before is not noted."""
    loop, _ = both(MODELS[0], shift, inf)
    before = loop.greedy().path[:70]
    trace, _ = recorded(loop, shift, inf)
    other = trace[70].other_job
    recorder = Recorder(shift, OBJECTIVE, scheduler="hierarchical", lookahead=inf)
    recorder.copy(trace, 70)
    played = loop.greedy(
        path=[*before, (other, -1)],
        recorder=recorder,
        recorded_from=70,
        forced=(True, False),
    )
    made = recorder.finish(played.schedule)
    assert list(played.path[:70]) == before
    assert made.job[70] == other
    assert made.machine[70] == made[70].machines[made[70].machine_order[0]]
    assert [x.step for x in made.overrides] == [70]
    assert made.is_of(played.schedule)


@pytest.mark.parametrize("step", [(0, 5), (5, 0), (80, 0), (0, 8)])
def test_a_step_that_may_not_be_taken_is_refused(step):
    """A job that waits for another, a machine that is not eligible, or not there."""
    jobs = [Job(str(i), {"0": 5}) for i in range(5)]
    jobs.append(Job("5", {"0": 5, "5": 5}, predecessors=["0"]))
    problem = Problem.from_rows(jobs, [Machine(str(k)) for k in range(6)])
    loop, _ = both(MODELS[0], problem, inf)
    with pytest.raises(ValueError, match="may not be chosen at this step, number 1"):
        loop.greedy(path=[step])


def test_drawn_plans_follow_the_probabilities():
    """A blank network finds all alike: each of two jobs comes first half the time."""
    two = Problem.from_rows([Job("a", {"M": 5}), Job("b", {"M": 5})], [Machine("M")])
    loop = PlanLoop(side_by_side([two], [Objective()]), blank_network(), inf)
    firsts = [
        loop.best_sampled(1, seed, Pace(2, "drawing"))[0].path[0][0]
        for seed in range(400)
    ]
    assert 160 < sum(firsts) < 240


def test_threads_do_not_disturb_each_other(shift):
    """Two loops at once, each its own: the same plans as one after the other."""

    def cost(seed):
        loop, _ = both(MODELS[0], shift, inf)
        return loop.best_sampled(3, seed, Pace(240, "drawing"))[0].cost

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(cost, range(4))) == [cost(seed) for seed in range(4)]


def test_a_stop_ends_it_between_two_stretches(shift):
    """80 decisions are two stretches: the first asks, and is told to stop."""
    loop, _ = both(MODELS[0], shift, inf)
    with pytest.raises(PlanningCancelled):
        loop.greedy(pace=Pace(80, "planning", MaxIterations(0)))
    assert loop.best_sampled(4, 0, Pace(320, "drawing", MaxIterations(2)))[1] == 1


def test_one_problem_at_a_time(shift):
    """Two are refused, and so is a lookahead below zero."""
    two = side_by_side([shift, shift], [Objective()] * 2)
    with pytest.raises(ValueError, match="Expected one problem, got 2"):
        PlanLoop(two, blank_network(), 0.0)
    with pytest.raises(ValueError, match="Expected lookahead >= 0"):
        PlanLoop(side_by_side([shift], [Objective()]), blank_network(), -1.0)


def test_features_are_read_by_name(shift):
    """A network that reads them in another order decides the same."""
    network = MODELS[0].network
    features = {table: list(names) for table, names in network.features.items()}
    tensors = dict(network.tensors)
    order = np.random.default_rng(0).permutation(len(features["jobs"]))
    features["jobs"] = [features["jobs"][i] for i in order]
    weight = tensors["job_encoder.0.weight"]
    known = weight[:, : len(order)][:, order]
    tensors["job_encoder.0.weight"] = np.hstack([known, weight[:, len(order) :]])
    arrays = side_by_side([shift], [OBJECTIVE])
    turned = PlanLoop(arrays, Network(tensors, features), inf)
    assert turned.greedy().path == both(MODELS[0], shift, inf)[0].greedy().path
