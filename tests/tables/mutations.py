"""
Broken files, and a second reader that sees whether anything changed in silence.

``python -m tests.tables.mutations 2000 [SEED]`` breaks so many text files and so many
workbooks, prints what went wrong, and ends with 1 if anything did.
"""

import csv
import io
import random
import re
import sys
import unicodedata
import warnings
from contextlib import redirect_stdout
from datetime import date, datetime, time, timedelta

import openpyxl

from core.tables.issues import Collector
from core.tables.reading.read import read_tables
from core.tables.shift import read_shift
from tests.tables.broken import text_file, workbook_file
from tests.tables.files import START


def seen_in(text, delimiter):
    """(row, column): text of each filled cell, by the csv module; ``None``: broken."""
    text = text.removeprefix("\ufeff")
    first, _, rest = text.partition("\n")
    if re.fullmatch(r'"?sep=."?[,;\t|]*\r?', first.lower()):
        text = rest
    try:
        rows = list(
            csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        )
    except csv.Error:
        return None
    return {
        (number, index): shape(cell)
        for number, cells in enumerate(rows, start=1)
        for index, cell in enumerate(cells)
        if shape(cell) != ""
    }


def seen_in_workbook(data):
    """(row, column): value of each filled cell of jobs, by openpyxl; or ``None``."""
    try:
        # Of a style that is not there openpyxl prints a line before it raises.
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            made = openpyxl.load_workbook(io.BytesIO(data), data_only=True)
    except Exception:
        return None
    sheet = next(
        (x for x in made.worksheets if x.title not in ("machines", "front")), None
    )
    if sheet is None:
        return None
    return {
        (cell.row, cell.column - 1): shape(cell.value)
        for row in sheet.iter_rows()
        for cell in row
        if shape(cell.value) != ""
    }


def shape(value):
    """A value in the one form in which both readers are compared."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return round(float(value), 6)
    if isinstance(value, datetime):
        return (value + timedelta(microseconds=500_000)).replace(microsecond=0)
    if isinstance(value, date):
        return datetime.combine(value, time())
    if isinstance(value, time):
        return timedelta(hours=value.hour, minutes=value.minute, seconds=value.second)
    if isinstance(value, timedelta):
        return timedelta(seconds=round(value.total_seconds()))
    text = re.sub("[\u200b\ufeff]", "", str(value)).replace("\u00a0", " ")
    text = unicodedata.normalize("NFC", text).strip()
    return (
        text[1:]
        if text[:1] == "'" and text.lstrip("'")[:1] in ("=", "-", "+")
        else text
    )


def is_same(ours, theirs):
    """Whether both readers saw the same; a format may have made text of a number."""
    ours = shape(ours)
    if ours == theirs:
        return True
    number = re.search(r"-?[0-9]+(?:\.[0-9]+)?", str(ours))
    if not number or not isinstance(theirs, float) or not isinstance(ours, str):
        return str(ours).lstrip("0") == str(theirs)  # a header may be a time
    hundred = 100 if "%" in ours else 1
    return abs(float(number[0]) - theirs * hundred) <= 1e-6 * hundred


def told_rows(issues):
    """Rows that the issues name, each by itself or in a range."""
    rows = set()
    for issue in issues:
        rows.add(issue.row)
        for first, last in re.findall(r"\b(\d{1,5})(?:-(\d+))?\b", issue.fault):
            rows.update(range(int(first), int(last or first) + 1))
    return rows


def faults(name, data, truth):
    """What is wrong with the reading of one file: a text each, best none."""
    collect = Collector()
    table = read_tables({name: data}, collect).get("jobs")
    read_shift({name: data}, START)
    if name.endswith(".xlsx"):
        seen = seen_in_workbook(data)
    else:
        seen = seen_in(*truth) if truth else None
    if not seen or collect.has_errors:
        return []  # nothing to compare with, or the planner must mend it first
    if table is None:
        return [] if collect.found else ["no table, and no word about it"]
    if not {"job_id", "processing_minutes"} <= set(table.columns):
        return []  # refused when the header is checked
    ours = {
        (number, i): x for number, cells in table.rows for i, x in enumerate(cells)
    } | {(table.header_row, i): x for i, x in enumerate(table.columns)}
    told = told_rows(collect.found)
    merged = [x for x in collect.found if "merged" in x.fault]
    doubt = [x for x in collect.found if "not UTF-8" in x.fault]  # letters are told
    wrong = [
        f"{place}: {value!r} is read, {seen.get(place, '')!r} stands there"
        for place, value in ours.items()
        if not is_same(value, seen.get(place, ""))
        and not (place not in seen and merged)
        and not (doubt and not str(value).isascii())
    ]
    return wrong + [
        f"{place}: {value!r} is lost"
        for place, value in seen.items()
        if place not in ours and place[0] not in told
    ]


def run(make, count, seed="0"):
    """Break ``count`` files; text of everything that went wrong."""
    wrong = []
    for i in range(count):
        broken = make(random.Random(f"{seed}-{i}"))
        try:
            found = faults(*broken)
        except Exception as error:
            found = [f"raised {error!r}"]
        wrong += [f"{make.__name__} {seed}-{i}: {x}" for x in found]
    return wrong


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    seed = sys.argv[2] if len(sys.argv) > 2 else "0"
    everything = run(text_file, wanted, seed) + run(workbook_file, wanted, seed)
    print(*everything, f"{len(everything)} faults in 2 × {wanted} files.", sep="\n")
    sys.exit(bool(everything))
