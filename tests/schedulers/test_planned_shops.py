"""Whoever plans: valid by two verifiers, the same again, explained, above the bound."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import replace
from math import inf
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.bounds.cost_bound import lower_bounds
from core.bounds.joint import joint_bound
from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.planning.settings import PlanSettings
from core.policy.shipped import load_default_model
from core.problem.objective import Objective
from core.schedulers.plans import plans_of
from core.schedulers.registry import plan, scheduler
from core.search import local_search
from core.search.refine import refine
from core.tables.writing.samples import FOLDER
from core.tables.writing.write_plan import schedule_csv
from core.timing.retime import retime
from tests.exhaustive import first_order
from tests.schedulers.planned_shops import faults, files_of_shop, second_opinion, shop
from tests.second_reader import SecondReader
from tests.strategies import problems, special_problems
from tests.tables.shops import START

ROOT = Path(__file__).parents[2]
SECOND = ROOT.parent / "shared" / "verify.py"
QUICK = PlanSettings(effort="quick")
OBJECTIVES = [Objective(), Objective(0, 1, 0), Objective(1, 0, 0), Objective(1, 0, 3)]


@pytest.fixture
def few_moves(monkeypatch):
    """A search of a thousand moves is enough to be wrong."""
    monkeypatch.setattr("core.planning.effort.LEAST_MOVES", 10_000)
    monkeypatch.setattr("core.planning.effort.MOVES_PER_JOB", 1)


@pytest.fixture(scope="module")
def second():
    """A program that reads files and plans by itself, where it is at hand."""
    with SecondReader(SECOND) if SECOND.exists() else nullcontext() as reader:
        yield reader


@pytest.mark.parametrize("seed", range(12))
def test_every_plan_of_a_shop_is_valid_by_both_verifiers(
    seed, few_moves, second, tmp_path
):
    """A program that reads the files by itself finds no more than the project does."""
    found = faults(seed, tmp_path, second)
    assert found == {
        name: [] for name in ("rule:best", "hierarchical", "batch", "auto")
    }


def test_a_fault_that_the_second_verifier_tells_is_heard(second, tmp_path):
    """A plan without its first job, which it misses; then the whole plan again."""
    if second is None:
        pytest.skip("there is no second verifier here")
    for name, content in files_of_shop(1).items():
        (tmp_path / name).write_bytes(content)
    made = plan(shop(files_of_shop(1)), PlanSettings("rule:best"))
    head, _, *rest = schedule_csv(made).splitlines(keepends=True)
    written = tmp_path / "schedule.csv"
    written.write_bytes(b"".join([head, *rest]))
    said = second.judged(tmp_path, written, "--start", START.isoformat())
    assert said[-2:] == ["1 faults", "ends with 1"]
    assert second_opinion(made, tmp_path, second) == []


@pytest.mark.parametrize(
    ("kind", "jobs", "machines"),
    [*((kind, 80, 8) for kind in sorted(KINDS)), ("shift", 320, 20)],
)
def test_one_thread_and_two_give_the_same_plan(kind, jobs, machines, monkeypatch):
    """The searches share nothing but what they meet at; the last one guesses moves."""
    problem = generate(KINDS[kind].resized(jobs, machines), 4)
    made = []
    for threads in (1, 2):
        pool = lambda _, threads=threads: ThreadPoolExecutor(threads)  # noqa: E731
        monkeypatch.setattr(local_search, "ThreadPoolExecutor", pool)
        made.append(scheduler(QUICK).schedule(problem, Objective(), seed=2).schedule)
    for part in ("machine", "setup_start", "start", "end"):
        assert np.array_equal(*(getattr(x, part) for x in made)), part


def test_another_process_on_one_core_writes_the_same_file(tmp_path):
    """One thread for numbers, another order of sets and dicts: the same bytes."""
    book = FOLDER / "small-24x6" / "small-24x6.xlsx"
    written = []
    for hashes, threads in (("1", "1"), ("2", "2")):
        path = tmp_path / f"{hashes}.csv"
        command = ["plan", "--workbook", book, "--effort", "quick", "--output", path]
        more = {"PYTHONHASHSEED": hashes, "OMP_NUM_THREADS": threads}
        core = {0} if threads == "1" else os.sched_getaffinity(0)
        subprocess.run(
            [sys.executable, "-m", "core", *command],
            cwd=ROOT,
            env=os.environ | more | {"NUMBA_NUM_THREADS": threads},
            preexec_fn=lambda core=core: os.sched_setaffinity(0, core),
            check=True,
            capture_output=True,
        )
        written.append(path.read_bytes())
    assert written[0] == written[1]


@settings(max_examples=30)
@given(problems() | special_problems(), st.sampled_from(OBJECTIVES))
def test_a_refined_plan_is_what_its_decisions_make(problem, objective):
    """Jobs and machines of the trace, taken one by one: the plan to the second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.planning.effort.LEAST_MOVES", 10_000)
        result = scheduler(QUICK).schedule(problem, objective)
    trace = result.trace
    path = list(zip(trace.job.tolist(), trace.machine.tolist(), strict=True))
    plans = plans_of(load_default_model(), problem, objective, inf)
    again = plans.greedy(path=path).schedule
    for part in ("machine", "setup_start", "start", "end"):
        expected = getattr(result.schedule, part)
        assert np.array_equal(getattr(again, part), expected), part
        assert np.array_equal(getattr(trace.schedule, part), expected), part


def costs_of_every_method(problem, objective):
    """Costs of plans by rules, policy, batches, exact solver, and what search adds."""
    ways = [PlanSettings(name) for name in ("rule:best", "rule:fifo", "batch", "cpsat")]
    ways += [PlanSettings("hierarchical", lookahead=x) for x in (0.0, inf)]
    ways += [QUICK, replace(QUICK, seed=1)]
    made = [
        scheduler(way).schedule(problem, objective, seed=way.seed).schedule
        for way in ways
    ]
    start = retime(problem, first_order(problem))
    made += [
        refine(problem, objective, start, stop=lambda: False, moves=5_000, seed=seed)
        for seed in range(2)
    ]
    return [objective.cost(problem, x) for x in made]


@settings(max_examples=4)
@given(problems(max_jobs=6, min_jobs=3), st.sampled_from(OBJECTIVES))
def test_no_method_beats_a_bound(problem, objective):
    """The best plan of any method costs what both bounds say, or more."""
    bounds = (
        lower_bounds(problem, objective).cost,
        joint_bound(problem, objective, steps=30).cost,
    )
    assert max(bounds) <= min(costs_of_every_method(problem, objective))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_long_search_beats_a_bound(kind):
    """A shift of 20 jobs on 4 machines, searched with 50,000 moves twice."""
    problem = generate(KINDS[kind].resized(20, 4), 7)
    for objective in (Objective(), Objective(0, 1, 0)):
        bound = joint_bound(problem, objective, steps=60).cost
        start = (
            scheduler(PlanSettings("rule:best")).schedule(problem, objective).schedule
        )
        for seed in range(2):
            found = refine(
                problem, objective, start, stop=lambda: False, moves=50_000, seed=seed
            )
            assert bound <= objective.cost(problem, found)
