"""Seconds to read a planner's list, in a workbook and as text, through a mapping."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from core.benchmarking.table import Cell, Report, ResultTable
from core.tables.proposal import proposal_for
from core.tables.shift import read_shift
from core.tables.text import Cell as TableCell
from core.tables.text import csv_text
from core.tables.writing.filled import Table
from core.tables.writing.write import workbook

HEADER = (
    *("Vorgang", "Auftrag", "Folge", "Dauer (min)", "Maschinentyp", "Rüstgruppe"),
    *("Termin", "Wichtig", "Kunde"),
)
MACHINES = (("Maschine", "Typ"), ("CNC-1", "CNC"), ("CNC-2", "CNC"), ("L-1", "Laser"))
FIRST = datetime(2026, 11, 30, 6)


def planner_list(rows: int) -> list[list[TableCell]]:
    """Rows of jobs under ``HEADER``, the same for the same number."""
    dice = random.Random(rows)
    return [
        [
            f"A-{i:05}",
            f"WO-{i // 4}",
            i % 4 + 1,
            dice.choice([30, 45.5, 60, 90]),
            dice.choice(["CNC", "Laser", "CNC|Laser"]),
            dice.choice(["rot", "blau", "grün"]),
            FIRST + timedelta(minutes=15 * dice.randint(1, 4000)),
            dice.choice(["ja", "nein", None]),
            f"Kunde {dice.randint(1, 40)}",
        ]
        for i in range(rows)
    ]


def as_workbook(rows: list[list[TableCell]]) -> dict[str, bytes]:
    """Return the list as a workbook with typed cells."""
    machines = Table("Maschinen", MACHINES[0], tuple(map(list, MACHINES[1:])))
    return {"liste.xlsx": workbook([Table("Aufträge", HEADER, tuple(rows)), machines])}


def as_text(rows: list[list[TableCell]]) -> dict[str, bytes]:
    """Return the list as CSV files with German dates and decimals."""

    def written(cell: TableCell) -> TableCell:
        if isinstance(cell, datetime):
            return f"{cell:%d.%m.%Y %H:%M}"
        return str(cell).replace(".", ",") if isinstance(cell, float) else cell

    texts = [[written(x) for x in row] for row in rows]
    machines = [list(row) for row in MACHINES[1:]]
    return {
        "auftraege.csv": csv_text(HEADER, texts, ";").encode(),
        "maschinen.csv": csv_text(MACHINES[0], machines, ";").encode(),
    }


def reading_report(rows: int, tell: Callable[[str], None]) -> Report:
    """
    Measure reading a list, from bytes to a problem; the best of three.

    Parameters
    ----------
    rows
        Jobs in the list.
    tell
        Told of each measurement.

    Raises
    ------
    RuntimeError
        When the list cannot be read: that would be no measurement.
    """
    jobs = planner_list(rows)
    found: list[tuple[Cell, ...]] = []
    for name, files in (("XLSX", as_workbook(jobs)), ("CSV", as_text(jobs))):
        wall, cpu = _best(files)
        found.append((name, rows, wall, cpu))
        tell(f"{name}, {rows} rows: {wall:.2f} s, {cpu:.2f} CPU s")
    table = ResultTable(
        "Seconds to read a planner's list through a mapping, to a problem",
        ("file", "rows", "seconds", "CPU seconds"),
        tuple(found),
    )
    return Report(table, (table,))


def _best(files: Mapping[str, bytes]) -> tuple[float, float]:
    """Seconds and processor seconds of the quickest of three readings."""
    mapping = proposal_for(files).mapping
    walls, cpus = [], []
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        reading = read_shift(files, None, mapping=mapping)
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
        if reading.shift is None:
            raise RuntimeError(f"The list has errors: {reading.issues.errors[0]}")
    return min(walls), min(cpus)
