"""``remedies``: what it would take to have orders on time."""

from __future__ import annotations

import json
from dataclasses import replace
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import InputFault, bad_option
from core.cli.inputs import ShiftFiles, parse_moment
from core.cli.plan_in_hand import (
    JsonOption,
    ScheduleOption,
    in_minutes,
    iso,
    order_named,
    read_plan,
    text_table,
    wording_of,
)

if TYPE_CHECKING:
    from core.problem.measures.orders import Order
    from core.problem.schedule import Schedule
    from core.problem.shift import Shift
    from core.remedies.remedy import Remedies


def remedies(
    files: ShiftFiles,
    order: Annotated[list[str], typer.Argument(help="Which order, or several.")],
    schedule: ScheduleOption,
    by: Annotated[
        str | None,
        typer.Option(help="When they should be done, rather than due; local time."),
    ] = None,
    overtime_price: Annotated[
        float, typer.Option(help="Price of an hour that a machine is open longer.")
    ] = 0.0,
    move_price: Annotated[
        float, typer.Option(help="Price of a job that moves in the plan.")
    ] = 0.0,
    as_json: JsonOption = False,
) -> None:
    """Say what it would take to have an order on time, and who pays for it."""
    from core.remedies.remedies import remedies as look
    from core.remedies.remedy import Prices

    wished = None if by is None else parse_moment("--by", by)
    try:
        prices = Prices(overtime_price, move_price)
    except ValueError as error:
        raise bad_option("--overtime-price or --move-price", str(error)) from None
    shift, plan = read_plan(schedule, files)
    wanted = [order_named(shift, name) for name in dict.fromkeys(order)]
    if wished is not None:
        due = (wished - shift.start).total_seconds()
        wanted = [replace(x, due=due) for x in wanted]
    for each in wanted:
        if not isfinite(each.due):
            raise InputFault(
                f"Order {each.name!r} has no due date: say with --by when it is wanted."
            )
    found = look(
        *(shift.problem, plan, wanted, wording_of(shift), prices),
        floor=shift.floor,
        materials=shift.materials,
    )
    answer = remedies_json(shift, plan, wanted, found)
    if as_json:
        print(json.dumps(answer, indent=2))
    else:
        print(_told(shift, answer))


def remedies_json(
    shift: Shift, plan: Schedule, wanted: list[Order], found: Remedies
) -> dict[str, Any]:
    """Return the answer as the command prints it; times as files state them."""
    from core.remedies.words import proof

    names = [order.name for order in wanted]
    return {
        "order": names[0] if len(names) == 1 else names,
        "remedies": [
            {
                "change": remedy.change,
                "end": iso(shift.start, remedy.end),
                "late_minutes": in_minutes(remedy.late),
                "others_late_minutes": in_minutes(remedy.others_late),
                "changed_jobs": remedy.changed_jobs,
                "price": round(remedy.price, 2),
            }
            for remedy in found.remedies
        ],
        "proof": proof(plan, wanted, found, wording_of(shift)),
    }


def _told(shift: Shift, answer: dict[str, Any]) -> str:
    """Return the answer as text for people."""
    from datetime import datetime

    wording = wording_of(shift)

    def length(minutes: float) -> str:
        if minutes < 0:
            return f"{wording.duration(-60 * minutes)} less"
        return wording.duration(60 * minutes) if minutes else "-"

    rows = []
    for row in answer["remedies"]:
        end = datetime.fromisoformat(row["end"]) - shift.start
        rows.append(
            (
                row["change"],
                wording.moment(end.total_seconds()),
                length(row["late_minutes"]),
                length(row["others_late_minutes"]),
                str(row["changed_jobs"]),
                f"{row['price']:g}" if row["price"] else "-",
            )
        )
    head = ("change", "ends", "still late", "others late", "changed jobs", "price")
    lines = [answer["proof"]]
    if rows:
        lines += ["", text_table(head, rows, "llrrrr")]
    elif " on time" not in answer["proof"]:
        lines.append("Nothing that was tried makes it earlier.")
    return "\n".join(lines)
