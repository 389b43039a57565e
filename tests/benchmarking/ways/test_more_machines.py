"""The same jobs on more machines."""

from dataclasses import fields

import numpy as np
import pytest

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.ways.more_machines import (
    MachinesRow,
    in_units_of,
    machines_report,
    machines_rows,
    with_machines,
)
from core.problem.objective import Objective

SIZE = (8, 3)


def silent(text: str) -> None:
    """Tell nobody."""


def test_more_machines_leave_the_jobs_alone():
    """Machine k of the wider shop is a copy of machine k mod 3."""
    base = held_out_shift("shift_calendar", SIZE, 0)
    wide = with_machines(base, 7)
    assert wide.num_machines == 7
    assert (wide.processing == base.processing[:, np.arange(7) % 3]).all()
    assert wide.calendars[5] is base.calendars[2]
    jobs = {"release", "due", "weight", "family", "group", "precedence", "setup"}
    assert jobs <= {field.name for field in fields(base)}
    for name in jobs:
        assert (getattr(wide, name) == getattr(base, name)).all()
    with pytest.raises(ValueError, match="Expected 3 machines or more, got 2"):
        with_machines(base, 2)


def test_a_second_costs_the_same_on_any_number_of_machines():
    """Twice the machines, half the ideal horizon; a weight of 0 stays 0."""
    base = held_out_shift("shift", SIZE, 0)
    wide, objective = with_machines(base, 6), Objective(1, 0, 0.2)
    scales = in_units_of(base, wide, objective).scales(wide)
    assert scales == pytest.approx(objective.scales(base))
    assert in_units_of(base, wide, objective).tardiness == 0


def test_ratios_are_to_the_next_fewer_machines():
    """Three, four and six machines of one shift, planned by one rule."""
    rows = list(machines_rows("shift", 8, [3, 4, 6], ["rule:edd"], 1, silent))
    first, second, third = rows
    assert [row.machines for row in rows] == [3, 4, 6]
    assert first.ratio is None
    assert second.ratio == pytest.approx(second.cost / first.cost)
    assert third.ratio == pytest.approx(third.cost / second.cost)


def test_numbers_that_do_not_rise_are_refused():
    """The message shows them."""
    with pytest.raises(ValueError, match=r"rising numbers of machines, got \[3, 3\]"):
        list(machines_rows("shift", 8, [3, 3], ["rule:edd"], 1, silent))


def test_the_report_says_how_often_more_hurt():
    """One step of two got dearer, by a tenth."""
    rows = [
        MachinesRow("x", 0, 3, 2.0, None, 1.0),
        MachinesRow("x", 0, 4, 2.2, 1.1, 1.0),
        MachinesRow("x", 1, 3, 2.0, None, 1.0),
        MachinesRow("x", 1, 4, 1.8, 0.9, 3.0),
    ]
    three, four = machines_report(rows).summaries[0].rows
    assert three == ("x", 3, 2, 2.0, None, None, 0, 1.0)
    assert four == ("x", 4, 2, 2.0, pytest.approx(1.0), 1.1, 1, 2.0)
