"""Files to raw tables: which table each file or sheet holds, and its rows."""

from __future__ import annotations

from collections.abc import Mapping

from core.tables import limits
from core.tables.headings import known_column
from core.tables.issues import Collector, Severity
from core.tables.mapping.headers import is_plan
from core.tables.mapping.recognise import likely_sheet, sheet_of_file, sheet_of_tab
from core.tables.raw import RawTable, all_blank, is_blank
from core.tables.reading.archive import foreign
from core.tables.reading.assemble import assemble, table_of_sheet
from core.tables.reading.delimited import read_delimited
from core.tables.reading.workbook import Worksheet, read_workbook
from core.tables.sheets import ALL_SHEETS, SHEETS
from core.tables.text import plain, shortened

PLAN_SHEETS = ("plan", "schedule")  # what a plan is called in a workbook
_SILENT_SHEETS = {"guide", "readme"}
_WORKBOOK_NAMES = (".xlsx", ".xlsm", ".xls", ".ods", ".xlsb", ".numbers")
_MOST_ROWS = max(limits.MAX_ROWS.values()) + 100  # with room for titles and totals


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
        Which table a CSV file or a sheet holds, where that is known, by the name of
        the file or as :func:`sheets_of_workbook` calls the sheet; otherwise its name
        tells, or else its columns.
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
        told = foreign(data)
        if told is not None:
            collect.add(label, *told)
            continue
        if data.startswith(b"PK\x03\x04"):
            found = _tables_of_workbook(data, label, kinds or {}, collect)
        elif name.lower().endswith(_WORKBOOK_NAMES):
            collect.add(
                label,
                "This is not a readable workbook.",
                "Save it as .xlsx, or as CSV with a name that ends in .csv.",
            )
            continue
        else:
            table = _table_of_text(name, label, data, (kinds or {}).get(name), collect)
            found = [table] if table else []
        for table in found:
            other = tables.get(table.sheet)
            if other is not None and _missing(table) != _missing(other):
                fuller, barer = sorted((table, other), key=_missing)
                tables[table.sheet] = fuller
                collect.add(
                    barer.label,
                    f"This is not read: {fuller.label} holds the table "
                    f"{table.sheet!r}, with more of its columns.",
                    "Remove it, or bring all of the table in one place.",
                    severity=Severity.WARNING,
                )
            elif other is not None:
                collect.add(
                    table.label,
                    f"The table {table.sheet!r} is there twice, here and in "
                    f"{other.label}.",
                    "Bring each table once.",
                )
            else:
                tables[table.sheet] = table
    return tables


def _missing(table: RawTable) -> int:
    """How many of the columns that its table must have a raw table lacks."""
    sheet = ALL_SHEETS[table.sheet]
    return len(sheet.missing({known_column(sheet, x) or "" for x in table.columns}))


