import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.problem.calendar import Calendar
from core.problem.checks import HORIZON
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.simulation.problems.machine_prices import machine_prices
from core.simulation.problems.stack import stack
from core.timing import kernel
from core.timing.flat import SPAN
from tests.strategies import calendars, problems
from tests.timing.reference import finish

SECONDS = st.integers(0, 100)


@pytest.fixture
def small():
    """a (10 s, or 20 on N) before b (6 s on N, due at 50, weight 3); X to Y: 4 s."""
    return Problem.from_rows(
        [
            Job("a", {"M": 10, "N": 20}, group="X"),
            Job("b", {"N": 6}, group="Y", predecessors=["a"], due=50.0, weight=3.0),
        ],
        [Machine("M", group="X"), Machine("N", available=7)],
        {("X", "Y"): 4, ("Y", "X"): 2},
    )


@pytest.fixture
def smaller():
    """One job on one machine."""
    return Problem.from_rows([Job("c", {"K": 5}, due=4.0)], [Machine("K")])


def test_values_by_hand_and_padding_that_is_never_chosen(small, smaller):
    """Two problems side by side: the second padded to two jobs and machines."""
    both = stack([small, smaller], [Objective()] * 2)
    inf = float("inf")
    assert both.processing.tolist() == [
        [[10, 20], [inf, 6]],
        [[5, inf], [inf, inf]],
    ]
    assert both.num_jobs.tolist() == [2, 1]
    assert both.num_machines.tolist() == [2, 1]
    assert both.weight.tolist() == [[1, 3], [1, 0]]
    assert both.mean_processing.tolist() == [[15, 6], [5, 0]]
    assert both.tail.tolist() == [[6, 0], [0, 0]]
    assert both.scale.tolist() == [10.5, 5]
    assert both.horizon.tolist() == [10.5, 5]
    assert both.available.tolist() == [[0, 7], [0, 0]]
    assert both.successors.tolist() == [[[1], [2]], [[2], [2]]]
    assert both.num_predecessors.tolist() == [[0, 1], [0, 0]]


def test_due_dates_and_weights_count_back_along_the_chain(small, smaller):
    """b is due at 50 and takes 6, so a must end by 44; b's weight waits behind it."""
    both = stack([small, smaller], [Objective()] * 2)
    assert both.effective_due[0].tolist() == [44, 50]
    assert both.weight_behind[0].tolist() == [3, 3]
    assert both.effective_due[1, 0] == 4


def test_setups_are_found_by_machine_and_group(small, smaller):
    """Machine M stands at X, N at nothing: 4 s into Y on M, none on N."""
    both = stack([small, smaller], [Objective()] * 2)
    row = both.setup_row[0].gather(1, both.initial_group[0][:, None])[:, 0]
    assert both.setup[row + 1].tolist() == [4, 0]
    assert both.setup[both.setup_row[0, 0, 1] + 0] == 2  # from Y to X
    assert both.setup[both.setup_row[1, 0, 0] + 0] == 0
    # Into X: from X 0, from Y 2, one job each; into Y: 4 and 0.
    assert both.setup_into[0].tolist() == [1, 2]
    assert both.usual_setup.tolist() == [1.5, 0]


def test_costs_of_a_second(small):
    """a / H, 10 b / (W H), c / (m H) with H = 10.5 and W = 4."""
    static = stack([small], [Objective(1, 2, 3)])
    assert static.cost_scales[0].tolist() == pytest.approx(
        [1 / 10.5, 20 / (4 * 10.5), 3 / (2 * 10.5)]
    )
    assert static.objective.tolist() == [[1, 2, 3]]


@pytest.mark.parametrize("objectives", [0, 2])
def test_one_objective_per_problem(small, objectives):
    """Neither fewer nor more, and at least one problem."""
    with pytest.raises(ValueError, match="as many objectives"):
        stack([small], [Objective()] * objectives)
    with pytest.raises(ValueError, match="at least one"):
        stack([], [])


