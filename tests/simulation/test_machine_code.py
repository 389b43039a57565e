import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from math import inf
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.settings import PlanSettings
from core.policy.choosing import sampled
from core.policy.compiled import loop
from core.policy.shipped import load_default_model
from core.policy.two_step import act
from core.problem.calendar import Calendar
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.schedulers.compiled import rules
from core.schedulers.registry import scheduler
from core.schedulers.tensors import plans
from core.schedulers.warm_up import warm_up, warm_up_simulators
from core.simulation.compiled import (
    job_features,
    machine_features,
    overall_features,
    step,
)
from core.simulation.compiled import (
    observe as compiled_observe,
)
from core.simulation.feature_tables import (
    GLOBAL_FEATURES,
    JOB_FEATURES,
    MACHINE_FEATURES,
    columns,
)
from core.simulation.features import observe, observe_machines
from core.simulation.problems.stack import stack
from core.simulation.simulator import Simulator
from core.timing import machine_code
from tests.simulation.playing import choose, lookaheads, one, place
from tests.strategies import problems, special_problems

SEEDS = st.integers(0, 2**32 - 1)
STATE = (
    *("now", "limit", "job_mask", "remaining", "scheduled", "machine", "times"),
    *("ready", "open_ready", "machine_group", "setup_offset", "job_ready"),
    *("waiting_for", "earliest", "earliest_start", "makespan", "makespan_bound"),
    *("weighted_tardiness", "setup_total", "work_left", "group_work", "load"),
    *("closed_from", "closed_for", "next_reserved"),
)


def both(*args, **options):
    """A simulator moved by machine code, and its reference."""
    fast, reference = (
        Simulator(*args, compiled=compiled, **options) for compiled in (True, False)
    )
    assert (fast.compiled, reference.compiled) == (True, False)
    return fast, reference


def close(a, b):
    """Whether features are the same within rounding; NaN is never."""
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-5, atol=1e-5)


def assert_same(fast, reference):
    """Both stand at the same point: every time and mask exactly."""
    for name in STATE:
        assert torch.equal(getattr(fast, name), getattr(reference, name)), name
    assert torch.equal(fast.active, reference.active)


def play_both(fast, reference, seed, steps=inf):
    """Place jobs at random in both, and compare what is seen before each decision."""
    rng = np.random.default_rng(seed)
    assert_same(fast, reference)
    while len(fast.active) and (steps := steps - 1) >= 0:
        seen, expected = observe(fast, with_state=True), observe(reference)
        for name in ("rollout", "owner", "job"):
            assert torch.equal(getattr(seen, name), getattr(expected, name)), name
        assert close(seen.job_features, expected.job_features)
        assert close(seen.global_features, expected.global_features)
        b, jobs, machines = choose(fast, rng)
        parts, wanted = (observe_machines(x, b, jobs) for x in (fast, reference))
        for name in ("owner", "machine", "end"):
            assert torch.equal(getattr(parts, name), getattr(wanted, name)), name
        assert close(parts.machine_features, wanted.machine_features)
        for simulator in (fast, reference):
            simulator.step(b, jobs, machines)
        assert_same(fast, reference)


@settings(max_examples=40)
@given(
    st.lists(problems() | special_problems(), min_size=1, max_size=3),
    st.integers(1, 2),
    st.integers(0, 2),
    SEEDS,
)
def test_machine_code_sees_and_does_what_the_reference_does(batch, copies, which, seed):
    """Any problems beside each other, with any lookahead."""
    waits = [lookaheads(problem)[which] for problem in batch]
    objectives = [Objective(1, 2, x) for x in range(len(batch))]
    play_both(*both(batch, objectives, lookahead=waits, copies=copies), seed)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("which", [0, 1, 2])
def test_it_agrees_on_every_kind_of_problem(kind, which):
    """Times of hours, families, calendars: two sizes together, the first decisions."""
    batch = [generate(KINDS[kind].resized(*size), 7) for size in ((40, 6), (25, 9))]
    waits = [lookaheads(problem)[which] for problem in batch]
    play_both(*both(batch, lookahead=waits, copies=2), seed=0, steps=30)


def test_a_subset_of_rollouts_is_seen_alone():
    """Asked for the last rollout only, both show the same of it."""
    batch = [generate(KINDS["tight"].resized(9, 3), seed) for seed in (1, 2)]
    chosen = torch.tensor([1])
    seen, expected = (observe(x, chosen) for x in both(batch))
    assert torch.equal(seen.job, expected.job)
    assert close(seen.job_features, expected.job_features)
    assert close(seen.global_features, expected.global_features)


def test_a_fixed_policy_sees_the_same_choices():
    """``state`` and ``choosable`` are those of the reference."""
    batch = [generate(KINDS["shift_calendar"].resized(12, 4), seed) for seed in (1, 2)]
    seen, expected = (
        observe(x, with_state=True) for x in both(batch, lookahead=3600.0)
    )
    assert torch.equal(seen.choosable, expected.choosable)
    assert torch.equal(seen.state, expected.state)


@pytest.mark.parametrize(
    ("job", "machine"), [(0, 1), (1, 0), (0, 2), (2, 0), (-1, 0), (0, -1)]
)
def test_what_is_masked_or_not_there_is_refused_and_nothing_moves(job, machine):
    """Not eligible, waiting for another, no such job or machine: in any rollout."""
    problem = Problem.from_rows(
        [Job("a", {"M": 10}), Job("b", {"M": 10}, predecessors=["a"])],
        [Machine("M", calendar=Calendar(np.array([[5, 8]]))), Machine("N")],
    )
    simulator, untouched = both([problem, problem])
    with pytest.raises(ValueError, match="masked"):
        simulator.step(
            torch.tensor([0, 1]), torch.tensor([0, job]), torch.tensor([0, machine])
        )
    assert_same(simulator, untouched)


