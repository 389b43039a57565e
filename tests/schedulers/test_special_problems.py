"""Every scheduler keeps waits, work that may not pause, and reservations."""

import subprocess
import sys
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bounds.cost_bound import lower_bounds
from core.decisions.recording import trace_plan
from core.decisions.whatif import what_if
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.plan import Plan
from core.planning.settings import PlanSettings
from core.planning.visibility import batches
from core.policy.shipped import load_default_model
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import violations
from core.schedulers.batch import BatchScheduler
from core.schedulers.dispatching.rule_trace import trace_of
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.hierarchical import HierarchicalScheduler
from core.schedulers.replay import replayed
from core.schedulers.tensors.rules import best_by_tensors
from core.schedulers.unified import UnifiedScheduler
from core.schedulers.variants import variants
from core.tables.writing.write import shift_files
from core.tables.writing.write_plan import schedule_csv
from tests.plans import START, shift_of
from tests.strategies import reserving, special_problems

SECOND = Path(__file__).parents[3] / "shared" / "verify.py"
RULES = ("fifo", "lpt-wait", "ect", "sufferage", "atcs")


@pytest.fixture(scope="module")
def model():
    """The shipped one."""
    return load_default_model()


@settings(max_examples=40)
@given(special_problems(), st.sampled_from([0.0, 5.0, inf]), st.integers(0, 9))
def test_every_plan_is_valid(problem, lookahead, seed):
    """By rules, by the policy, in batches, sampled: the verifier finds nothing."""
    shipped, objective = load_default_model(), Objective()
    bound = lower_bounds(problem, objective).cost
    wait = PlanSettings(lookahead=lookahead, samples=2)
    for scheduler in (
        *(RuleScheduler(f"rule:{name}") for name in ("best", *RULES)),
        HierarchicalScheduler(shipped, wait),
        BatchScheduler(shipped, wait),
        UnifiedScheduler(lambda: shipped, wait),
    ):
        plan = scheduler.schedule(problem, objective, seed=seed)
        assert not violations(problem, plan.schedule)
        assert plan.cost == pytest.approx(objective.cost(problem, plan.schedule))
        assert bound <= plan.cost


@settings(max_examples=30)
@given(special_problems(), st.sampled_from(RULES))
def test_rules_decide_alike_in_both_engines(problem, name):
    """Machine code and tensors: the same plan to the second."""
    plan = RuleScheduler(f"rule:{name}").schedule(problem, Objective()).schedule
    tried = variants([name])
    _, other, _ = best_by_tensors(problem, Objective(), tried)
    for part in ("machine", "setup_start", "start", "end"):
        assert np.array_equal(getattr(plan, part), getattr(other, part)), part


@settings(max_examples=30)
@given(special_problems(min_jobs=2), st.integers(0, 99))
def test_decisions_can_be_walked_through_and_taken_otherwise(problem, seed):
    """A rule's plan replayed by the policy, its own trace, and another first choice."""
    shipped, objective = load_default_model(), Objective()
    plan = RuleScheduler("rule:edd").schedule(problem, objective)
    trace = replayed(
        problem, objective, plan.schedule, shipped, scheduler="x", seed=seed
    )
    assert trace is not None
    assert sorted(trace.job.tolist()) == list(range(problem.num_jobs))
    assert trace_of(plan).is_of(plan.schedule)
    assert trace_plan(plan).is_of(plan.schedule)
    made = HierarchicalScheduler(shipped).schedule(problem, objective)
    first = made.trace[0]
    for job in first.jobs.tolist():
        other = what_if(made, shipped, 0, job=job)
        assert not violations(problem, other.schedule)


@pytest.mark.parametrize("kind", ["shift_unbroken", "shift_calendar", "assembly"])
def test_whole_shifts_with_reservations_are_planned(kind, model):
    """A hundred jobs, some tenths of them reserved; in one go and in batches of 50."""
    for seed in range(3):
        problem = reserving(generate(KINDS[kind].resized(100, 8), seed), seed)
        reserved = problem.reserved_start >= 0
        assert reserved.sum() >= 5
        for scheduler in (
            RuleScheduler(),
            HierarchicalScheduler(model),
            BatchScheduler(model, PlanSettings(visible=50)),
        ):
            plan = scheduler.schedule(problem, Objective()).schedule
            assert not violations(problem, plan)
            assert (plan.start[reserved] == problem.reserved_start[reserved]).all()


@pytest.mark.skipif(not SECOND.exists(), reason="there is no second verifier here")
@pytest.mark.parametrize("seed", range(6))
def test_a_verifier_that_reads_files_only_finds_nothing(seed, model, tmp_path):
    """Jobs, machines and calendars as files; reservations as locks to a plan before."""
    kind = ("shift_unbroken", "shift_calendar", "assembly")[seed % 3]
    problem = reserving(generate(KINDS[kind].resized(30, 4), seed), seed)
    reserved = np.flatnonzero(problem.reserved_start >= 0).tolist()
    locked = {problem.job_ids[j] for j in reserved}
    for name, data in shift_files(shift_of(problem)).items():
        (tmp_path / name).write_bytes(data)
    head, *rows = (tmp_path / "jobs.csv").read_text("utf-8-sig").splitlines()
    rows = [f"{x},{'start' * (x.split(',')[0] in locked)}" for x in rows]
    (tmp_path / "jobs.csv").write_text("\n".join([f"{head},lock", *rows]))
    shift = shift_of(problem)
    head, *rows = schedule_csv(
        Plan(shift, PlanSettings(), RuleScheduler().schedule(problem, Objective()))
    ).splitlines(keepends=True)
    kept = [x for x in rows if x.decode().split(",")[0] in locked]
    (tmp_path / "before.csv").write_bytes(b"".join([head, *kept]))
    for scheduler in (RuleScheduler(), HierarchicalScheduler(model)):
        plan = Plan(shift, PlanSettings(), scheduler.schedule(problem, Objective()))
        written = tmp_path / "schedule.csv"
        written.write_bytes(schedule_csv(plan))
        files = [tmp_path, written, "--previous", tmp_path / "before.csv"]
        done = subprocess.run(
            [sys.executable, SECOND, *files, "--start", START.isoformat()],
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.stdout.splitlines()[-1:] == ["0 faults"], done.stdout + done.stderr
        assert f"cost {plan.result.cost:.4f}" in done.stdout


def test_a_rule_uses_the_time_before_a_reservation():
    """
    kept is reserved at 30 s and the longest; longest first would place it first.

    fits ends at 20 s and leaves 10 s for the setup; long does not and comes after.
    """
    jobs = [
        Job("kept", {"M": 50}, group="y", reserved=("M", 30)),
        Job("long", {"M": 40}, group="x"),
        Job("fits", {"M": 20}, group="x"),
        Job("tight", {"M": 11}, group="y"),
    ]
    problem = Problem.from_rows(jobs, [Machine("M", group="x")], {("x", "y"): 10})
    plan = RuleScheduler("rule:lpt-wait").schedule(problem, Objective()).schedule
    assert plan.start.tolist() == [30, 80, 0, 120 + 10]
    assert plan.setup_start[0] == 20


def test_reserved_jobs_go_into_the_first_batch():
    """However late they are due; the others keep their order."""
    jobs = [Job(f"J{i}", {"M": 10}, due=float(i)) for i in range(4)]
    jobs.append(Job("kept", {"M": 5}, reserved=("M", 100), due=999.0))
    problem = Problem.from_rows(jobs, [Machine("M")])
    assert batches(problem, 3) == ((4, 0, 1), (2, 3))
