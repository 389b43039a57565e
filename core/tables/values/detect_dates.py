"""The form of a column's dates, and the language of its days."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from core.tables.issues import Severity
from core.tables.values.amounts import number_readings
from core.tables.values.detect_numbers import bare_values, of_numbers, shown_number
from core.tables.values.form import Form
from core.tables.values.moments import (
    DMY,
    ISO,
    MDY,
    SERIALS,
    Unreadable,
    moment_readings,
    of_serial,
    weekday_readings,
)
from core.tables.values.remarks import ANSWER, OTHERWISE, Cells, Found, Remark


def of_moments(cells: Cells, given: Form, delimiter: str, named: bool) -> Found:
    """Find the form of dates, and whether bare numbers may be dates."""
    shown: dict[str, tuple[int, str]] = {}
    texts = numbers = 0
    typed: list[date] = []
    bare: list[tuple[int, object]] = []
    for row, cell in cells:
        if isinstance(cell, date):
            typed.append(cell)
        elif isinstance(cell, bool):
            continue
        elif isinstance(cell, int | float) or (
            isinstance(cell, str) and number_readings(cell)
        ):
            if not is_compact_date(cell):
                bare.append((row, cell))
                numbers += 1
        elif isinstance(cell, str):
            try:
                readings, _ = moment_readings(cell)
            except Unreadable:
                continue
            texts += 1
            if len(readings) == 1 and ISO not in readings:
                shown.setdefault(next(iter(readings)), (row, cell.strip()))
    remarks: list[Remark] = []
    form = given
    if given.dates not in (ISO, DMY, MDY) and shown:
        if len(shown) == 2:
            (_, first), (row, second) = shown.values()
            remarks.append(
                Remark(
                    Severity.ERROR,
                    row,
                    second,
                    f"Some dates here begin with the day, others with the month (as "
                    f"{first!r}).",
                    "Write all of them in one way, e.g. 2026-01-05T06:00.",
                )
            )
        else:
            order, (row, example) = next(iter(shown.items()))
            form = replace(form, dates=order)
            swapped = bool(typed) and all(x.day <= 12 for x in typed) and not delimiter
            if swapped:
                remarks.append(
                    Remark(
                        Severity.ERROR,
                        row,
                        example,
                        "Some cells here are text and some are dates, none of these "
                        "after the 12th: day and month may have been swapped.",
                        "Write all of them as text, or all as dates, and check them.",
                    )
                )
            else:
                remarks.append(
                    Remark(
                        Severity.NOTE,
                        row,
                        example,
                        f"Dates are read as {order}: {example.split(' ')[0]} occurs.",
                        OTHERWISE,
                        (("dates", DMY), ("dates", MDY)),
                    )
                )
    if bare and given.dates not in ("serial", "minutes"):
        remarks += _bare_moments(bare, bool(texts or typed))
    signs = of_numbers(bare, given, delimiter, named).form.decimal if bare else ""
    return Found(replace(form, decimal=form.decimal or signs), tuple(remarks))


def is_compact_date(cell: object) -> bool:
    """Whether a cell is a date in eight digits, ``20260105``."""
    text = str(int(cell)) if isinstance(cell, float) and cell.is_integer() else cell
    text = str(text).strip()
    if len(text) != 8 or not text.isdigit():
        return False
    try:
        datetime.strptime(text, "%Y%m%d")
    except ValueError:
        return False
    return True


def _bare_moments(bare: list[tuple[int, object]], beside_dates: bool) -> list[Remark]:
    """Ask whether numbers among or instead of dates are dates or minutes."""
    choices = (("dates", "serial"), ("dates", "minutes"))
    for row, cell in bare:
        value = bare_values([(row, cell)], "")[0][2]
        if SERIALS[0] <= value <= SERIALS[1]:
            fault = (
                "A date or minutes? As a spreadsheet's number this is "
                f"{_serial_text(value)}."
            )
        elif beside_dates:
            fault = "A date or minutes? Other cells of this column are dates."
        else:
            continue
        mend = f"Write it as a date, e.g. 2026-01-05T12:00, {ANSWER}."
        return [Remark(Severity.ERROR, row, shown_number(cell), fault, mend, choices)]
    return []


def _serial_text(value: float) -> str:
    return of_serial(value).strftime("%Y-%m-%d %H:%M")


def of_weekdays(cells: Cells, given: Form, delimiter: str, named: bool) -> Found:
    """Find the language of the days, or how they are counted."""
    if given.weekdays:
        return Found(given)
    every = [(row, str(x), weekday_readings(shown_number(x))) for row, x in cells]
    known = [x for x in every if x[2]]
    if not known:
        return Found(given)
    fits = [
        language
        for language in known[0][2]
        if all(language in readings for _, _, readings in known)
    ]
    for row, text, readings in known:
        meanings = {readings[x] for x in (fits or readings)}
        if len(meanings) > 1:
            ways = fits or list(readings)
            return Found(
                given,
                (
                    Remark(
                        Severity.ERROR,
                        row,
                        text,
                        f"This day can be read in two ways: {', '.join(ways)}.",
                        f"Write Mon, Tue, Wed, Thu, Fri, Sat or Sun, {ANSWER}.",
                        tuple(("weekdays", way) for way in ways),
                    ),
                ),
            )
    return Found(replace(given, weekdays=fits[0]) if fits else given)
