"""``front``: what can be had in all, and one of it as a plan."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import Interrupt, bad_option, check_output, say, show_progress
from core.cli.inputs import ShiftFiles
from core.cli.plan_in_hand import (
    JsonOption,
    ScheduleOption,
    in_minutes,
    iso,
    read_plan,
    text_table,
    wording_of,
)

if TYPE_CHECKING:
    from core.alternatives.front import Front, FrontPlan
    from core.problem.measures.stability import Home
    from core.problem.shift import Shift


def front(
    files: ShiftFiles,
    schedule: ScheduleOption,
    take: Annotated[
        int | None,
        typer.Option(min=1, help="Number of the plan to write; needs --output."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, allow_dash=True, help="That plan: .csv, or .xlsx."
        ),
    ] = None,
    previous: Annotated[
        Path | None,
        typer.Option(
            exists=True,
            dir_okay=False,
            help="The plan before: then it counts, too, how many jobs change.",
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Same seed, same plans.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """List the plans that no other beats in lateness, end and setups; write one."""
    if (take is None) != (output is None):
        raise bad_option("--take", "expected --take and --output, or neither.")
    if output is not None:
        check_output("--output", output, (".csv", ".xlsx"), (*files.paths, schedule))
    shift, plan = read_plan(schedule, files)
    before = None if previous is None else _home_of(shift, previous)

    from core.alternatives.front import front as look

    with Interrupt() as stop:
        found = look(
            *(shift.problem, plan),
            floor=shift.floor,
            home=before,
            seed=seed,
            stop=stop,
            progress=show_progress,
        )
    if take is not None and output is not None:
        if take > len(found.choices):
            raise bad_option(
                "--take", f"there are {len(found.choices)} plans, got {take}."
            )
        _write(shift, found, take, output)
    elif as_json:
        print(json.dumps(front_json(shift, found), indent=2))
    else:
        print(front_text(shift, found))


def _home_of(shift: Shift, previous: Path) -> Home:
    """Where the jobs were in the plan before."""
    from dataclasses import replace

    from core.cli.day.floor import read_before
    from core.problem.floor import Floor
    from core.replanning.changes import home_of

    floor = replace(shift.floor or Floor(), previous=read_before(previous, shift))
    return home_of(shift.problem, floor)


def front_json(shift: Shift, found: Front) -> dict[str, Any]:
    """Return the plans as the command prints them; times as files state them."""

    def row(choice: FrontPlan) -> dict[str, Any]:
        figures = choice.metrics
        weights = choice.objective
        return {
            "end": iso(shift.start, figures.makespan),
            "late_jobs": figures.late_jobs,
            "weighted_tardiness_minutes": in_minutes(figures.weighted_tardiness),
            "setup_minutes": in_minutes(figures.setup),
            "objective": None if weights is None else list(weights.weights),
        } | (
            {} if choice.changed_jobs is None else {"changed_jobs": choice.changed_jobs}
        )

    return {
        "plans": [row(choice) for choice in found.choices],
        "in_hand": row(found.in_hand),
        "in_hand_is_plan": None if found.position is None else found.position + 1,
        "made": found.made,
    }


def front_text(shift: Shift, found: Front) -> str:
    """Return the plans as text, the least late first."""
    from core.problem import phrases

    wording = wording_of(shift)

    def row(name: str, choice: FrontPlan) -> tuple[str, ...]:
        figures, changed = choice.metrics, choice.changed_jobs
        return (
            name,
            wording.moment(figures.makespan),
            phrases.count(figures.late_jobs),
            phrases.hours(figures.weighted_tardiness),
            phrases.hours(figures.setup),
            *([] if changed is None else [phrases.count(changed)]),
        )

    rows = [row(str(i), x) for i, x in enumerate(found.choices, start=1)]
    if found.position is None:
        rows.append(row("in hand", found.in_hand))
        said = "the plan in hand is beaten by one of them"
    else:
        said = f"the plan in hand is number {found.position + 1}"
    head: tuple[str, ...] = ("", "ends", "late jobs", "weighted lateness", "setups")
    if found.in_hand.changed_jobs is not None:
        head = (*head, "changed jobs")
    plans = phrases.many(len(found.choices), "plan")
    return (
        f"{plans} of {found.made + 1} that none of the others beats; {said}.\n"
        + text_table(head, rows, "rlrrr" + "r" * (len(head) - 5))
    )


def _write(shift: Shift, found: Front, number: int, output: Path) -> None:
    """Write one of the plans."""
    from core.cli.plan import summary, warn_of_clocks, write_plan
    from core.planning.plan import Plan
    from core.planning.scheduler import Result
    from core.planning.settings import PlanSettings
    from core.problem.objective import Objective

    choice = found.choices[number - 1]
    objective = choice.objective or Objective()
    made = Plan(
        shift,
        PlanSettings(objective=objective),
        Result(
            problem=shift.problem,
            schedule=choice.schedule,
            objective=objective,
            scheduler="front",
            seconds=0.0,
            decisions=0,
            reason=f"Number {number} of the plans that none beats.",
            floor=found.floor,
            rest=found.rest,
        ),
    )
    write_plan(output, made)
    say(summary(made))
    warn_of_clocks(shift, choice.schedule.makespan)
