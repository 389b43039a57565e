"""Job shops of low flexibility."""

from collections import Counter

import numpy as np
import pytest

from core.benchmarking.ways.efforts import EffortRow, effort_rows
from core.benchmarking.ways.job_shops import (
    SIZES,
    ExactRow,
    JobShops,
    exact_rows,
    job_shops_report,
)


@pytest.mark.parametrize(
    ("kind", "most", "mean"), [("edata", 2, 1.15), ("rdata", 3, 2.0)]
)
def test_shops_are_drawn_as_hurink_drew_them(kind, most, mean):
    """Every job visits every machine; few operations of edata have another."""
    counts = []
    for index, (jobs, machines) in enumerate(SIZES):
        problem = JobShops(kind).problem(index)
        assert (problem.num_jobs, problem.num_machines) == (jobs * machines, machines)
        assert Counter(problem.family.tolist()) == dict.fromkeys(range(jobs), machines)
        assert len(problem.precedence) == jobs * (machines - 1)
        minutes = problem.processing[problem.eligible] / 60
        assert minutes.min() >= 5
        assert minutes.max() <= 99
        counts += problem.eligible.sum(axis=1).tolist()
    assert max(counts) == most
    assert np.mean(counts) == pytest.approx(mean, rel=0.05)
    again = JobShops(kind).problem(len(SIZES))
    assert (again.num_jobs, again.num_machines) == (50, 5)
    assert (again.processing != JobShops(kind).problem(0).processing).any()


def test_a_kind_that_is_none_is_refused():
    """The message names those that are."""
    with pytest.raises(ValueError, match="Expected a kind of edata, rdata; got 'x'"):
        JobShops("x")


def test_the_exact_solver_plans_and_proves(monkeypatch):
    """Three jobs on two machines: proved best, and no rule is below."""
    monkeypatch.setattr("core.benchmarking.ways.job_shops.SIZES", ((3, 2),))
    shops = [JobShops("edata")]
    (exact,) = exact_rows(shops, 1, 10.0, print)
    rows = list(effort_rows(shops, ["rule:best"], 1, print))
    assert exact.bound == pytest.approx(exact.plan.cost)
    assert rows[0].cost >= exact.plan.cost * (1 - 1e-9)
    ways, proofs = job_shops_report(rows, [exact]).summaries
    assert [line[1] for line in ways.rows] == ["rule:best", "cpsat 10 s"]
    assert proofs.rows[0][:3] == ("edata-like", 1, 1)


def test_gaps_are_to_the_best_of_all_plans_and_to_the_bound():
    """CP-SAT 4, the search 3, proved 2: 4/3 and 1 of the best, 50 % above what is."""
    plan = EffortRow("edata-like", "cpsat 1 s", 0, 4.0, 1.0)
    rows = [EffortRow("edata-like", "auto", 0, 3.0, 1.0)]
    ways, proofs = job_shops_report(rows, [ExactRow(plan, 2.0)]).summaries
    assert [line[3] for line in ways.rows] == [1.0, pytest.approx(4 / 3)]
    assert proofs.rows == (("edata-like", 1, 0, 50.0, 50.0),)