def read_table(
    sheet: str, data: bytes, label: str, collect: Collector
) -> RawTable | None:
    """
    Read a file that holds a known table; ``None`` with the reason in the issues.

    Of a workbook, the sheet that is called ``plan`` or as the table, else the first.

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
    if data.startswith(b"PK\x03\x04"):
        sheets = read_workbook(data, shown, collect)
        known = (*PLAN_SHEETS, sheet)
        named = [x for x in sheets if x.name.strip().casefold() in known]
        for worksheet in (*named, *sheets)[:1]:
            name = f"{shown}, {worksheet.name}"
            return table_of_sheet(sheet, worksheet, name, collect)
        return None
    return _table_of_text(shown, shown, data, sheet, collect)


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


def sheets_of_workbook(name: str, data: bytes) -> list[str]:
    """Return what the planner calls the sheets of a file that hold anything."""
    if not data.startswith(b"PK\x03\x04"):
        return []
    label = shortened(name.replace("\\", "/"), 80) or "file"
    return [
        _place(label, sheet)
        for sheet in read_workbook(data, label, Collector())
        if not (sheet.missing or sheet.scan.is_hidden or _says_nothing(sheet))
    ]


def _place(label: str, sheet: Worksheet) -> str:
    """Return what the planner calls a sheet."""
    return f"{label} · {shortened(sheet.name, 40)}"


def _says_nothing(sheet: Worksheet) -> bool:
    """Whether a sheet is empty, or there for people only."""
    return plain(sheet.name) in _SILENT_SHEETS or all(
        all_blank(tuple(row)) for row in sheet.grid
    )


def _tables_of_workbook(
    data: bytes, label: str, kinds: Mapping[str, str], collect: Collector
) -> list[RawTable]:
    """Every table of a workbook; sheets that hold none are named in issues."""
    tables: list[RawTable] = []
    others: list[tuple[str, Worksheet]] = []
    for sheet in read_workbook(data, label, collect):
        where = _place(label, sheet)
        kind = kinds.get(where) or sheet_of_tab(sheet.name)
        if kind is None:
            others.append((where, sheet))
            continue
        table = table_of_sheet(kind, sheet, where, collect)
        if table is not None:
            tables.append(table)
    named: set[str] = {x.sheet for x in tables}
    for where, sheet in others:
        table = _table_of_other(where, sheet, named, collect)
        if table is not None:
            tables.append(table)
            named.add(table.sheet)
    return tables


def _table_of_other(
    where: str, sheet: Worksheet, there: set[str], collect: Collector
) -> RawTable | None:
    """
    Table in a sheet that is not called like one; the planner is told in any case.

    Its columns may tell which table it is. A sheet whose name is a misspelled one, or
    that looks like a table that is there already, is not read.
    """
    if sheet.missing:
        collect.add(
            where,
            sheet.missing,
            "Open the workbook, look at it, and save it again.",
            severity=Severity.WARNING,
        )
        return None
    if _says_nothing(sheet):
        return None
    trial = Collector()
    table = table_of_sheet(None, sheet, where, trial)
    meant = likely_sheet(sheet.name)
    if table is not None and table.sheet not in there and not sheet.scan.is_hidden:
        collect.add(
            where,
            f"This sheet is read as the table {table.sheet!r}, which its columns fit.",
            "Rename it if it is another table; remove it if it is none of the shift.",
            severity=Severity.NOTE,
        )
        collect.found.extend(trial.found)
        return table
    if table is not None and table.sheet in there and is_plan(table.columns):
        collect.add(
            where,
            "This sheet is a plan of these jobs, not one of the tables.",
            "Nothing to do: it can be taken in hand as the plan to go on from.",
            severity=Severity.NOTE,
        )
        return None
    if table is not None and table.sheet in there:
        collect.add(
            where,
            f"This sheet looks like the table {table.sheet!r}, which is there already; "
            "it was not read.",
            "Remove it, or rename the sheet to the table that it is.",
            severity=Severity.WARNING,
        )
        return None
    if meant is not None or table is not None:
        meant = table.sheet if table is not None else meant
        collect.add(
            where,
            f"No sheet is called so; it looks like the table {meant!r}.",
            f"Rename the sheet to {meant!r}, or remove it.",
        )
        return None
    collect.add(
        where,
        "This sheet is not one of the tables and was not read.",
        f"Sheets that are read: {', '.join(SHEETS)}.",
        severity=Severity.WARNING,
    )
    return None


def _table_of_text(
    name: str, label: str, data: bytes, kind: str | None, collect: Collector
) -> RawTable | None:
    """Table in a text file, or ``None`` with the reason among the issues."""
    text = read_delimited(data, label, collect, _MOST_ROWS)
    if text is None:
        return None
    table_kind = kind or sheet_of_file(name)
    before = len(collect.found)
    table = assemble(table_kind, label, text.rows, collect, text.delimiter)
    if table is None and len(collect.found) == before:
        row, header = text.rows[0]
        collect.add(
            label,
            "It is not clear which table this is.",
            f"Name the file after its table: {', '.join(x + '.csv' for x in SHEETS)}.",
            row=row,
            value=", ".join(str(x) for x in header if not is_blank(x)),
        )
    return table
