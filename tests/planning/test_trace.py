"""What is kept of every decision: exact, compact, and never of another problem."""

import io
import json
import zipfile
from dataclasses import fields, replace
from math import exp, inf, log

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.instances.generator import KINDS, generate
from core.planning import trace_file as module
from core.planning.decision import Override, Scores, certainty
from core.planning.trace import StaleTraceError, Trace, TraceError
from core.planning.trace_file import trace_from_bytes, trace_to_bytes
from core.planning.trace_recorder import Recorder
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.schedule import Schedule
from core.problem.verifier.verify import violations
from tests.strategies import problems
from tests.traces import LOOKAHEADS, random_trace


@pytest.fixture
def pair():
    """Two jobs of 60 s; B is due at 90 s; two machines, the second one slower."""
    jobs = [Job("A", {"M1": 60, "M2": 120}), Job("B", {"M1": 60}, due=90.0)]
    return Problem.from_rows(jobs, [Machine("M1"), Machine("M2")])


@pytest.fixture
def by_hand(pair):
    """A on M1 (three times as likely as B, than M2), then B, which nobody else is."""
    recorder = Recorder(
        pair, Objective(), scheduler="hierarchical", model="tiny@0123", seed=7
    )
    recorder.add(0, 0, 0, [0, 1], [log(3), 0.0], [0, 1], [log(3), 0.0], value=1.5)
    recorder.add(60, 1, 0, [1], [-2.0], [0], [9.0], forced=(False, True))
    schedule = Schedule([0, 0], [0, 60], [0, 60], [0, 60], [60, 120])
    return recorder.finish(schedule)


def test_a_decision_by_hand(by_hand):
    """Probabilities 3/4 and 1/4; the runner-up is named; what follows is there."""
    first = by_hand[0]
    assert first.job_probabilities.tolist() == pytest.approx([0.75, 0.25])
    assert first.machine_probabilities.tolist() == pytest.approx([0.75, 0.25])
    assert (first.other_job, first.other_machine) == (1, 1)
    assert (first.clock, first.start, first.end, first.setup) == (0, 0, 60, 0)
    assert first.value == 1.5
    last = by_hand[1]
    assert last.job_probabilities.tolist() == [1.0]
    assert (last.other_job, last.other_machine) == (None, None)
    assert np.isnan(last.value)
    assert not last.job_forced
    assert last.machine_forced


def test_cost_and_bound_by_hand(pair, by_hand):
    """H = (90 + 60) / 2; B ends 30 s late, W = 2: 10 * 30 / (2 * 75) of tardiness."""
    assert by_hand.cost.tolist() == pytest.approx([60 / 75, 120 / 75 + 2])
    # Before B: the longest processing alone, 60 s; with it, what it came to.
    assert by_hand.bound.tolist() == pytest.approx([60 / 75, 120 / 75 + 2])


def test_doubt_and_probability_by_hand(by_hand):
    """Of an even choice: h(3/4) in bits; 9/16 for both together; no choice: 0 and 1."""
    doubt = -(0.75 * log(0.75) + 0.25 * log(0.25)) / log(2)
    assert by_hand.entropy.tolist() == pytest.approx([doubt, 0.0])
    assert by_hand.probability.tolist() == pytest.approx([9 / 16, 1.0])


@pytest.mark.parametrize(
    ("chosen", "best", "words"),
    [
        (1.0, 1.0, "sure"),
        (0.85, 0.85, "fairly sure"),
        (0.5, 0.5, "in doubt"),
        (0.38, 0.38, "torn between several"),
        (0.005, 0.9, "not its first choice"),
    ],
)
def test_the_word_for_how_sure_it_was_fits_the_number_beside_it(chosen, best, words):
    """85 % is no doubt, 38 % not sure, and under 1 % was never its choice."""
    assert certainty(chosen, best) == words


def test_the_planners_decisions_are_known(by_hand):
    """Which, and what of them."""
    assert by_hand.overrides == (Override(1, 1, 0, False, True),)
    assert by_hand.planners == {1: "planner (machine)"}


