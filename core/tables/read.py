"""Bytes to raw tables: size, encoding, delimiter, and which table a file holds."""

from __future__ import annotations

import csv
import difflib
import io
import re
import unicodedata
from collections.abc import Mapping, Sequence

from core.tables import limits
from core.tables.issues import Collector, Severity
from core.tables.raw import RawTable, column_letters
from core.tables.rows import ALL_SHEETS, SHEETS, known_column
from core.tables.text import plain, restored, shortened
from core.tables.workbook import Grid, SheetScan, read_workbook

_SILENT_SHEETS = {"guide", "readme"}
_DELIMITERS = ",;\t"
_DECIMAL_COMMA = re.compile(r"\s*[+-]?[0-9]+,[0-9]+\s*")
_AS_UTF8 = 'Save the file as "CSV UTF-8", or as .xlsx.'


def read_tables(
    files: Mapping[str, bytes],
    collect: Collector,
    kinds: Mapping[str, str] | None = None,
) -> dict[str, RawTable]:
    """
    Recognise and read every table in the files, by sheet name.

    Parameters
    ----------
    files
        Content by file name: CSV files and workbooks in any mix.
    collect
        Takes the issues; no content ever raises.
    kinds
        Which table a CSV file holds, by file name, where that is known; otherwise
        its name tells, or else its columns.
    """
    tables: dict[str, RawTable] = {}
    if len(files) > limits.MAX_FILES:
        collect.add(
            "files",
            f"These are {len(files)} files.",
            f"Bring one file per table, at most {limits.MAX_FILES}.",
        )
        return tables
    for name, data in files.items():
        label = shortened(name.replace("\\", "/"), 80) or "file"
        if not _has_fair_size(data, label, collect):
            continue
        if data.startswith(b"PK\x03\x04"):
            found = _tables_of_workbook(data, label, collect)
        elif data.startswith(b"\xd0\xcf\x11\xe0"):
            collect.add(
                label,
                "This is an old or a locked workbook.",
                "Save it as .xlsx, without a password.",
            )
            continue
        elif name.lower().endswith((".xlsx", ".xlsm", ".xls", ".ods", ".xlsb")):
            collect.add(
                label,
                "This is not a readable workbook.",
                "Save it as .xlsx, or as CSV with a name that ends in .csv.",
            )
            continue
        else:
            table = _table_of_csv(name, label, data, (kinds or {}).get(name), collect)
            found = [table] if table else []
        for table in found:
            if table.sheet in tables:
                collect.add(
                    table.label,
                    f"The table {table.sheet!r} is there twice, here and in "
                    f"{tables[table.sheet].label}.",
                    "Bring each table once.",
                )
            else:
                tables[table.sheet] = table
    return tables


def read_table(
    sheet: str, data: bytes, label: str, collect: Collector
) -> RawTable | None:
    """
    Read a CSV file that holds a known table; ``None`` with the reason in the issues.

    Parameters
    ----------
    sheet
        Which table.
    data, label
        Content of the file, and what the planner calls it.
    collect
        Takes the issues.
    """
    shown = shortened(label, 80) or "file"
    if not _has_fair_size(data, shown, collect):
        return None
    return _table_of_csv(shown, shown, data, sheet, collect)


def _has_fair_size(data: bytes, label: str, collect: Collector) -> bool:
    """Whether a file is neither empty nor too large."""
    if not data.strip():
        collect.add(label, "The file is empty.", "Bring the file with its content.")
        return False
    if len(data) > limits.MAX_FILE:
        collect.add(
            label,
            f"The file has {len(data) / limits.MEGABYTE:.0f} MB.",
            f"Keep it under {limits.MAX_FILE // limits.MEGABYTE} MB: only the jobs "
            "of this shift.",
        )
        return False
    return True


def _tables_of_workbook(data: bytes, label: str, collect: Collector) -> list[RawTable]:
    """Every known sheet of a workbook; others are named in issues."""
    tables = []
    for name, (grid, scan) in read_workbook(data, label, collect).items():
        where = f"{label} · {shortened(name, 40)}"
        sheet = {plain(known): known for known in SHEETS}.get(plain(name))
        if sheet is None:
            _report_unknown_sheet(name, where, grid, collect)
            continue
        rows = [
            (i, tuple(row)) for i, row in enumerate(grid, start=1) if not _blank(row)
        ]
        table = _table(sheet, where, rows, collect, scan=scan)
        if table is not None:
            tables.append(table)
    return tables


