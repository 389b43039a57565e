"""What the two-step action space, the explanations and the sliders are worth."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import cast

from torch import nn

from core.benchmarking.held_out import held_out_shift
from core.benchmarking.table import Cell, Report, ResultTable, mean
from core.decisions.explain import faithfulness
from core.decisions.recording import Playback
from core.policy.checkpoint import Model
from core.policy.fixed_policy import FixedSizePolicy
from core.policy.flat_policy import FlatPolicy
from core.policy.two_step import Policy
from core.problem.objective import Objective
from core.schedulers.hierarchical import MOST_TRACED, HierarchicalScheduler

Tell = Callable[[str], None]
Row = tuple[Cell, ...]
TARDINESS_WEIGHTS = (0.0, 0.25, 1.0, 4.0)
EVERY = 5  # each fifth decision is explained


def actions_table(sizes: Sequence[tuple[int, int]], model: Model) -> ResultTable:
    """
    Compare the flat action space with the two-step one.

    A *head* is what turns features into one output per action; the network of any
    size has none that grows, so its row counts all its weights. *Jobs visible* is
    how many jobs an output of n + m numbers tells apart. A mask is a byte per
    output, a weight four.
    """
    rows: list[Row] = []
    for n, m in sizes:
        flat = FlatPolicy(n, m).pair_head
        fixed = FixedSizePolicy(n, m)
        heads = [fixed.job_head, fixed.machine_embedding, fixed.machine_head]
        size = f"{n}x{m}"
        rows += [
            (size, "flat", n * m, (n + m) // m, n * m, weight_bytes([flat])),
            (size, "two steps, fixed size", n + m, n, n + m, weight_bytes(heads)),
            (
                *(size, f"two steps, any size ({model.card.name})", n + m, n, n + m),
                weight_bytes([model.policy]),
            ),
        ]
    return ResultTable(
        "Flat and two-step actions: one output per pair, or per job and per machine",
        (
            *("size", "actions", "outputs", "jobs visible in n + m outputs"),
            *("mask bytes", "head bytes"),
        ),
        tuple(rows),
    )


def weight_bytes(modules: Sequence[nn.Module]) -> int:
    """Bytes of all weights of some networks."""
    return sum(
        p.numel() * p.element_size() for module in modules for p in module.parameters()
    )


def tradeoff_table(
    size: tuple[int, int],
    shifts: int,
    model: Model,
    *,
    weights: Sequence[float] = TARDINESS_WEIGHTS,
    kind: str = "shift",
    tell: Tell = lambda text: None,
) -> ResultTable:
    """
    Move the tardiness slider on held-out shifts, without training.

    Means over the shifts, greedy plans, other weights as by default.
    """
    problems = [held_out_shift(kind, size, index) for index in range(shifts)]
    rows: list[Row] = []
    for weight in weights:
        found = [
            HierarchicalScheduler(model)
            .schedule(problem, Objective(tardiness=weight))
            .metrics
            for problem in problems
        ]
        rows.append(
            (
                weight,
                mean([x.weighted_tardiness / 60 for x in found]),
                mean([x.makespan / 60 for x in found]),
                mean([x.setup / 60 for x in found]),
            )
        )
        tell(f"tardiness weight {weight:g}: {shifts} shifts")
    return ResultTable(
        f"One model, other weights of tardiness: means over {shifts} held-out shifts "
        f"of {size[0]}x{size[1]}",
        (
            *("tardiness weight", "weighted tardiness min", "makespan min"),
            "setup min",
        ),
        tuple(rows),
    )


def faithfulness_table(
    size: tuple[int, int],
    shifts: int,
    model: Model,
    *,
    kind: str = "shift",
    tell: Tell = lambda text: None,
) -> ResultTable:
    """Whether the reasons that are named change decisions, and others do not."""
    rows: list[Row] = []
    for index in range(shifts):
        problem = held_out_shift(kind, size, index)
        result = HierarchicalScheduler(model).schedule(problem, Objective())
        if result.trace is None:
            raise ValueError(f"Expected at most {MOST_TRACED} jobs, got {size[0]}.")
        playback = Playback(problem, result.trace)
        found = faithfulness(model, playback, range(0, problem.num_jobs, EVERY))
        rows.append((str(index), found.decisions, found.decisive, found.others))
        tell(f"faithfulness, shift {index + 1} of {shifts}")
    total = sum(x for row in rows if isinstance(x := row[1], int))
    shares: list[Cell] = [
        sum(float(row[i] or 0) * float(row[1] or 0) for row in rows) / total
        if total
        else None
        for i in (2, 3)
    ]
    return ResultTable(
        f"Faithful reasons: share of decisions at {size[0]}x{size[1]} that change "
        "without the reasons named, and without as many others",
        ("shift", "decisions", "reasons named", "others"),
        (*rows, ("all", total, *shares)),
    )


def claims_report(
    model: Model,
    *,
    sizes: Sequence[tuple[int, int]] = ((411, 30), (1000, 60)),
    shifts: int = 10,
    tell: Tell = lambda text: None,
) -> Report:
    """
    Measure all claims.

    Parameters
    ----------
    model
        The policy.
    sizes
        Of the table of actions; the others are measured at the first.
    shifts
        Held-out shifts of the trade-off; three at most for the reasons.
    tell
        Told how far it is.
    """
    tables = [
        actions_table(sizes, model),
        tradeoff_table(sizes[0], shifts, model, tell=tell),
    ]
    if not cast(Policy, model.policy).needs_state and sizes[0][0] <= MOST_TRACED:
        tables.append(faithfulness_table(sizes[0], min(shifts, 3), model, tell=tell))
    rows: list[Row] = [
        (table.title, number, column, cell)
        for table in tables
        for number, row in enumerate(table.rows, 1)
        for column, cell in zip(table.columns, row, strict=True)
    ]
    return Report(
        ResultTable("claims", ("table", "row", "figure", "value"), tuple(rows)),
        tuple(tables),
    )
