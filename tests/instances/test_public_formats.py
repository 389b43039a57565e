"""Public instances become the problems that the literature means."""

import itertools
from math import inf

import pytest

from core.instances.public_formats import READERS, read_fjsp, read_pmp, read_ssirit
from core.planning.settings import PlanSettings
from core.planning.stopping import MaxIterations
from core.problem.objective import Objective
from core.schedulers.registry import scheduler
from core.search.refine import refine


def test_a_flexible_job_shop():
    """Two jobs of two and one tasks on two machines; 0 is not eligible."""
    found = read_fjsp("2\n2\n2 1\n5 0\n0 3\n1 2\n")
    assert found.processing.tolist() == [[300.0, inf], [inf, 180.0], [60.0, 120.0]]
    assert found.precedence.tolist() == [[0, 1]]
    assert found.job_ids == ("1.1", "1.2", "2.1")
    assert found.family.tolist() == [0, 0, 1]


def test_unrelated_machines():
    """One line per job, minutes on each machine."""
    found = read_pmp("2\n3\n1 2 3\n4 5 6\n")
    assert found.processing.tolist() == [[60.0, 120.0, 180.0], [240.0, 300.0, 360.0]]
    assert found.setup.max() == 0


def test_unrelated_machines_with_setups():
    """Row: job before; column: job after; per machine; none before the first job."""
    found = read_ssirit(
        "2 2 1\n7\n0 10 1 20\n1 40 0 30\nSSD\nM0\n0 1\n2 0\nM1\n0 3\n4 0\n"
    )
    assert found.processing.tolist() == [[600.0, 1200.0], [1800.0, 2400.0]]
    setups = [
        [
            found.setup_seconds(k, x, y) // 60
            for x, y in ((0, 1), (1, 0), (2, 0), (2, 1))
        ]
        for k in range(2)
    ]
    assert setups == [[1, 2, 0, 0], [3, 4, 0, 0]]


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("pmp", "", "Line 1"),
        ("pmp", "2\n2\n1 2\n", "Line 4: expected 2 numbers, the file ends"),
        ("pmp", "1\n2\n1 x\n", "Line 3: expected 2 whole numbers"),
        ("pmp", "1\n1\n1\n1\n", "Line 4: expected the end"),
        ("pmp", "0\n1\n", "Line 1: expected 1 … 20000, got 0"),
        ("fjsp", "1\n1\n0\n", "Line 3: expected at least one task"),
        ("ssirit", "1 2 1\n7\n0 5 0 6\n", "Line 3: expected each machine"),
        ("ssirit", "1 1 1\n7\n0 5\nM0\n", "Line 4: expected 'SSD'"),
    ],
)
def test_a_damaged_file_is_refused(kind, text, message):
    """The message names the line."""
    with pytest.raises(ValueError, match=message):
        READERS[kind](text)


@pytest.mark.parametrize(("kind", "count"), [("fjsp", 20), ("pmp", 12), ("ssirit", 18)])
def test_every_public_instance_is_read(benchmarks, kind, count):
    """All of them, with jobs that can run somewhere."""
    paths = sorted((benchmarks / kind).glob("*.txt"))
    assert len(paths) == count
    for path in paths[:: max(count // 4, 1)]:
        assert READERS[kind](path.read_text()).num_jobs >= 40


def raw_makespan(text, sequences):
    """Largest sum of times and setups of a machine, straight from the file."""
    lines = text.splitlines()
    jobs, machines, _ = (int(x) for x in lines[0].split())
    times = [[int(x) for x in line.split()[1::2]] for line in lines[2 : 2 + jobs]]
    loads = []
    for k, sequence in enumerate(sequences):
        first = 3 + jobs + k * (jobs + 1)  # the line M<k>
        assert lines[first].strip() == f"M{k}"
        pairs = itertools.pairwise(sequence)
        setups = sum(int(lines[first + 1 + i].split()[j]) for i, j in pairs)
        loads.append(sum(times[j][k] for j in sequence) + setups)
    assert len(loads) <= machines
    return max(loads)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["I_50_10_S_1-9_1", "I_50_20_S_1-124_1"])
def test_a_refined_makespan_is_what_the_file_says(benchmarks, name):
    """Whoever beats a best known value does so by the numbers in the file."""
    text = (benchmarks / "ssirit" / f"{name}.txt").read_text()
    problem = read_ssirit(text)
    objective = Objective(makespan=1.0, tardiness=0.0, setup=0.0)
    first = scheduler(PlanSettings("rule:mwkr")).schedule(problem, objective).schedule
    better = refine(problem, objective, first, stop=MaxIterations(20))
    assert sorted(j for jobs in better.sequences for j in jobs) == list(range(50))
    assert raw_makespan(text, better.sequences) * 60 == better.makespan
    assert better.makespan < first.makespan