def _report_unknown_sheet(
    name: str, where: str, grid: Grid, collect: Collector
) -> None:
    """Say that a sheet is not read; an error when it seems to be a misspelled one."""
    if plain(name) in _SILENT_SHEETS or not any(not _blank(row) for row in grid):
        return
    header = next(row for row in grid if not _blank(row))
    meant = difflib.get_close_matches(plain(name), SHEETS, n=1, cutoff=0.7)
    meant = meant or [x for x in [_sheet_by_columns([str(c) for c in header])] if x]
    if meant:
        collect.add(
            where,
            f"No sheet is called so; it looks like the table {meant[0]!r}.",
            f"Rename the sheet to {meant[0]!r}, or remove it.",
        )
    else:
        collect.add(
            where,
            "This sheet is not one of the tables and was not read.",
            f"Sheets that are read: {', '.join(SHEETS)}.",
            severity=Severity.WARNING,
        )


def _table_of_csv(
    name: str, label: str, data: bytes, kind: str | None, collect: Collector
) -> RawTable | None:
    """Table in a CSV file, or ``None`` with the reason among the issues."""
    text = _decoded(data, label, collect)
    if text is None:
        return None
    delimiter = _delimiter(text, label, collect)
    if delimiter is None:
        return None
    # Newlines stay inside quoted cells; rows count as the spreadsheet counts them.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, tuple[object, ...]]] = []
    try:
        for number, cells in enumerate(reader, start=1):
            if not _blank(cells):
                rows.append((number, tuple(restored(cell) for cell in cells)))
            if len(rows) > max(limits.MAX_ROWS.values()) + 1:
                break
    except csv.Error as error:
        collect.add(
            label,
            f"The file cannot be read as CSV ({error}).",
            "Close every double quote; double a quote inside quoted text.",
            row=(rows[-1][0] if rows else 0) + 1,
        )
        return None
    if not rows:
        collect.add(label, "The file is empty.", "Bring the file with its content.")
        return None
    header = [str(cell) for cell in rows[0][1]]
    sheet = kind or _sheet_by_name(name) or _sheet_by_columns(header)
    if sheet is None:
        collect.add(
            label,
            "It is not clear which table this is.",
            f"Name the file after its table: {', '.join(x + '.csv' for x in SHEETS)}.",
            row=rows[0][0],
            value=", ".join(header),
        )
        return None
    return _table(sheet, label, rows, collect, delimiter=delimiter)


