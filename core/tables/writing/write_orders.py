"""Where a plan leaves every order, as files state it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import isfinite, isnan
from typing import Any

from core.problem.measures.orders import Order, OrderLine
from core.problem.shift import Shift
from core.tables.text import csv_text, minutes


def order_rows(
    shift: Shift,
    lines: Sequence[OrderLine],
    chances: Mapping[Order, float],
    causes: Mapping[Order, str | None],
) -> list[dict[str, Any]]:
    """
    Return one row per order: column by column, moments as text.

    Parameters
    ----------
    shift, lines
        The shift, and its orders in the order of the rows.
    chances
        Of each to be on time; NaN without a due date.
    causes
        What took most of the time of each; ``None``: nothing but its own work.
    """

    def moment(seconds: float) -> str | None:
        if not isfinite(seconds):
            return None
        return (shift.start + timedelta(seconds=seconds)).isoformat(timespec="seconds")

    problem, rows = shift.problem, []
    for line in lines:
        chance, dated = chances[line.order], isfinite(line.spare)
        job, machine = line.next_job, line.next_machine
        rows.append(
            {
                "order": line.order.name,
                "due": moment(line.order.due),
                "end": moment(line.end),
                "late_minutes": minutes(line.late) if dated else None,
                "spare_minutes": minutes(line.spare) if dated else None,
                "share_done": round(line.share_done, 4),
                "on_time_chance": None if isnan(chance) else chance,
                "next_job": None if job is None else problem.job_ids[job],
                "next_machine": None
                if machine is None
                else problem.machine_ids[machine],
                "worst_cause": causes[line.order],
                "important": line.order.important,
            }
        )
    return rows


def orders_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Return the rows, at least one, as a CSV file that a spreadsheet may open."""
    text = csv_text(list(rows[0]), [list(row.values()) for row in rows])
    return text.encode("utf-8-sig")  # as all our files: a spreadsheet sees umlauts