@settings(max_examples=25)
@given(problems(), st.integers(0, 99), LOOKAHEADS)
def test_probabilities_sum_to_one_and_costs_end_at_the_plans(problem, seed, lookahead):
    """Whatever the logits; the bound never falls, and never passes the cost."""
    trace = random_trace(problem, seed, lookahead)
    for t in range(len(trace)):
        decision = trace[t]
        assert decision.job_probabilities.sum() == pytest.approx(1, abs=1e-12)
        assert decision.machine_probabilities.sum() == pytest.approx(1, abs=1e-12)
        joint = decision.job_probabilities[decision.jobs == decision.job]
        joint = (
            joint
            * decision.machine_probabilities[decision.machines == decision.machine]
        )
        assert trace.probability[t] == pytest.approx(float(joint[0]))
    final = Objective().cost(problem, trace.schedule)
    assert trace.cost[-1] == pytest.approx(final)
    assert (np.diff(trace.bound) >= -1e-12).all()
    assert (trace.bound <= final + 1e-12).all()
    assert ((trace.entropy >= 0) & (trace.entropy <= 1 + 1e-9)).all()


@settings(max_examples=15)
@given(problems(), st.integers(0, 99), LOOKAHEADS)
def test_a_file_holds_all_of_it(problem, seed, lookahead):
    """Written and read, every field is the same, and so is a second file."""
    trace = random_trace(problem, seed, lookahead)
    data = trace_to_bytes(trace)
    again = trace_from_bytes(data)
    for field in fields(Trace):
        one, two = getattr(trace, field.name), getattr(again, field.name)
        if isinstance(one, np.ndarray):
            assert one.dtype == two.dtype
            np.testing.assert_array_equal(one, two)
        else:
            assert one == two
    assert again.is_of(trace.schedule)


def test_the_largest_file_is_below_five_megabytes():
    """411 steps, all 411 jobs and 30 machines at each, logits that do not compress."""
    problem = generate(KINDS["shift"].resized(411, 30), 0)
    rng = np.random.default_rng(0)
    recorder = Recorder(problem, Objective(), scheduler="hierarchical", lookahead=inf)
    every = np.arange(411), np.arange(30)
    for job in range(411):
        recorder.add(
            *(job, job, job % 30, every[0], rng.normal(size=411)),
            *(every[1], rng.normal(size=30), rng.normal()),
        )
    zeros = np.zeros(411, dtype=np.int64)
    placed = Schedule(np.arange(411) % 30, zeros, zeros, zeros, zeros)
    trace = recorder.finish(placed)
    assert len(trace_to_bytes(trace)) < 5_000_000


def test_another_problem_or_model_is_refused_by_name(by_hand, pair):
    """The message says which; the right ones pass."""
    by_hand.check(pair, "tiny@0123")
    other = generate(KINDS["shift"].resized(2, 2), 0)
    with pytest.raises(StaleTraceError, match="belong to another shift"):
        by_hand.check(other)
    with pytest.raises(StaleTraceError, match=r"by model tiny@0123; .* is big@4567"):
        by_hand.check(pair, "big@4567")
    with pytest.raises(StaleTraceError, match="jobs or machines there are not"):
        replace(by_hand, machine=[0, 5], machines=[0, 1, 5]).check(pair)


def rewritten(data, **changed):
    """The same file with some of its members changed."""
    with np.load(io.BytesIO(data)) as file:
        arrays = dict(file)
    buffer = io.BytesIO()
    np.savez(buffer, **{**arrays, **changed})
    return buffer.getvalue()


def head_of(data, **changed):
    """The head of a file with some of its entries changed."""
    with np.load(io.BytesIO(data)) as file:
        head = json.loads(file["head"].tobytes().decode()) | changed
    return np.frombuffer(json.dumps(head).encode(), dtype=np.uint8)


