"""
XLSX workbooks, read without trusting them.

The reader fills a dense grid up to the last cell, so everything is measured first: the
archive is unpacked within bounds, its XML is scanned for the size of each sheet and for
what the values do not say, and only then read.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from core.tables import limits
from core.tables.issues import Collector, Severity
from core.tables.reading.archive import (
    SAVE_AGAIN,
    UnsafeXMLError,
    local_names,
    packed,
    unpack,
    walk,
)
from core.tables.reading.formats import special_formats, struck_styles
from core.tables.reading.worksheet import (
    DamagedSheetError,
    SheetScan,
    scan_sheet,
    shared_lengths,
)
from core.tables.text import shortened

_STYLED_CELL = re.compile(rb'<c [^<>]*\bs="[1-9]')


@dataclass(frozen=True)
class Worksheet:
    """
    A sheet of a workbook.

    Parameters
    ----------
    name
        As its tab says.
    grid
        Values from A1 to the last filled cell, row by row; numbers whose format says
        more than their value as the text that is shown.
    scan
        What is not in the values.
    missing
        Why there is nothing to read, where the workbook lists a sheet it lacks.
    """

    name: str
    grid: Sequence[Sequence[object]]
    scan: SheetScan
    missing: str = ""


def read_workbook(data: bytes, label: str, collect: Collector) -> list[Worksheet]:
    """
    Read every worksheet; none, with issues, when the workbook is unsafe.

    Parameters
    ----------
    data
        The file.
    label
        What the planner calls it.
    collect
        Takes the issues.
    """
    parts = unpack(data, label, collect)
    if parts is None:
        return []
    try:
        scans = _scan(parts)
    except (expat.ExpatError, UnsafeXMLError, ValueError, LookupError):
        collect.add(label, "This is not a readable workbook.", SAVE_AGAIN)
        return []
    if "xl/styles.xml" not in parts and any(
        name.startswith("xl/worksheets/") and _STYLED_CELL.search(part)
        for name, part in parts.items()
    ):
        collect.add(
            label,
            "The workbook has lost its formats: dates in it are bare numbers.",
            SAVE_AGAIN,
            severity=Severity.WARNING,
        )
    present = {name: x for name, x in scans.items() if isinstance(x, SheetScan)}
    if not _within_limits(present, label, collect):
        return []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(packed(parts)))
        grids = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in workbook.sheet_names
            if name in present
        }
    except CalamineError:
        collect.add(label, "This is not a readable workbook.", SAVE_AGAIN)
        return []
    except BaseException as error:
        # A panic of the Rust reader is no Exception and has no importable name.
        if type(error).__name__ != "PanicException":
            raise
        collect.add(label, "This workbook is damaged.", SAVE_AGAIN)
        return []
    sheets = []
    for name, scan in scans.items():
        if isinstance(scan, str):
            sheets.append(Worksheet(name, (), SheetScan(), scan))
        elif name in grids:
            grid: list[list[object]] = [list(row) for row in grids[name]]
            _show_errors(grid, scan)
            for row, column, shape in scan.formats:
                if row <= len(grid) and column <= len(grid[row - 1]):
                    cells = grid[row - 1]
                    cells[column - 1] = shape.shown(cells[column - 1])
            sheets.append(Worksheet(name, grid, scan))
        else:
            sheets.append(Worksheet(name, (), SheetScan(), "It cannot be read."))
    return sheets


def _show_errors(grid: list[list[object]], scan: SheetScan) -> None:
    """Put errors into their cells, which the reader leaves empty."""
    for row, column, error in scan.errors:
        grid.extend([] for _ in range(row - len(grid)))
        cells = grid[row - 1]
        cells.extend("" for _ in range(column - len(cells)))
        if cells[column - 1] in ("", None):
            cells[column - 1] = error


def _scan(parts: Mapping[str, bytes]) -> dict[str, SheetScan | str]:
    """Scan of every worksheet by its name, or why there is none."""
    targets: dict[str, str] = {}
    listed: list[tuple[str, str, bool]] = []
    names = local_names()

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if names[tag] == "Relationship":
            target = attributes["Target"]
            base = "" if target.startswith("/") else "xl"
            path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
            targets[attributes["Id"]] = path

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if names[tag] == "sheet":
            ids = [v for k, v in attributes.items() if k.rpartition(":")[2] == "id"]
            is_hidden = attributes.get("state", "visible") != "visible"
            listed.append((attributes["name"], ids[0] if ids else "", is_hidden))

    walk(parts["xl/workbook.xml"], sheet)
    relations = parts.get("xl/_rels/workbook.xml.rels")
    if relations is not None:
        walk(relations, relation)
    lengths = shared_lengths(parts.get("xl/sharedStrings.xml"))
    special = special_formats(parts.get("xl/styles.xml"))
    struck = struck_styles(parts.get("xl/styles.xml"))
    scans: dict[str, SheetScan | str] = {}
    for name, key, is_hidden in listed:
        path = targets.get(key, "")
        if path and "worksheets" not in path:
            continue  # a sheet that is a chart has no cells
        if path not in parts:
            scans[name] = "The workbook lists this sheet, but does not hold it."
            continue
        try:
            scan = scan_sheet(parts[path], lengths, special, struck)
        except DamagedSheetError as error:
            scans[name] = str(error)
            continue
        scan.is_hidden = is_hidden
        scans[name] = scan
    return scans


def _within_limits(
    scans: Mapping[str, SheetScan], label: str, collect: Collector
) -> bool:
    """Whether the sheets are small enough to be read."""
    fits = True
    if len(scans) > limits.MAX_SHEETS:
        collect.add(
            label,
            f"The workbook has {len(scans)} sheets.",
            f"Keep at most {limits.MAX_SHEETS}.",
        )
        fits = False
    for name, scan in scans.items():
        if (
            scan.rows * scan.columns > limits.MAX_CELLS
            or scan.columns > limits.MAX_COLUMNS
        ):
            collect.add(
                f"{label} · {shortened(name, 40)}",
                f"The sheet reaches to row {scan.rows:,}, column {scan.columns:,}.",
                f"Delete stray cells far outside the table (at most "
                f"{limits.MAX_COLUMNS} columns).",
            )
            fits = False
    if sum(scan.text for scan in scans.values()) > limits.MAX_TEXT:
        collect.add(
            label,
            "The workbook holds more text than a shift can.",
            "Remove long notes and sheets that do not belong to the shift.",
        )
        fits = False
    return fits