def test_a_rollout_that_is_not_there_is_refused():
    """Nothing beyond the memory of the simulator is written to."""
    simulator = one(Problem.from_rows([Job("a", {"M": 1})], [Machine("M")]))
    zero = torch.tensor([0])
    for rollout in (-1, 1):
        with pytest.raises(ValueError, match="masked"):
            simulator.step(zero + rollout, zero, zero)


def test_after_a_reset_it_starts_again():
    """The machine code follows the simulator to its new memory."""
    batch = [generate(KINDS["shift_calendar"].resized(8, 3), 1)]
    fast, reference = both(batch, lookahead=inf)
    play_both(fast, reference, seed=0)
    fast.reset()
    reference.reset()
    play_both(fast, reference, seed=1)


def test_a_changed_lookahead_is_seen():
    """From the middle of a plan on, machines may wait for jobs."""
    batch = [generate(KINDS["shift_calendar"].resized(12, 3), 1)]
    fast, reference = both(batch)
    play_both(fast, reference, seed=0, steps=4)
    for simulator in (fast, reference):
        simulator.wait_at_most(7200.0)
    play_both(fast, reference, seed=1)


def test_the_shipped_policy_makes_the_same_plan(monkeypatch):
    """Decision by decision; a model learned with one decides alike with the other."""
    policy = load_default_model().policy
    problem = generate(replace(KINDS["shift_calendar"], jobs=60, machines=8), 5)
    made = plans.TensorPlans(policy, stack([problem], [Objective()]), inf)
    fast = made.greedy()
    slow = partial(Simulator, compiled=False)
    monkeypatch.setattr(plans, "Simulator", slow)
    reference = made.greedy()
    assert fast.path == reference.path
    assert fast.cost == reference.cost


def test_probabilities_are_the_same():
    """Also where many rollouts decide together."""
    policy = load_default_model().policy
    batch = [generate(KINDS["shift"].resized(30, 5), seed) for seed in (1, 2)]
    choices = [
        act(policy, simulator, sampled(torch.Generator().manual_seed(0)))
        for simulator in both(batch, lookahead=inf, copies=3)
    ]
    for name in ("job_log_probability", "machine_log_probability", "machine_logits"):
        assert close(*(getattr(choice, name) for choice in choices))


@pytest.mark.parametrize(
    ("module", "name", "table"),
    [
        (job_features, "JOB", JOB_FEATURES),
        (overall_features, "OVERALL", GLOBAL_FEATURES),
        (machine_features, "MACHINE", MACHINE_FEATURES),
    ],
)
def test_machine_code_writes_every_column_of_the_table_by_its_name(module, name, table):
    """A feature that is renamed, added or taken away in the table alone is seen."""
    files = (module.__file__, compiled_observe.__file__)
    text = "".join(Path(file).read_text("utf-8") for file in files)
    written = re.findall(rf"\[(?:\w+, )?{name}\.(\w+)\] = ", text)
    assert sorted(written) == sorted(columns(table)._fields)


def test_columns_follow_the_table():
    """Names with commas and spaces become words; the order is the table's."""
    assert columns(MACHINE_FEATURES).end_regret_any == 6
    assert columns(MACHINE_FEATURES[::-1]).preferred == 0
    with pytest.raises(AttributeError):
        _ = columns(JOB_FEATURES[1:]).processing_now


def test_nobody_waits_for_a_compiler_at_work():
    """While one thread compiles ahead, simulators of others use tensors; then no more.

    The reference plans the same, so all that a planner notices is a second more.
    """
    problem = Problem.from_rows([Job("a", {"M": 1})], [Machine("M")])
    with machine_code.compiling():
        assert one(problem).compiled
        with ThreadPoolExecutor(1) as other:
            assert not other.submit(one, problem).result().compiled
    with ThreadPoolExecutor(1) as other:
        assert other.submit(one, problem).result().compiled


def test_all_machine_code_of_a_plan_is_compiled_ahead():
    """Afterwards each kernel knows one form of its arguments, whatever the problem."""
    warm_up()
    warm_up_simulators()
    kernels = (
        step.step,
        compiled_observe.observe_jobs,
        compiled_observe.observe_machines,
        loop.play,
        rules.play_rule,
    )
    before = [len(kernel.signatures) for kernel in kernels]
    for kind in ("shift_calendar", "loose"):
        fast, reference = both([generate(KINDS[kind].resized(9, 3), 1)], lookahead=inf)
        play_both(fast, reference, seed=0, steps=3)
        problem = generate(KINDS[kind].resized(9, 3), 1)
        for name in ("hierarchical", "rule:best"):
            asked = PlanSettings(scheduler=name, samples=2)
            scheduler(asked).schedule(problem, Objective())
    assert [len(kernel.signatures) for kernel in kernels] == before == [1] * 5


def test_a_plan_by_hand():
    """One machine, closed from 5 to 8 s: a job of 10 s ends at 13 s, the next at 14."""
    calendar = Calendar(np.array([[5, 8]]))
    simulator = one(
        Problem.from_rows(
            [Job("a", {"M": 10}), Job("b", {"M": 1}, predecessors=["a"])],
            [Machine("M", calendar=calendar)],
        )
    )
    assert simulator.compiled
    place(simulator, 0, 0)
    assert simulator.now.tolist() == [13.0]
    place(simulator, 1, 0)
    assert simulator.schedules()[0].end.tolist() == [13, 14]