def test_damaged_files_are_refused(by_hand):
    """With one kind of error, whatever is wrong with them."""
    data = trace_to_bytes(by_hand)
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as archive:
        archive.writestr("hello.txt", "hello")
    faults = {
        b"": "holds no trace",
        data[:100]: "holds no trace",
        zipped.getvalue(): "holds no trace",
        rewritten(data, head=head_of(data, format=99)): "trace of format 1",
        rewritten(data, head=head_of(data, seed="x")): "head of this trace is damaged",
        rewritten(data, job=np.zeros(2)): "job holds float64, expected",
        rewritten(data, job=np.zeros(2, dtype=np.int32)): "placed exactly once",
        rewritten(data, value=np.zeros(3, dtype=np.float32)): r"value has shape \(3,\)",
        rewritten(data, jobs=np.array([0, 1, 0], dtype=np.int32)): "job was chosen",
        rewritten(data, machines=np.array([1, 1, 0], dtype=np.int32)): "machine was",
        rewritten(data, value=np.array([None, {}], dtype=object)): "holds no trace",
    }
    for fault, message in faults.items():
        with pytest.raises(TraceError, match=message):
            trace_from_bytes(fault)


def test_a_file_that_unpacks_to_too_much_is_refused(by_hand, monkeypatch):
    """Before it is unpacked."""
    monkeypatch.setattr(module, "LARGEST", 1000)
    with pytest.raises(TraceError, match="is too large; the most is 1,000"):
        trace_from_bytes(trace_to_bytes(by_hand))


@pytest.mark.parametrize("step", [-1, 2])
def test_there_is_no_other_step(by_hand, step):
    """Negative ones do not count from the end."""
    with pytest.raises(IndexError, match=r"Expected a step in 0 … 1"):
        by_hand[step]


def test_without_a_policy_there_are_no_probabilities(by_hand):
    """Neither of a rule nor of a plan without decisions."""
    for scores in (Scores.RULE, Scores.NONE):
        trace = replace(by_hand, scores=scores)
        assert trace[0].job_probabilities is None
        assert trace[0].machine_probabilities is None
        assert np.isnan(trace.entropy).all()
        assert np.isnan(trace.probability).all()


def test_extreme_logits_do_not_overflow(by_hand):
    """A thousand apart: 1 and 0, not NaN."""
    trace = replace(by_hand, job_scores=[1000.0, 0.0, 5.0])
    assert trace[0].job_probabilities.tolist() == [1.0, exp(-1000)]
    assert trace.entropy[0] >= 0


ODD = [
    None,
    True,
    -1,
    2**70,
    1e308,
    float("nan"),
    "",
    "x",
    [],
    {},
    [1, 2],
    [[1]],
    "inf",
]


def mutated(data, rng):
    """A file of decisions with a fault: a byte, a value of its head, or an array."""
    kind = rng.integers(3)
    if kind == 0:
        damaged = bytearray(data)
        for _ in range(rng.integers(1, 4)):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        return bytes(damaged[: rng.integers(len(damaged) // 2, len(damaged) + 1)])
    with np.load(io.BytesIO(data)) as file:
        arrays = dict(file)
    if kind == 1:
        head = json.loads(arrays["head"].tobytes())
        head[rng.choice([*head])] = ODD[rng.integers(len(ODD))]
        arrays["head"] = np.frombuffer(json.dumps(head).encode(), np.uint8)
    else:
        name = rng.choice([x for x in arrays if x != "head"])
        array = arrays[name].copy()
        match rng.integers(4):
            case 0:
                array = array[:-1] if array.ndim else array
            case 1:
                array = np.concatenate([array, array]) if array.ndim else array
            case 2:
                array = array.reshape(1, -1)
            case _ if array.size:
                extreme = rng.choice([-1, 127, 0, 1])
                array.flat[rng.integers(array.size)] = extreme
        arrays[name] = array
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def test_no_faulty_file_of_decisions_raises_what_nobody_catches():
    """400 of them: each is refused, or every decision of it can be looked at."""
    rng = np.random.default_rng(0)
    jobs = [Job(f"J{i}", {"M": 60 + i, "N": 90}, due=300.0) for i in range(6)]
    problem = Problem.from_rows(jobs, [Machine("M"), Machine("N")])
    data = trace_to_bytes(random_trace(problem, 1, 0.0))
    refused = 0
    for _ in range(400):
        try:
            trace = trace_from_bytes(mutated(data, rng))
            trace.check(problem)
            if not violations(problem, trace.schedule):
                Objective(*trace.objective)
                for step in range(len(trace)):
                    trace[step]
        except (TraceError, StaleTraceError, ValueError):
            refused += 1
    assert refused > 250
