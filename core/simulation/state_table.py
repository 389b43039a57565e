"""The names of the state in 80 numbers of fixed size."""

from __future__ import annotations

from dataclasses import dataclass

TYPE_GROUPS = 10
PRIORITY_CLASSES = 5
QUANTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class StateFeature:
    """
    One number of the state vector.

    Parameters
    ----------
    name, meaning
        As shown on screen.
    unit
        ``share``, ``horizons`` (of the ideal horizon), ``means`` (of the machines'
        mean), ``log`` or ``squashed`` (tanh).
    low, high
        Range it never leaves.
    since
        As in :class:`~core.simulation.feature_tables.Feature`.
    """

    name: str
    meaning: str
    unit: str
    low: float
    high: float
    since: int = 1


def _table() -> tuple[StateFeature, ...]:
    rows = []
    for g in range(1, TYPE_GROUPS + 1):
        who = f"machine types {g}"
        rows += [
            StateFeature(
                f"{who}: load",
                "share of the expected work left that falls to them",
                "share",
                0,
                1,
            ),
            StateFeature(
                f"{who}: idle",
                "share of these machines that are free now",
                "share",
                0,
                1,
            ),
            StateFeature(
                f"{who}: free in", "mean time until they are free", "squashed", 0, 1
            ),
        ]
    for c in range(1, PRIORITY_CLASSES + 1):
        who = f"priority class {c}"
        rows += [
            StateFeature(
                f"{who}: progress",
                "share of its jobs that are scheduled",
                "share",
                0,
                1,
            ),
            StateFeature(
                f"{who}: remaining", "its share of the jobs left", "share", 0, 1
            ),
            StateFeature(
                f"{who}: urgency",
                "minus the mean slack of its jobs left, in ideal horizons",
                "squashed",
                -1,
                1,
            ),
        ]
    rows += [
        StateFeature("done", "share of the jobs that are scheduled", "share", 0, 1),
        StateFeature("clock", "now, in ideal horizons", "squashed", 0, 1),
        StateFeature(
            "makespan", "bound on the makespan, in ideal horizons", "squashed", 0, 1
        ),
        StateFeature(
            "work left", "mean work left per machine, in ideal horizons", "share", 0, 1
        ),
        StateFeature(
            "idle machines", "share of the machines that are free now", "share", 0, 1
        ),
        StateFeature(
            "busy",
            "mean time until machines are free, in ideal horizons",
            "squashed",
            0,
            1,
        ),
        StateFeature(
            "load peak", "largest load of a machine over their sum", "share", 0, 1
        ),
        StateFeature(
            "candidates", "share of the jobs left that may be chosen", "share", 0, 1
        ),
        StateFeature(
            "late", "share of the candidates that cannot be on time", "share", 0, 1
        ),
        StateFeature(
            "tardiness",
            "mean weighted tardiness so far, in ideal horizons",
            "squashed",
            0,
            1,
        ),
        StateFeature(
            "setup", "setup so far, over the work done and that", "share", 0, 1
        ),
        StateFeature("due", "share of the candidates with due dates", "share", 0, 1),
        StateFeature(
            "waiting", "share of the jobs left that wait for another", "share", 0, 1
        ),
        StateFeature(
            "size", "logarithm of the number of jobs, over that of 10,000", "log", 0, 2
        ),
        StateFeature(
            "machines",
            "logarithm of the number of machines, over that of 1,000",
            "log",
            0,
            2,
        ),
    ]
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"job urgency, {q:.0%}",
                "minus slack of the candidates in ideal horizons, quantile",
                "squashed",
                -1,
                1,
            )
        )
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"job complexity, {q:.0%}",
                "chain and own processing of the candidates in ideal horizons, "
                "quantile",
                "squashed",
                0,
                1,
            )
        )
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"machine load, {q:.0%}",
                "load and busy time of the machines over their mean, quantile",
                "squashed",
                0,
                1,
            )
        )
    for q in QUANTILES:
        rows.append(
            StateFeature(
                f"compatibility, {q:.0%}",
                "share of the machines that a candidate may be placed on, quantile",
                "share",
                0,
                1,
            )
        )
    return tuple(rows)


STATE_FEATURES = _table()
