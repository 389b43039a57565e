"""
The public face: read a shift, plan it, verify it, write it.

``import core`` offers these names. Nothing here needs torch before it plans.
"""

from __future__ import annotations

import warnings
from datetime import datetime
from pathlib import Path

from core.planning.plan import Plan as Plan
from core.planning.settings import PlanSettings as PlanSettings
from core.problem.model import Problem as Problem
from core.problem.objective import Objective as Objective
from core.problem.rows import Job as Job
from core.problem.rows import Machine as Machine
from core.problem.schedule import Schedule
from core.problem.shift import Shift as Shift
from core.problem.verifier.verify import Violation, violations
from core.schedulers.registry import plan as plan
from core.tables.issues import Issues
from core.tables.limits import MAX_FILE
from core.tables.plan_file import read_schedule
from core.tables.shift import read_shift
from core.tables.writing.write_plan import schedule_csv, schedule_workbook


class UnreadableFilesError(ValueError):
    """
    Files hold errors; the message lists all of them, with the mend.

    Parameters
    ----------
    issues
        Everything that was found.
    """

    def __init__(self, issues: Issues) -> None:
        super().__init__("\n".join(str(issue) for issue in issues.errors))
        self.issues = issues


def read(*files: Path | str, start: datetime | None = None) -> Shift:
    """
    Read the files of a shift.

    Parameters
    ----------
    files
        One workbook, or one CSV file per table; jobs and machines at least.
    start
        Plan start, local time in whole seconds; ``None``: what the table ``shift``
        says, else one that fits the dates in the files.

    Returns
    -------
    Shift
        Named by the table ``shift``, else after the first file. What was assumed, and
        what a planner should look at, are Python warnings.

    Raises
    ------
    UnreadableFilesError
        When something in the files must be mended first.
    OSError
        When a file cannot be opened.
    ValueError
        When no file is named, or the start is no local time in whole seconds.
    """
    if not files:
        raise ValueError("Expected the files of a shift, got none.")
    paths = [Path(file) for file in files]
    reading = read_shift(
        {str(path): _content(path) for path in paths}, start, paths[0].stem
    )
    for issue in (*reading.issues.warnings, *reading.issues.notes):
        warnings.warn(str(issue), stacklevel=2)
    if reading.shift is None:
        raise UnreadableFilesError(reading.issues)
    return reading.shift


def verify(shift: Shift, schedule: Schedule | Path | str) -> tuple[Violation, ...]:
    """
    Verify a schedule by the rules, independently of what made it.

    Parameters
    ----------
    shift
        What was planned.
    schedule
        The schedule, or the file that :func:`write` made of it.

    Returns
    -------
    tuple of Violation
        Every broken rule; none when the schedule is valid.

    Raises
    ------
    UnreadableFilesError
        When the file is no schedule of this shift.
    OSError
        When it cannot be opened.
    """
    if isinstance(schedule, Schedule):
        return violations(shift.problem, schedule)
    reading = read_schedule(_content(Path(schedule)), shift, str(schedule))
    if reading.schedule is None:
        raise UnreadableFilesError(reading.issues)
    return violations(shift.problem, reading.schedule)


def write(plan: Plan, path: Path | str) -> None:
    """
    Write a plan as ``.csv`` or, with its figures, as ``.xlsx``.

    Raises
    ------
    ValueError
        When the name has another ending.
    OSError
        When the file cannot be written.
    """
    path = Path(path)
    ending = path.suffix.lower()
    if ending == ".csv":
        content = schedule_csv(plan)
    elif ending == ".xlsx":
        content = schedule_workbook(plan)
    else:
        raise ValueError(f"Expected a name that ends in .csv or .xlsx, got {path}.")
    path.write_bytes(content)


def _content(path: Path) -> bytes:
    """Content of a file, no more than shows that it is too large."""
    with path.open("rb") as file:
        return file.read(MAX_FILE + 1)
