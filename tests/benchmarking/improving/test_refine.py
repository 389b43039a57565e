"""The protocol that measures refinement."""

from math import isnan, nan

import pytest

from core.benchmarking.improving.refine import (
    ALONE,
    SETS,
    Instance,
    RefinementRow,
    means,
    measure,
    measure_alone,
    public_instances,
    random_shifts,
    refine_report,
)
from core.instances.generator import KINDS, generate
from core.problem.objective import Objective
from core.schedulers.dispatching.rules import RuleScheduler
from core.schedulers.exact.cpsat import CpSat, NoPlanFound
from core.timing.retime import retime

START = RuleScheduler("rule:spt")


class Reverses:
    """An improver that only turns the jobs of each machine around."""

    name = "reverses"

    def improve(self, problem, objective, sequences, *, seed, stop, progress):
        return [list(jobs)[::-1] for jobs in sequences]


@pytest.mark.parametrize(
    ("group", "count"), [*zip(SETS, (10, 10, 12, 18), strict=True)]
)
def test_every_public_set_is_read(benchmarks, group, count):
    """All instances, with a best known makespan and the makespan as objective."""
    found = list(public_instances(benchmarks, group))
    assert len(found) == count
    assert all(x.best_known > 0 and x.group == group for x in found)
    assert {x.objective for x in found} == {Objective(1, 0, 0)}


def test_an_unknown_set_is_refused(tmp_path):
    """Before any file is looked for."""
    with pytest.raises(ValueError, match="Expected one of brandimarte"):
        next(public_instances(tmp_path, "taillard"))


def test_a_gap_is_to_the_best_known_makespan(benchmarks):
    """mk01 is known to take 40 minutes; what is not improved stays as it was."""
    instance = next(public_instances(benchmarks, "brandimarte"))
    row = measure(instance, START, 5.0, improvers=[])
    first = START.schedule(instance.problem, instance.objective).schedule
    assert row.gap_after == row.gap_before == first.makespan / 2400 - 1
    assert row.ratio == 1.0


def test_a_shift_has_a_ratio_and_no_gap():
    """Turning machines around costs more, so refinement keeps what it had."""
    shift = next(random_shifts("shift_open", 1))
    row = measure(shift, START, 5.0, improvers=[Reverses()])
    first = START.schedule(shift.problem, Objective()).schedule
    turned = retime(shift.problem, [list(x)[::-1] for x in first.sequences])
    assert Objective().cost(shift.problem, turned) > row.before
    assert isnan(row.gap_before)
    assert isnan(row.gap_after)
    assert row.ratio == 1.0


def test_means_are_taken_per_set():
    """Two rows of one set, one of another, one of other improvers."""
    rows = [
        RefinementRow("a", "1", 4.0, 2.0, 0.2, 0.1, 1.0, above_bound=0.3),
        RefinementRow("b", "1", 1.0, 1.0, 0.0, 0.0, 1.0, above_bound=0.0),
        RefinementRow("a", "2", 4.0, 4.0, 0.4, 0.3, 1.0, above_bound=0.5),
        RefinementRow("a", "1", 4.0, 4.0, 0.2, 0.2, 1.0, "windows", 0.1),
    ]
    found = means(rows)
    assert found["a", "local"] == pytest.approx((0.3, 0.2, 0.75, 0.4, 2))
    assert found["b", "local"] == (0.0, 0.0, 1.0, 0.0, 1)
    assert found["a", "windows"] == (0.2, 0.2, 1.0, 0.1, 1)
    report = refine_report(rows, 10.0)
    assert len(report.detail.rows) == 4
    assert [row[:2] for row in report.summaries[0].rows] == list(found)
    assert [row[-1] for row in report.summaries[0].rows] == ["2 of 2"] + 2 * ["1 of 1"]


def test_a_plan_that_was_not_found_is_counted_and_nothing_else():
    """One plan of two: the means are those of the one."""
    rows = [
        RefinementRow("a", "1", 4.0, 2.0, 0.2, 0.1, 1.0, ALONE, 0.3),
        RefinementRow("a", "2", 4.0, nan, 0.4, nan, 1.0, ALONE, nan),
    ]
    assert means(rows)["a", ALONE] == pytest.approx((0.3, 0.1, 0.5, 0.3, 1))
    assert refine_report(rows, 10.0).summaries[0].rows[0][-1] == "1 of 2"
    (none,) = means(rows[1:]).values()
    assert none[0] == 0.4
    assert all(isnan(x) for x in none[1:4])
    assert none[4] == 0


def test_the_exact_solver_stands_beside():
    """On a tiny problem it is done in time, and no worse than the rule."""
    problem = generate(KINDS["shift_open"].resized(5, 2), 0)
    row = measure_alone(Instance("tiny", "0", problem, Objective()), START, 20.0)
    assert row.way == ALONE
    assert 0 < row.after <= row.before
    assert row.above_bound >= 0


def test_no_plan_in_the_time_is_said(monkeypatch):
    """Nothing is put in its place."""

    def fail(*args, **kwargs):
        raise NoPlanFound("none")

    monkeypatch.setattr(CpSat, "schedule", fail)
    row = measure_alone(next(random_shifts("shift_open", 1)), START, 1.0)
    assert row.before > 0
    assert all(isnan(x) for x in (row.after, row.gap_after, row.above_bound))
