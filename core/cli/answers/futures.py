"""``futures``: how sure the ends of a plan are."""

from __future__ import annotations

import json
from math import inf, isnan
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import bad_option
from core.cli.inputs import ShiftFiles
from core.cli.plan_in_hand import (
    JsonOption,
    ScheduleOption,
    iso,
    read_plan,
    text_table,
    wording_of,
)

if TYPE_CHECKING:
    from core.futures.futures import Futures, Outlook
    from core.problem.shift import Shift


def futures(
    files: ShiftFiles,
    schedule: ScheduleOption,
    count: Annotated[int, typer.Option(help="Number of futures.")] = 200,
    spread: Annotated[
        float,
        typer.Option(
            help="One time in ten is shorter by more than this share of the planned "
            "time, one in ten longer; setups too, but not jobs that state their own."
        ),
    ] = 0.2,
    certainty: Annotated[
        float, typer.Option(help="How often a promised date is to be kept.")
    ] = 0.9,
    mtbf_hours: Annotated[
        float | None,
        typer.Option(
            help="Mean hours of work between breakdowns, of machines that state none."
        ),
    ] = None,
    mttr_minutes: Annotated[
        float | None, typer.Option(help="Mean minutes of a repair.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same futures.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Say how likely each order is on time, and what could be promised."""
    import numpy as np

    from core.futures.futures import futures as draw
    from core.futures.spread import Breakdowns, Spread

    if (mtbf_hours is None) != (mttr_minutes is None):
        raise bad_option("--mtbf-hours", "expected --mttr-minutes as well, or neither.")
    try:
        Spread(spread)  # what is wrong with an option is said before files are read
    except ValueError as error:
        raise bad_option("--spread", str(error)) from None
    shift, plan = read_plan(schedule, files)
    problem = shift.problem
    stated = Breakdowns.of(problem)
    own = np.isfinite(stated.mtbf_hours)
    try:
        broken = Breakdowns(
            np.where(own, stated.mtbf_hours, inf if mtbf_hours is None else mtbf_hours),
            np.where(own, stated.mttr_minutes, mttr_minutes or 0.0),
        )
    except ValueError as error:
        raise bad_option("--mtbf-hours", str(error)) from None
    try:
        found = draw(
            *(problem, plan, Spread.of(problem, spread), broken),
            floor=shift.floor,
            count=count,
            seed=seed,
        )
        if found.orders:
            found.promise(found.orders[0][0], certainty)
    except ValueError as error:
        raise bad_option("--count or --certainty", str(error)) from None
    assumptions = {
        "count": count,
        "spread": spread,
        "mtbf_hours": mtbf_hours,
        "mttr_minutes": mttr_minutes,
        "seed": seed,
        "certainty": certainty,
        "jobs_with_times": int((problem.time_low > 0).sum()),
        "machines_with_breakdowns": int(own.sum()),
    }
    if as_json:
        print(json.dumps(futures_json(shift, found, assumptions), indent=2))
    else:
        print(futures_text(shift, found, assumptions))


def futures_json(
    shift: Shift, found: Futures, assumptions: dict[str, Any]
) -> dict[str, Any]:
    """Return the answer as the command prints it; times as files state them."""

    def row(name: str, value: str, due: float, seen: Outlook) -> dict[str, Any]:
        return {
            name: value,
            "due": iso(shift.start, due),
            "on_time_chance": None if isnan(seen.chance) else seen.chance,
            "end_10": iso(shift.start, seen.low),
            "end_50": iso(shift.start, seen.median),
            "end_90": iso(shift.start, seen.high),
        }

    problem, certainty = shift.problem, assumptions["certainty"]
    return {
        **assumptions,
        "late_jobs": found.late_as_planned,
        "late_jobs_expected": found.late_expected,
        "orders": [
            row("order", order.name, order.due, seen)
            | {"promise": iso(shift.start, found.promise(order, certainty))}
            for order, seen in found.orders
        ],
        "jobs": [
            row("job", problem.job_ids[j], float(problem.due[j]), seen)
            for j, seen in enumerate(found.jobs)
        ],
    }


def futures_text(shift: Shift, found: Futures, assumptions: dict[str, Any]) -> str:
    """Return headline, assumptions and orders as text, the least sure first."""
    wording = wording_of(shift)
    certainty = assumptions["certainty"]
    rows = []
    for order, seen in sorted(
        found.orders, key=lambda x: inf if isnan(x[1].chance) else x[1].chance
    ):
        chance = "-" if isnan(seen.chance) else f"{seen.chance:.0%}"
        moments = [seen.low, seen.median, seen.high, found.promise(order, certainty)]
        due = "-" if order.due == inf else wording.moment(order.due)
        rows.append((order.name, due, chance, *map(wording.moment, moments)))
    stated, own = (
        assumptions["machines_with_breakdowns"],
        assumptions["jobs_with_times"],
    )
    breakdowns = "no breakdowns" if not stated else f"{stated} machines as they state"
    if assumptions["mtbf_hours"] is not None:
        more = f"a breakdown of {assumptions['mttr_minutes']:g} min "
        more += f"every {assumptions['mtbf_hours']:g} h of work"
        breakdowns = f"{breakdowns}, else {more}" if stated else more
    every = (
        f"every time but those of {own} jobs that state theirs"
        if own
        else ("every time")
    )
    head = ("order", "due", "on time", "10 %", "50 %", "90 %")
    return "\n".join(
        [
            f"Late jobs: {found.late_as_planned} as planned, "
            f"{found.late_expected:.0f} expected.",
            f"Assumed: {every} within {assumptions['spread']:.0%} of the planned "
            f"one in 8 of 10 cases, {breakdowns}; {assumptions['count']} futures.",
            text_table((*head, f"{100 * certainty:.4g} % sure"), rows, "llrllll"),
        ]
    )
