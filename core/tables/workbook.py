"""
XLSX workbooks, read without trusting them.

A workbook is a zip archive of XML. Both can be made to unpack without end, and the
reader fills a dense grid up to the last cell, so everything is measured first: the
archive is unpacked within bounds, its XML is scanned for the size of each sheet and
for formulas without a value, and only then read.
"""

from __future__ import annotations

import io
import lzma
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook

from core.tables import limits
from core.tables.issues import Collector
from core.tables.text import shortened

_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,  # a compression that nothing writes into workbooks
    RuntimeError,  # encrypted
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
)
_SAVE_AGAIN = "Open it in the spreadsheet and save it as .xlsx again."

Grid = Sequence[Sequence[object]]


class _UnsafeXMLError(Exception):
    """The XML declares a document type, with which entities could explode."""


@dataclass
class SheetScan:
    """
    What a sheet holds, measured without reading it.

    Parameters
    ----------
    rows, columns
        Up to the last filled cell.
    text
        Characters of all its cells together.
    no_value
        (row, column), counted from 1, of formulas without a saved value.
    errors
        (row, column, error) of cells that show an error such as ``#N/A``.
    """

    rows: int = 0
    columns: int = 0
    text: int = 0
    no_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)


def read_workbook(
    data: bytes, label: str, collect: Collector
) -> dict[str, tuple[Grid, SheetScan]]:
    """
    Cells and scan of every sheet, by name; empty with issues when it is unsafe.

    Parameters
    ----------
    data
        The file.
    label
        What the planner calls it.
    collect
        Takes the issues.
    """
    parts = _unpack(data, label, collect)
    if parts is None:
        return {}
    try:
        scans = _scan(parts)
    except (expat.ExpatError, _UnsafeXMLError, ValueError, KeyError, LookupError):
        collect.add(label, "This is not a readable workbook.", _SAVE_AGAIN)
        return {}
    if not _within_limits(scans, label, collect):
        return {}
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(_packed(parts)))
        grids: dict[str, Grid] = {
            name: list(
                workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            )
            for name in workbook.sheet_names
            if name in scans
        }
    except CalamineError:
        collect.add(label, "This is not a readable workbook.", _SAVE_AGAIN)
        return {}
    except BaseException as error:
        # A panic of the Rust reader is no Exception and has no importable name.
        if type(error).__name__ != "PanicException":
            raise
        collect.add(label, "This workbook is damaged.", _SAVE_AGAIN)
        return {}
    return {name: (grid, scans[name]) for name, grid in grids.items()}


def _unpack(data: bytes, label: str, collect: Collector) -> dict[str, bytes] | None:
    """Return the parts of the archive, never more than the limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if not info.is_dir()]
        size = sum(info.file_size for info in infos)
        ratio = size / max(len(data), 1)
        if (
            size > limits.MAX_UNPACKED
            or len(infos) > limits.MAX_PARTS
            or (ratio > limits.MAX_RATIO and size > limits.MIN_RATIO_SIZE)
        ):
            collect.add(
                label,
                f"The workbook unpacks to {size // limits.MEGABYTE:,} MB in "
                f"{len(infos):,} parts, which is not safe to open.",
                f"Keep only the sheets of the shift (at most "
                f"{limits.MAX_UNPACKED // limits.MEGABYTE} MB unpacked).",
            )
            return None
        # Sizes in the directory can lie; reading stops at them, and only what was
        # read here is handed on.
        parts = {}
        for info in infos:
            with archive.open(info) as part:
                parts[info.filename] = part.read(info.file_size)
    except _BROKEN_ZIP:
        collect.add(
            label,
            "This is not a readable workbook: damaged, or locked with a password.",
            _SAVE_AGAIN,
        )
        return None
    return parts


def _packed(parts: Mapping[str, bytes]) -> bytes:
    """Return the parts as an archive without compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def _parse(
    xml: bytes,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] | None = None,
    text: Callable[[str], None] | None = None,
) -> None:
    """Walk through XML; names lose their namespace prefix."""

    def refuse(*_: object) -> None:
        raise _UnsafeXMLError

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda tag, attributes: start(
        tag.rpartition(":")[2], attributes
    )
    if end is not None:
        ended = end
        parser.EndElementHandler = lambda tag: ended(tag.rpartition(":")[2])
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(xml, True)


def _scan(parts: Mapping[str, bytes]) -> dict[str, SheetScan]:
    """Measure every worksheet, by its name."""
    targets: dict[str, str] = {}
    sheets: list[tuple[str, str]] = []

    def relation(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            target = attributes["Target"]
            base = "" if target.startswith("/") else "xl"
            path = posixpath.normpath(posixpath.join(base, target.lstrip("/")))
            targets[attributes["Id"]] = path

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            ids = [v for k, v in attributes.items() if k.rpartition(":")[2] == "id"]
            sheets.append((attributes["name"], ids[0]))

    _parse(parts["xl/_rels/workbook.xml.rels"], relation)
    _parse(parts["xl/workbook.xml"], sheet)
    lengths = _shared_lengths(parts.get("xl/sharedStrings.xml"))
    return {
        name: _scan_sheet(parts[targets[key]], lengths)
        for name, key in sheets
        if targets.get(key, "") in parts and "worksheets" in targets[key]
    }


def _shared_lengths(xml: bytes | None) -> list[int]:
    """Length of each shared string."""
    lengths: list[int] = []
    if xml is not None:

        def start(tag: str, _: dict[str, str]) -> None:
            if tag == "si":
                lengths.append(0)

        def text(piece: str) -> None:
            if lengths:
                lengths[-1] += len(piece)

        _parse(xml, start, text=text)
    return lengths


def _scan_sheet(xml: bytes, lengths: list[int]) -> SheetScan:
    """Measure one worksheet."""
    scan = SheetScan()
    row = column = 0
    kind, value, formula, inside = "", "", False, False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, kind, value, formula, inside
        if tag == "row":
            row = int(attributes.get("r", row + 1))
            column = 0
        elif tag == "c":
            reference = attributes.get("r")
            if reference is None:
                column += 1
            else:
                column, row = _position(reference)
            kind, value, formula = attributes.get("t", "n"), "", False
        elif tag == "f":
            formula = True
        inside = tag in ("v", "t")

    def text(piece: str) -> None:
        nonlocal value
        if inside:
            value += piece

    def end(tag: str) -> None:
        nonlocal inside
        inside = False
        if tag != "c":
            return
        if formula and not value.strip() and kind not in ("str", "e"):
            scan.no_value.append((row, column))
        elif formula and not value and kind == "str":
            return  # a formula whose saved value is an empty text
        elif kind == "e":
            scan.errors.append((row, column, value))
        if value:
            scan.rows, scan.columns = max(scan.rows, row), max(scan.columns, column)
            is_shared = kind == "s"
            scan.text += lengths[int(value)] if is_shared else len(value)

    _parse(xml, start, end, text)
    return scan


def _position(reference: str) -> tuple[int, int]:
    """Column and row, counted from 1, of a reference such as ``AB12``."""
    letters = reference.rstrip("0123456789")
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"Expected a cell reference, got {reference!r}.")
        column = 26 * column + ord(letter) - ord("A") + 1
    return column, int(reference[len(letters) :])


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
