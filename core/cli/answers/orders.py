"""``orders``: when each order ends, whether that is late, and why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import bad_option, say
from core.cli.inputs import ShiftFiles, parse_moment
from core.cli.plan_in_hand import (
    JsonOption,
    ScheduleOption,
    read_plan,
    text_table,
    wording_of,
)

if TYPE_CHECKING:
    from core.problem.schedule import Schedule
    from core.problem.shift import Shift


def orders(
    files: ShiftFiles,
    schedule: ScheduleOption,
    at: Annotated[
        str | None,
        typer.Option(help="Up to when work counts as done; local time."),
    ] = None,
    output: Annotated[
        Path | None, typer.Option(dir_okay=False, help="The table as a file: .csv.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List the orders of a plan, the latest first: due, end, chance, worst cause."""
    if output is not None and output.suffix.lower() != ".csv":
        raise bad_option("--output", f"expected a .csv file, got {str(output)!r}.")
    now = None if at is None else parse_moment("--at", at)
    shift, plan = read_plan(schedule, files)
    moment = 0
    if now is not None:
        moment = round((now - shift.start).total_seconds())
        if moment < 0:
            raise bad_option("--at", f"expected a moment from plan start on, got {at}.")
    rows = order_rows(shift, plan, moment)
    if output is not None:
        from core.cli.plan import write
        from core.tables.writing.write_orders import orders_csv

        write(output, orders_csv(rows))
        say(f"{output}: {len(rows)} orders.")
    elif as_json:
        print(json.dumps({"orders": rows}, indent=2))
    else:
        print(_table(shift, rows))


def order_rows(shift: Shift, plan: Schedule, moment: int = 0) -> list[dict[str, Any]]:
    """
    Return one row per order, the latest first; times as files state them.

    The chance is that of 200 futures with 20 % spread, as ``futures`` prints it.
    """
    from core.decisions.lateness import Lateness
    from core.futures.futures import futures
    from core.problem.measures.orders import order_lines
    from core.tables.writing.write_orders import order_rows as rows_of

    problem = shift.problem
    lateness = Lateness(problem, plan, shift.materials, shift.floor)
    lines = order_lines(problem, plan, moment)
    drawn = futures(problem, plan, floor=shift.floor)
    chances = {order: seen.chance for order, seen in drawn.orders}
    causes = {line.order: lateness.why(line.order).worst for line in lines}
    return rows_of(shift, lines, chances, causes)


def _table(shift: Shift, rows: list[dict[str, Any]]) -> str:
    """Return the rows as text for people."""
    from datetime import datetime

    from core.decisions.lateness import Blame
    from core.decisions.lateness_words import CAUSES

    wording = wording_of(shift)

    def moment(text: str | None) -> str:
        if text is None:
            return "-"
        return wording.moment(
            (datetime.fromisoformat(text) - shift.start).total_seconds()
        )

    def spare(minutes: float | None) -> str:
        if minutes is None:
            return "no due date"
        word = "late" if minutes < 0 else "spare"
        return f"{wording.duration(60 * abs(minutes))} {word}"

    cells = [
        (
            row["order"],
            moment(row["due"]),
            moment(row["end"]),
            spare(row["spare_minutes"]),
            f"{row['share_done']:.0%}",
            "-" if row["on_time_chance"] is None else f"{row['on_time_chance']:.0%}",
            row["next_job"] or "-",
            row["next_machine"] or "-",
            "-" if row["worst_cause"] is None else CAUSES[Blame(row["worst_cause"])],
        )
        for row in rows
    ]
    late = sum((row["late_minutes"] or 0) > 0 for row in rows)
    head = ("order", "due", "ends", "", "done", "chance", "next", "on", "worst cause")
    said = (
        f"{len(rows)} orders, {late} late. Chance: to be on time, with every time "
        "within 20% of the planned one in 8 of 10 cases."
    )
    return f"{said}\n{text_table(head, cells, 'lllrrrlll')}"