@settings(max_examples=60)
@given(st.lists(calendars(), min_size=1, max_size=3), SECONDS, st.integers(0, 40))
def test_open_time_is_that_of_the_calendars(machines, time, duration):
    """Next opening, end and next closure on every machine, of two problems."""
    problem = Problem.from_rows(
        [Job("a", {"M0": 1})],
        [Machine(f"M{k}", calendar=x) for k, x in enumerate(machines)],
    )
    other = Problem.from_rows(
        [Job("a", {"K": 1})],
        [Machine("K", calendar=Calendar(np.array([[time, time + 3]])))],
    )
    static = stack([other, problem], [Objective()] * 2)
    m = static.processing.shape[2]
    axis = (m + torch.arange(len(machines))) * SPAN
    at = torch.full((len(machines),), float(time), dtype=torch.float64)
    closures = static.closure_axis
    opens = closures.next_open(axis, at)
    ends = closures.finish(axis, opens, torch.full_like(at, duration))
    begins, lasts = closures.next_closure(axis, opens)
    for k, calendar in enumerate(machines):
        assert opens[k] == calendar.next_open(time)
        assert ends[k] == finish(calendar, calendar.next_open(time), duration)
        later = calendar.closures[calendar.closures[:, 1] > int(opens[k])]
        if len(later):
            assert begins[k] == later[0, 0]
            assert lasts[k] == later[0, 1] - later[0, 0]
        else:
            assert begins[k] > 1e9


def test_a_closure_up_to_the_horizon_leaves_other_machines_alone():
    """The one is shut for all time that there is; the other for 4 s, as it said."""
    closures = ([10, HORIZON - 2], [5, 9])
    problem = Problem.from_rows(
        [Job("a", {"M": 1})],
        [
            Machine(name, calendar=Calendar(np.array([x])))
            for name, x in zip("MN", closures, strict=True)
        ],
    )
    axis = stack([problem], [Objective()]).closure_axis
    at = torch.tensor([20.0, 6.0], dtype=torch.float64)
    assert axis.next_open(torch.arange(2) * SPAN, at).tolist() == [HORIZON - 2, 9]
    assert HORIZON < SPAN - 2  # where the closure lies that never begins


@settings(max_examples=60)
@given(
    st.lists(problems(), min_size=1, max_size=3),
    *(st.integers(0, 60) for _ in "frsw"),
    st.booleans(),
)
def test_a_job_is_placed_as_by_machine_code(batch, free, ready, setup, work, pauses):
    """All four times, on every machine of every problem, padded ones too."""
    static = stack(batch, [Objective()] * len(batch))
    rows = torch.arange(len(static.arrays.closures.at) - 1)
    given_ = (torch.full((len(rows),), float(x)) for x in (free, ready, setup, work))
    may_pause = torch.full((len(rows),), pauses)
    given_ = (*(x.double() for x in given_), may_pause)
    times = static.closure_axis.place(rows * SPAN, *given_)
    closures = static.arrays.closures
    for row in rows.tolist():
        one = kernel.place(closures, row, free, ready, setup, work, pauses)
        assert tuple(times[:, row].tolist()) == one


def test_the_machine_that_all_need_is_dear():
    """Ten jobs can run on M alone, two on either: M is dearer, N takes the two."""
    work = np.full((12, 2), np.inf)
    work[:, 0] = 10
    work[10:, 1] = 10
    price, share = machine_prices(work, np.zeros(2))
    assert price[0] > 1.5 * price[1]
    assert float(price.mean()) == pytest.approx(1, abs=1e-5)
    assert share[10:, 1].tolist() == pytest.approx([1, 1], abs=0.1)


@settings(max_examples=30)
@given(st.lists(problems(), min_size=1, max_size=3))
def test_prices_and_assignments_are_shares(batch):
    """Prices are positive with mean 1; rows sum to 1 over the eligible machines."""
    static = stack(batch, [Objective()] * len(batch))
    for p, problem in enumerate(batch):
        n, m = problem.num_jobs, problem.num_machines
        assert (static.price[p, :m] > 0).all()
        assert float(static.price[p, :m].mean()) == pytest.approx(1, abs=1e-4)
        share = static.assignment[p]
        assert share[:n].sum(1).tolist() == pytest.approx([1] * n, abs=1e-5)
        assert not share[:n, :m][torch.tensor(~problem.eligible)].any()
        assert not share[n:].any()
