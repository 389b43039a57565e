"""Tables and schedules to files that are safe to open in a spreadsheet."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

import numpy as np
import xlsxwriter

from core.problem.schedule import Schedule, metrics, setup_seconds, tardiness
from core.problem.shift import Shift
from core.tables.export import CellRow, Table, own_columns, shift_tables
from core.tables.rows import ALL_SHEETS, SCHEDULE_COLUMNS, SHEETS
from core.tables.text import Cell, csv_text, minutes

MAX_TYPE_SHEETS = 40  # beyond this many machine types, one sheet holds them all
LONGEST_SHEET_NAME = 31
# Up to 11 digits and signs: a spreadsheet shows more of them with an exponent.
_TYPED_NUMBER = re.compile(r"(?=.{1,11}$)-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", re.ASCII)
_DATE = "yyyy-mm-dd hh:mm:ss"


class _Exact(float):
    """A number that the workbook writer, which keeps 16 digits, writes in full."""

    def __format__(self, spec: str) -> str:
        short = super().__format__(spec)
        return short if float(short) == self else repr(float(self))


def csv_bytes(table: Table) -> bytes:
    """Return one table as CSV, in UTF-8 with the mark that spreadsheets look for."""
    return csv_text(table.columns, table.rows).encode("utf-8-sig")


def csv_files(tables: Iterable[Table]) -> dict[str, bytes]:
    """Return each table as a CSV file, by file name."""
    return {f"{table.name}.csv": csv_bytes(table) for table in tables}


def workbook(tables: Iterable[Table]) -> bytes:
    """
    Return the tables as the sheets of one workbook.

    Text is written as text: nothing a planner typed becomes a formula or a link.
    """
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EDF3"})
    date = book.add_format({"num_format": _DATE})
    # A fixed date: the same tables give the same bytes.
    book.set_properties({"created": datetime(2026, 1, 1)})
    taken: set[str] = set()
    for table in tables:
        sheet = book.add_worksheet(safe_sheet_name(table.name, taken))
        sheet.freeze_panes(1, 0)
        for c, column in enumerate(table.columns):
            sheet.write_string(0, c, column, head)
            sheet.set_column(c, c, _width(table, c))
        for r, row in enumerate(table.rows, start=1):
            for c, cell in enumerate(row):
                _write_cell(sheet, r, c, cell, date)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.columns) - 1)
    book.close()
    return buffer.getvalue()


def _width(table: Table, column: int) -> int:
    """Width in characters that shows most cells of a column."""
    shown = [_shown_length(row[column]) for row in table.rows[:200]]
    return min(max([len(table.columns[column]) + 3, *shown]) + 1, 60)


def _shown_length(cell: Cell) -> int:
    return len(_DATE) if isinstance(cell, datetime) else len(str(cell or ""))


def _write_cell(
    sheet: xlsxwriter.worksheet.Worksheet, r: int, c: int, cell: Cell, date: object
) -> None:
    """Write one cell by its type."""
    if cell is None:
        return
    if isinstance(cell, bool):
        sheet.write_string(r, c, "yes" if cell else "no")
    elif isinstance(cell, datetime):
        if cell.year < 1900:  # before the first day that a spreadsheet knows
            sheet.write_string(r, c, cell.isoformat(timespec="seconds"))
        else:
            sheet.write_datetime(r, c, cell, date)
    elif isinstance(cell, int | float):
        sheet.write_number(r, c, _Exact(cell))
    else:
        sheet.write_string(r, c, cell)


def safe_sheet_name(name: str, taken: set[str]) -> str:
    """
    Return a sheet name that every spreadsheet accepts and that is not taken.

    Parameters
    ----------
    name
        Any text.
    taken
        Names given out so far, in lower case; the answer is added.
    """
    plain_name = re.sub(r"[\[\]:*?/\\\x00-\x1f]", " ", name).strip().strip("'").strip()
    base = _cut(plain_name, LONGEST_SHEET_NAME) or "Sheet"
    if base.casefold() == "history":  # reserved by one spreadsheet
        base = "History_"
    candidate, number = base, 1
    while candidate.casefold() in taken:
        number += 1
        ending = f" ({number})"
        candidate = _cut(base, LONGEST_SHEET_NAME - len(ending)) + ending
    taken.add(candidate.casefold())
    return candidate


def _cut(text: str, longest: int) -> str:
    """Return the text in at most so many UTF-16 units, as spreadsheets count."""
    units = text.encode("utf-16-le")[: 2 * longest]
    return units.decode("utf-16-le", "ignore").rstrip("' ")


def shift_files(shift: Shift, *, exact: bool = True) -> dict[str, bytes]:
    """
    Return a shift as the files it can be read from: CSV files, and ``shift.xlsx``.

    Parameters
    ----------
    shift, exact
        See :func:`core.tables.export.shift_tables`.

    Raises
    ------
    ValueError
        When the tables cannot say what the problem holds.
    """
    tables = shift_tables(shift, exact=exact)
    title = None if shift.name == "shift" else shift.name
    start = Table("shift", SHEETS["shift"].columns, ([shift.start, None, title],))
    return {**csv_files(tables), "shift.xlsx": workbook([*tables, start])}


def schedule_table(
    shift: Shift,
    schedule: Schedule,
    scheduler: str,
    planners: Mapping[int, str] | None = None,
) -> Table:
    """Return the plan as a table, by machine and time; see :func:`schedule_csv`."""
    problem, start = shift.problem, shift.start
    own = planners or {}
    setups = setup_seconds(problem, schedule)
    late = tardiness(schedule, problem.due)
    theirs = [_numbers_or_texts(texts) for texts in shift.extras.values()]
    rows: list[CellRow] = []
    for j in np.lexsort((schedule.start, schedule.machine)).tolist():
        k = int(schedule.machine[j])
        due = float(problem.due[j])
        rows.append(
            [
                problem.job_ids[j],
                problem.machine_ids[k],
                _at(start, schedule.setup_start[j]),
                _at(start, schedule.start[j]),
                _at(start, schedule.end[j]),
                minutes(setups[j]),
                minutes(problem.processing[j, k]),
                _at(start, due) if np.isfinite(due) else None,
                minutes(late[j]),
                problem.family_names[problem.family[j]],
                bool(problem.important[j]),
                own.get(j, scheduler),
                *(cells[j] for cells in theirs),
            ]
        )
    columns = own_columns(ALL_SHEETS["schedule"], shift.extras)
    return Table("Plan", (*SCHEDULE_COLUMNS, *columns), tuple(rows))


def _at(start: datetime, seconds: float) -> datetime:
    """Return the date and time of a moment in the plan, to the second."""
    return start + timedelta(seconds=round(float(seconds)))


def schedule_csv(
    shift: Shift,
    schedule: Schedule,
    scheduler: str,
    planners: Mapping[int, str] | None = None,
) -> bytes:
    """
    Return the plan as ``schedule.csv``.

    Parameters
    ----------
    shift, schedule
        What was planned, and the plan.
    scheduler
        Registry name of what made it.
    planners
        Jobs that the planner decided on, and what is written in their rows instead.
    """
    return csv_bytes(schedule_table(shift, schedule, scheduler, planners))


def schedule_workbook(
    shift: Shift,
    schedule: Schedule,
    scheduler: str,
    figures: Mapping[str, Cell] | None = None,
    planners: Mapping[int, str] | None = None,
) -> bytes:
    """
    Return the plan as a workbook.

    A sheet with every job, one per machine type with jobs and setups in order, and
    one with the figures.

    Parameters
    ----------
    shift, schedule, scheduler, planners
        See :func:`schedule_csv`.
    figures
        Further figures for the last sheet, e.g. the cost.
    """
    plan = schedule_table(shift, schedule, scheduler, planners)
    sheets = [plan, *_type_tables(shift, schedule)]
    return workbook(
        [*sheets, _figures_table(shift, schedule, scheduler, figures or {})]
    )


def _numbers_or_texts(texts: Sequence[str]) -> list[Cell]:
    """
    Cells of a planner's own column: numbers only where every text is one.

    A number must be shown as it was typed: 007 and 16 digits of a code stay text.
    """
    numbers: list[Cell] = []
    for text in texts:
        if text and not _TYPED_NUMBER.fullmatch(text):
            return list(texts)
        numbers.append(float(text) if text else None)
    return numbers


def _type_tables(shift: Shift, schedule: Schedule) -> list[Table]:
    """Jobs and setups in order of time, machine by machine, per machine type."""
    problem, start = shift.problem, shift.start
    setups = setup_seconds(problem, schedule)
    columns = (
        *("machine", "what", "job", "setup_group", "family", "start", "end", "minutes"),
    )
    by_type: dict[int, list[CellRow]] = {}
    for k, jobs in enumerate(schedule.sequences):
        rows = by_type.setdefault(int(problem.machine_type[k]), [])
        for j in jobs:
            about = [
                problem.job_ids[j],
                problem.group_names[problem.group[j]],
                problem.family_names[problem.family[j]],
            ]
            for what, begins, ends, seconds in (
                ("setup", schedule.setup_start[j], schedule.setup_end[j], setups[j]),
                (
                    "job",
                    schedule.start[j],
                    schedule.end[j],
                    problem.processing[j, k],
                ),
            ):
                if what == "job" or seconds > 0:
                    rows.append(
                        [
                            problem.machine_ids[k],
                            what,
                            *about,
                            _at(start, begins),
                            _at(start, ends),
                            minutes(seconds),
                        ]
                    )
    filled = {kind: rows for kind, rows in sorted(by_type.items()) if rows}
    if len(filled) > MAX_TYPE_SHEETS:
        return [
            Table("Machines", columns, tuple(x for y in filled.values() for x in y))
        ]
    names = problem.machine_type_names
    return [Table(names[kind], columns, tuple(rows)) for kind, rows in filled.items()]


def _rounded(cell: Cell) -> Cell:
    return round(cell, 6) if isinstance(cell, float) else cell


def _figures_table(
    shift: Shift, schedule: Schedule, scheduler: str, figures: Mapping[str, Cell]
) -> Table:
    """Return the figures of the plan."""
    problem = shift.problem
    found = metrics(problem, schedule)
    rows: Sequence[tuple[str, Cell]] = (
        ("Shift", shift.name),
        ("Scheduler", scheduler),
        ("Plan start", shift.start),
        ("Jobs", problem.num_jobs),
        ("Machines", problem.num_machines),
        ("Last job ends", _at(shift.start, schedule.makespan)),
        ("Makespan, minutes", minutes(found.makespan)),
        ("Jobs on time, %", round(100 * found.on_time_rate, 2)),
        ("Late jobs", found.late_jobs),
        ("Late important jobs", found.late_important_jobs),
        ("Weighted tardiness, minutes", minutes(found.weighted_tardiness)),
        ("Setup, minutes", minutes(found.setup)),
        ("Mean flow time, minutes", minutes(found.flow_time)),
        ("Utilisation, %", round(100 * found.utilisation, 2)),
        *((name, _rounded(x)) for name, x in figures.items()),
    )
    return Table("KPIs", ("figure", "value"), tuple([name, x] for name, x in rows))
