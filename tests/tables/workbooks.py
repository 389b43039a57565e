"""Workbooks as spreadsheets and scripts write them, and ways to break them."""

import io
import zipfile

import openpyxl

from core.tables.issues import Collector
from core.tables.reading.read import read_tables

JOB_ROWS = [["job_id", "processing_minutes"], ["J-1", 60]]
MACHINE_ROWS = [["machine_id", "machine_type"], ["M-1", "CNC"]]


def saved(workbook):
    """The bytes of a workbook of openpyxl."""
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def opened(**sheets):
    """A workbook of openpyxl with cells as given, row by row."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return made


def book(**sheets):
    """A workbook with cells as given, row by row, written by another library."""
    return saved(opened(**sheets))


def with_parts(data, **changes):
    """The workbook with parts of its archive changed; ``None`` removes one.

    The name of a part is given without its folder and ending: ``sheet1``.
    """
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            content = old.read(name)
            stem = name.rpartition("/")[2].removesuffix(".xml")
            if stem in changes:
                change = changes.pop(stem)
                if change is None:
                    continue
                content = change(content.decode()).encode()
            new.writestr(name, content)
    assert not changes, f"no such parts: {list(changes)}"
    return buffer.getvalue()


def replaced(old, new):
    """A change of a part: one text for another, which must be there."""

    def change(text):
        assert old in text, text[:2000]
        return text.replace(old, new)

    return change


def tables(files):
    """The raw tables of files, and the issues as text."""
    collect = Collector()
    read = read_tables(files, collect)
    return read, [str(x) for x in collect.issues]


def jobs(data, name="b.xlsx"):
    """Columns and rows of the table of jobs in one file, and the issues as text."""
    read, issues = tables({name: data})
    assert "jobs" in read, issues
    return read["jobs"].columns, dict(read["jobs"].rows), issues
