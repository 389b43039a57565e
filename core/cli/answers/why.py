"""``why``: what makes an order late, and what a job or a machine makes late."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import InputFault, bad_option
from core.cli.inputs import ShiftFiles
from core.cli.plan_in_hand import (
    JsonOption,
    ScheduleOption,
    in_minutes,
    index_named,
    iso,
    order_named,
    read_plan,
    text_table,
    wording_of,
)

if TYPE_CHECKING:
    from core.decisions.effects import Effect
    from core.decisions.lateness import Why
    from core.problem.schedule import Schedule
    from core.problem.shift import Shift

SHOWN = 20  # orders on the screen; --json has all


def why(
    files: ShiftFiles,
    schedule: ScheduleOption,
    order: Annotated[str | None, typer.Argument(help="Which order.")] = None,
    of_job: Annotated[
        str | None, typer.Option(help="Rather: what this job makes late.")
    ] = None,
    of_machine: Annotated[
        str | None, typer.Option(help="Rather: what the queue at a machine makes late.")
    ] = None,
    of_release: Annotated[
        str | None,
        typer.Option(help="Rather: what the release (material) of a job makes late."),
    ] = None,
    of_delivery: Annotated[
        str | None,
        typer.Option(help="Rather: what a material makes late by coming when it does."),
    ] = None,
    of_closure: Annotated[
        str | None,
        typer.Option(
            help="Rather: what a machine makes late by being closed, ever (MILL-01) "
            "or at a time (MILL-01@2026-01-05T12:00/2026-01-05T13:00)."
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Say why an order is late: the chain of causes, and the minutes of each."""
    named = {
        "job": of_job,
        "machine": of_machine,
        "release": of_release,
        "delivery": of_delivery,
        "closure": of_closure,
    }
    asked = {kind: name for kind, name in named.items() if name is not None}
    if len(asked) + (order is not None) != 1:
        raise bad_option("ORDER", "expected one order, or one --of-… option.")
    shift, plan = read_plan(schedule, files)
    if order is not None:
        from core.decisions.lateness import Lateness

        lateness = Lateness(shift.problem, plan, shift.materials, shift.floor)
        found = lateness.why(order_named(shift, order))
        answer, text = why_json(shift, plan, found), why_text(shift, plan, found)
    else:
        ((kind, name),) = asked.items()
        effect = _effect(shift, plan, kind, name)
        answer, text = (
            effect_json(shift, kind, name, effect),
            _told(shift, name, effect),
        )
    print(json.dumps(answer, indent=2) if as_json else text)


def why_json(shift: Shift, plan: Schedule, found: Why) -> dict[str, Any]:
    """Return an answer as the command prints it; times as files state them."""
    from core.decisions.lateness_words import sentence

    problem, begin = shift.problem, shift.start
    due = found.order.due
    return {
        "order": found.order.name,
        "due": iso(begin, due),
        "end": iso(begin, found.end),
        "late_minutes": None if due == float("inf") else in_minutes(found.late),
        "total_minutes": in_minutes(found.total),
        "minutes": {x.value: in_minutes(time) for x, time in found.seconds.items()},
        "chain": [
            {
                "job": problem.job_ids[link.job],
                "machine": problem.machine_ids[link.machine],
                "cause": link.cause.value,
                "from": iso(begin, link.begin),
                "to": iso(begin, link.end),
            }
            for link in found.chain
        ],
        "sentence": sentence(problem, plan, found, wording_of(shift)),
    }