def _decoded(data: bytes, label: str, collect: Collector) -> str | None:
    """Text of a file: UTF-8, UTF-16 with its mark, or Windows-1252 with a warning."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        try:
            text = data.decode("cp1252")
        except UnicodeDecodeError:
            collect.add(label, "The file is in no encoding that can be read.", _AS_UTF8)
            return None
        if not _has_odd_characters(text):
            collect.add(
                label,
                "The file is not UTF-8; it was read as Windows-1252 (Latin-1).",
                f"Look at its special letters. {_AS_UTF8}",
                severity=Severity.WARNING,
            )
    if _has_odd_characters(text):
        collect.add(
            label,
            "The file is not text, or in an encoding that cannot be read.",
            _AS_UTF8,
        )
        return None
    return text


def _has_odd_characters(text: str) -> bool:
    """Whether there are characters that no text file of a planner holds."""
    odd = {x for x in set(text) if unicodedata.category(x) in ("Cc", "Cs")}
    return bool(odd - set("\t\r\n\x0b\x0c\x1c\x1d\x1e\x85"))


def _delimiter(text: str, label: str, collect: Collector) -> str | None:
    """Return what separates the columns: that which gives most known names."""
    header = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")

    def known(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip().strip('"') for cell in header.split(delimiter)]
        names = sum(
            any(known_column(sheet, cell) is not None for sheet in ALL_SHEETS.values())
            for cell in cells
        )
        return names, len(cells)

    best = max(_DELIMITERS, key=known)
    names, cells = known(best)
    wrong = [x for x in "|:^~ " if known(x)[0] > max(names, 1)]
    if wrong or (cells == 1 and names == 0):
        shown = {" ": "spaces"}.get(wrong[0], repr(wrong[0])) if wrong else "nothing"
        collect.add(
            label,
            f"The columns are separated by {shown}."
            if wrong
            else "No column of this file is known.",
            "Separate the columns by commas or semicolons, names in the first row.",
            row=1,
            value=header,
        )
        return None
    return best


def _sheet_by_name(name: str) -> str | None:
    """Table that a file is named after; ``None`` when it names none, or several."""
    stem = re.split(r"[\\/]", name)[-1].rsplit(".", 1)[0].casefold()
    words = set(re.split(r"[\W_0-9]+", stem))
    found = [x for x in SHEETS if x in words or x.removesuffix("s") in words]
    return found[0] if len(found) == 1 else None


def _sheet_by_columns(header: Sequence[str]) -> str | None:
    """Table with all its required columns in the header, if only one fits best."""
    scores = {}
    for name, sheet in SHEETS.items():
        known = {known_column(sheet, cell) for cell in header} - {None}
        if set(sheet.required) <= known:
            scores[name] = len(known)
    best = [name for name, score in scores.items() if score == max(scores.values())]
    return best[0] if len(best) == 1 else None


def _table(
    sheet: str,
    label: str,
    rows: list[tuple[int, tuple[object, ...]]],
    collect: Collector,
    delimiter: str = "",
    scan: SheetScan | None = None,
) -> RawTable | None:
    """Check the shape of a table: its header, its rows, their number."""
    if not rows:
        collect.add(label, "The sheet is empty.", "Fill it in, or remove the sheet.")
        return None
    (header_row, header), *body = rows
    columns = tuple(str(cell).strip() for cell in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    if len(columns) > limits.MAX_COLUMNS:
        collect.add(
            label,
            f"The table has {len(columns)} columns.",
            f"Keep at most {limits.MAX_COLUMNS}.",
            row=header_row,
        )
        return None
    if len(body) > limits.MAX_ROWS[sheet]:
        collect.add(
            label,
            f"The table has more than {limits.MAX_ROWS[sheet]:,} rows.",
            "Keep only the rows of this shift.",
            row=header_row + limits.MAX_ROWS[sheet] + 1,
        )
        return None
    faulty = _report_cells(scan, label, columns, collect) if scan else frozenset()
    cut = []
    for number, cells in body:
        if not _blank(cells[len(columns) :]) or (
            delimiter and len(cells) < len(columns)
        ):
            collect.add(
                label,
                f"The row has {len(cells)} cells, the header has {len(columns)}.",
                "Put text that holds the separator in double quotes, and give every "
                "row all its cells."
                if delimiter
                else "Give every filled column a name in the header.",
                row=number,
            )
        cells = cells[: len(columns)]
        cut.append((number, cells + (None,) * (len(columns) - len(cells))))
    comma = delimiter in (";", "\t") and any(
        _DECIMAL_COMMA.fullmatch(cell)
        for _, cells in cut
        for cell in cells
        if isinstance(cell, str) and "," in cell
    )
    return RawTable(
        sheet,
        label,
        columns,
        tuple(cut),
        header_row,
        delimiter,
        decimal_comma=comma,
        faulty=faulty,
    )


def _report_cells(
    scan: SheetScan, label: str, columns: tuple[str, ...], collect: Collector
) -> frozenset[tuple[int, int]]:
    """Report formulas without value and error values; return where they are."""
    faults = [(row, column, "", False) for row, column in scan.no_value]
    faults += [(row, column, error, True) for row, column, error in scan.errors]
    for row, column, value, is_error in faults:
        named = columns[column - 1] if column <= len(columns) else ""
        collect.add(
            label,
            "This cell shows an error."
            if is_error
            else "This formula has no saved value.",
            "Correct its formula, or type the value."
            if is_error
            else "Open the workbook in the spreadsheet and save it, or type the value.",
            row=row,
            column=shortened(named, 60) or column_letters(column),
            value=value,
        )
    return frozenset((row, column - 1) for row, column, _, _ in faults)


def _blank(cells: Sequence[object]) -> bool:
    """Whether no cell holds anything."""
    return all(
        cell is None or (isinstance(cell, str) and not cell.strip()) for cell in cells
    )
