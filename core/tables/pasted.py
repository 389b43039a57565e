"""Rows of jobs pasted from a spreadsheet, read like a file beside a shop's tables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from core.problem.model import Problem
from core.problem.shift import Shift
from core.tables.building.build import build
from core.tables.headings import known_column
from core.tables.issues import Collector, Issues
from core.tables.raw import RawTable
from core.tables.reading.read import read_tables
from core.tables.sheets import SHEETS
from core.tables.writing.export import shift_tables
from core.tables.writing.filled import Table

LABEL = "pasted rows"
_OF_THE_SHOP = ("machines", "setups", "calendars")


@dataclass(frozen=True)
class PastedJobs:
    """
    Jobs that were pasted.

    Parameters
    ----------
    problem
        These jobs on the machines of the shop; ``None`` when there are errors.
    issues
        What is at fault or was assumed, by row as it was pasted.
    """

    problem: Problem | None
    issues: Issues


def pasted_jobs(
    text: str, shop: Mapping[str, RawTable], start: datetime, weight: float
) -> PastedJobs:
    """
    Read pasted rows of jobs; the first row names the columns, as in a file.

    Parameters
    ----------
    text
        Columns separated by tabs, as a spreadsheet copies them, or as in a CSV file.
    shop
        Machines, setups and calendars of the shop, by sheet.
    start
        Plan start.
    weight
        Of the jobs, where no column says it.
    """
    collect = Collector()
    found = read_tables({LABEL: text.encode()}, collect, {LABEL: "jobs"})
    jobs = found.get("jobs")
    if jobs is None:
        if not collect.has_errors:
            collect.add(LABEL, "There are no rows.", "Paste a header and the rows.")
        return PastedJobs(None, collect.issues)
    tables = {name: shop[name] for name in _OF_THE_SHOP if name in shop}
    built = build(tables | {"jobs": _weighted(jobs, weight)}, start, collect)
    issues = tuple(x for x in collect.issues if x.sheet == LABEL)
    if built.problem is None and not issues:
        issues = tuple(collect.issues)
    return PastedJobs(built.problem, Issues(issues))


def shop_of(shift: Shift) -> dict[str, RawTable]:
    """
    Return machines and setups of a shift as tables, where no file has them.

    Every machine has speed 1: times are as long as they are stated.
    """
    tables = {x.name: x for x in shift_tables(shift, exact=False)}
    return {
        name: _raw(tables[name]) for name in ("machines", "setups") if name in tables
    }


def _raw(table: Table) -> RawTable:
    """Return a table as it would be read; machines work around the clock."""
    columns = [i for i, name in enumerate(table.columns) if name != "calendar"]
    return RawTable(
        table.name,
        table.name,
        tuple(table.columns[i] for i in columns),
        tuple(
            (number, tuple(row[i] for i in columns))
            for number, row in enumerate(table.rows, start=2)
        ),
    )


def _weighted(jobs: RawTable, weight: float) -> RawTable:
    """Return jobs with a weight each, where they have no column of weights."""
    sheet = SHEETS["jobs"]
    if any(known_column(sheet, name) == "weight" for name in jobs.columns):
        return jobs
    rows = tuple((number, (*cells, f"{weight:g}")) for number, cells in jobs.rows)
    return replace(jobs, columns=(*jobs.columns, "weight"), rows=rows)
