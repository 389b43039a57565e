"""``replan``: a new plan from the one in hand, when something has happened."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from core.cli.border import Interrupt, bad_option, check_output, say, show_progress
from core.cli.day.floor import (
    AssumeOption,
    FreezeOption,
    floor_now,
    locks_fault,
    read_before,
)
from core.cli.inputs import ShiftFiles, read_inputs, usable_shift
from core.cli.options import PlanOptions
from core.cli.plan import report_of, warn_of_clocks, write, write_plan
from core.cli.plan_in_hand import text_table

if TYPE_CHECKING:
    from core.problem.shift import Shift
    from core.replanning.repairs import Repaired

ALL = "all"


def replan(
    files: ShiftFiles,
    how: PlanOptions,
    previous: Annotated[
        Path,
        typer.Option(
            exists=True, dir_okay=False, help="The plan in hand: schedule.csv or .xlsx."
        ),
    ],
    output: Annotated[
        Path,
        typer.Option(
            dir_okay=False,
            allow_dash=True,
            help="The new plan, history included: .csv, or .xlsx; - prints it as CSV.",
        ),
    ],
    report: Annotated[
        Path | None,
        typer.Option(
            dir_okay=False, allow_dash=True, help="Its figures: .json; - prints them."
        ),
    ] = None,
    freeze_until: FreezeOption = None,
    keep: Annotated[
        str,
        typer.Option(help="How much of the plan stays: off, low, normal, high, most."),
    ] = "normal",
    repair: Annotated[
        str,
        typer.Option(
            help="push, frozen, gentle or free; all: gentle, and the others beside it, "
            "e.g. NAME-push.csv."
        ),
    ] = "gentle",
    assume_as_planned: AssumeOption = False,
) -> None:
    """Plan again from now on: what has begun, is locked or frozen stays."""
    settings = how.settings(keep=keep, scheduler=how.scheduler)

    from core.replanning.repair_kinds import Repair
    from core.replanning.repairs import NoPreviousPlanError, repairs
    from core.timing.commitments import ImpossibleLockError

    known = [str(x) for x in Repair]
    if repair not in (*known, ALL):
        expected = ", ".join([*known, ALL])
        raise bad_option("--repair", f"expected {expected}, got {repair!r}.")
    kinds = tuple(Repair) if repair == ALL else (Repair(repair),)
    inputs = (*files.paths, previous)
    check_output("--output", output, (".csv", ".xlsx"), inputs)
    outputs = {x: _beside(output, x) if len(kinds) > 1 else output for x in kinds}
    for path in outputs.values():
        check_output("--output", path, (".csv", ".xlsx"), inputs)
    if report is not None:
        check_output("--report", report, (".json",), inputs)
        if str(report) == str(output) == "-":
            raise bad_option("--report", "only one of plan and report can be printed.")
    if repair == ALL and str(output) == "-":
        raise bad_option("--output", "all repairs are files of their own; name one.")
    shift = usable_shift(read_inputs(files))
    before = read_before(previous, shift)
    floor = floor_now(shift, files, before, freeze_until, assume_as_planned)
    with Interrupt() as stop:
        try:
            made = list(
                repairs(
                    shift, floor, settings, kinds, stop=stop, progress=show_progress
                )
            )
        except ImpossibleLockError as error:
            raise locks_fault(shift, error) from None
        except NoPreviousPlanError as error:
            raise bad_option("--previous", str(error)) from None
    _say(shift, made)
    for one in made:
        write_plan(outputs[one.repair], one.plan)
    if report is not None:
        content = _report(shift, made)
        write(report, (json.dumps(content, indent=2) + "\n").encode())


def _beside(path: Path, kind: Any) -> Path:
    """File of one of several repairs; gentle's is the one that was named."""
    if kind == "gentle":
        return path
    return path.with_name(f"{path.stem}-{kind}{path.suffix}")


def _report(shift: Shift, made: list[Repaired]) -> dict[str, Any]:
    """Figures of the new plan, of the plan before, and of all repairs."""
    from core.problem.measures.figures import ShownIn, figures_at
    from core.problem.objective import Objective
    from core.replanning.before import figures_before

    main = made[0]
    if len(made) > 1:
        main = next(x for x in made if x.repair == "gentle")
    content: dict[str, Any] = {**report_of(main.plan), **_of_repair(main)}
    floor = main.commitments.floor
    objective: Objective = main.plan.result.objective
    if floor.previous is not None:
        figures = figures_before(shift.problem, floor.previous, objective)
        unknown = ("lower_bound", "gap", "seconds")
        content["previous"] = {
            x.name: figures[x.name]
            for x in figures_at(ShownIn.REPORT)
            if x.name not in unknown
        }
    if len(made) > 1:
        content["repairs"] = {
            str(x.repair): {**report_of(x.plan), **_of_repair(x)} for x in made
        }
    return content


def _of_repair(made: Repaired) -> dict[str, Any]:
    """What a repair changes of the plan before."""
    from datetime import timedelta

    found, start = made.changes, made.plan.shift.start
    now = start + timedelta(seconds=made.commitments.now)
    return {
        "now": now.isoformat(timespec="seconds"),
        "repair": str(made.repair),
        "changed_jobs": found.changed_jobs,
        "changed_next_4h": found.changed_next_4h,
        "moved_machine": found.moved_machine,
        "stability": found.stability,
        "compared_jobs": found.compared,
    }


def _say(shift: Shift, made: list[Repaired]) -> None:
    """Tell what came out, and what the planner has to know."""
    from core.problem.phrases import moment
    from core.replanning.lock_words import notice_words

    for notice in made[0].commitments.notices:
        say(notice_words(shift.problem, notice, lambda x: moment(shift.start, x)))
    head = ("repair", "ends", "late", "weighted min", "cost", "changed", "4 h", "moved")
    rows = []
    for one in made:
        result, found = one.plan.result, one.changes
        rows.append(
            (
                str(one.repair),
                moment(shift.start, result.schedule.makespan),
                str(result.metrics.late_jobs),
                f"{result.metrics.weighted_tardiness / 60:.0f}",
                f"{result.cost:.4f}",
                f"{found.changed_jobs} of {found.compared}",
                str(found.changed_next_4h),
                str(found.moved_machine),
            )
        )
    say(text_table(head, rows, "llrrrrrr"))
    warn_of_clocks(shift, max(x.plan.result.schedule.makespan for x in made))