def why_text(shift: Shift, plan: Schedule, found: Why) -> str:
    """Return the sentence, the minutes of each cause and the chain as text."""
    from core.decisions.lateness import OWN
    from core.decisions.lateness_words import CAUSES, sentence

    problem, wording = shift.problem, wording_of(shift)
    causes = [
        (CAUSES[cause], wording.duration(time), f"{time / max(found.total, 1):.0%}")
        for cause, time in found.seconds.items()
    ]
    chain = []
    for link in found.chain:
        job = problem.job_ids[link.job]
        family = problem.family_names[problem.family[link.job]]
        own = link.cause in OWN or link.job in found.order.jobs
        chain.append(
            (
                wording.moment(link.begin),
                wording.moment(link.end),
                problem.machine_ids[link.machine],
                job if own or family == job else f"{job} of {family}",
                CAUSES[link.cause]
                + ("" if link.begin >= found.earliest else " (before it was there)"),
            )
        )
    total = wording.duration(found.total)
    since = wording.moment(found.earliest)
    return "\n".join(
        [
            sentence(problem, plan, found, wording),
            "",
            f"{total} from {since}, its earliest possible start, to its end:",
            text_table(("cause", "time", "share"), causes, "lrr"),
            "",
            text_table(("from", "to", "machine", "job", "cause"), chain, "lllll"),
        ]
    )


def effect_json(shift: Shift, kind: str, name: str, effect: Effect) -> dict[str, Any]:
    """Return what something makes late as the command prints it."""
    return {
        "of": {kind: name},
        "late_minutes": in_minutes(effect.late),
        "orders": [
            {
                "order": x.order.name,
                "due": iso(shift.start, x.order.due),
                "end": iso(shift.start, x.end),
                "end_without": iso(shift.start, x.end_without),
                "late_minutes": in_minutes(x.late),
            }
            for x in effect.orders
        ],
    }


def _effect(shift: Shift, plan: Schedule, kind: str, name: str) -> Effect:
    """Compare with the plan without the thing that is named."""
    from core.decisions.effects import PlanNow, effect_of

    problem = shift.problem
    now = PlanNow(problem, plan, shift.floor, shift.materials)
    try:
        if kind == "machine":
            machine = index_named(problem.machine_ids, name, "machine")
            return effect_of(now, kind, machine)
        if kind == "closure":
            where, begin, end = _closure(shift, name)
            machine = index_named(problem.machine_ids, where, "machine")
            return effect_of(now, kind, machine, (begin, end))
        if kind == "delivery":
            known = list(dict.fromkeys(x for x in shift.materials if x))
            if not known:
                raise InputFault("No job of this shift waits for a material.")
            index_named(known, name, "material")
            return effect_of(now, kind, shift.materials.index(name))
        job = index_named(problem.job_ids, name, "job")
        return effect_of(now, kind, job)
    except ValueError as error:
        raise InputFault(str(error)) from None


def _closure(shift: Shift, text: str) -> tuple[str, int, int]:
    """Machine, begin and end in seconds from ``MILL-01`` or ``MILL-01@FROM/TO``."""
    if text in shift.problem.machine_ids or "@" not in text:
        from core.problem.checks import LONGEST

        return text, 0, LONGEST
    machine, _, span = text.rpartition("@")
    try:
        begin, end = (
            round((datetime.fromisoformat(x) - shift.start).total_seconds())
            for x in span.split("/")
        )
    except (TypeError, ValueError):
        raise bad_option(
            "--of-closure",
            f"expected e.g. MILL-01@2026-01-05T12:00/2026-01-05T13:00, got {text!r}.",
        ) from None
    return machine, begin, end


def _told(shift: Shift, name: str, effect: Effect) -> str:
    """Return what something makes late as text, the most affected first."""
    wording = wording_of(shift)
    made = effect.made_late
    if not made:
        return f"{name} makes no order late."
    rows = [
        (
            x.order.name,
            wording.duration(x.late),
            wording.moment(x.order.due),
            wording.moment(x.end),
            wording.moment(x.end_without),
        )
        for x in made[:SHOWN]
    ]
    orders = f"{len(made)} order{'s' * (len(made) > 1)}"
    lines = [
        f"{name} makes {orders} late, by {wording.duration(effect.late)} in all, "
        "as the machines' orders are.",
        text_table(("order", "makes late", "due", "ends", "without"), rows, "lrlll"),
    ]
    if len(made) > SHOWN:
        lines.append(f"… and {len(made) - SHOWN} more.")
    return "\n".join(lines)
