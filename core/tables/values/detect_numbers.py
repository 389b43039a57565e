"""Decimal signs and units of a column's numbers, durations and speeds."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import time, timedelta
from statistics import median

from core.tables.issues import Severity
from core.tables.values.amounts import (
    duration_seconds,
    has_two_readings,
    has_unit,
    is_colon_duration,
    number_readings,
)
from core.tables.values.form import Form
from core.tables.values.remarks import ANSWER, OTHERWISE, Cells, Found, Remark

_NUMBERS_IN = re.compile(r"[0-9][0-9.,]*[0-9]")
_LONG_MINUTES = 1440.0  # a day: jobs of a shift rarely take longer
_SHORT_MINUTES = 3.0
_LONG_PIECE = 20.0
_PERCENT_FROM = 20.0  # no machine is twenty times as fast as the others


def of_numbers(cells: Cells, given: Form, delimiter: str, named: bool) -> Found:
    """Find the decimal sign."""
    shown: dict[str, tuple[int, str]] = {}
    doubtful: list[tuple[int, str]] = []
    for row, cell in cells:
        if not isinstance(cell, str) or cell.isdigit():
            continue
        readings = number_readings(cell)
        texts = [cell] if readings else _NUMBERS_IN.findall(cell)
        for text in texts:
            readings = number_readings(text)
            if len(readings) == 1:
                shown.setdefault(next(iter(readings)), (row, cell.strip()))
            elif has_two_readings(readings):
                doubtful.append((row, cell.strip()))
    if given.sign or not (shown or doubtful):
        return Found(given)
    if len(shown) == 2:
        (_, first), (row, second) = shown.values()
        return Found(
            given,
            (
                Remark(
                    Severity.ERROR,
                    row,
                    second,
                    f"This can be read in two ways: some numbers here have decimal "
                    f"commas, others decimal points (as {first!r}).",
                    "Write all of them with the same sign.",
                ),
            ),
        )
    if not shown:
        # Who separates columns by commas writes decimals with a point.
        if delimiter == "," and not any("," in text for _, text in doubtful):
            return Found(replace(given, decimal="."))
        return Found(given)
    sign = next(iter(shown))
    example = shown[sign][1]
    form = replace(given, decimal=sign)
    word = "comma" if sign == "," else "point"
    if doubtful and (sign == "," or any("," in text for _, text in doubtful)):
        row, text = doubtful[0]
        value = number_readings(_NUMBERS_IN.findall(text)[0]).get(sign, 0.0)
        fault = (
            f"Numbers have a decimal {word}, as {example!r} shows: {text} is {value:g}."
        )
        return Found(form, (Remark(Severity.NOTE, row, text, fault, OTHERWISE),))
    if sign == ",":
        fault = f"Numbers are read with a decimal comma: {example!r} occurs."
        return Found(
            form,
            (Remark(Severity.NOTE, shown[sign][0], example, fault, OTHERWISE),),
        )
    return Found(form)


def bare_values(cells: Cells, sign: str) -> list[tuple[int, object, float]]:
    """Row, cell and value of the cells that are numbers without a unit."""
    found: list[tuple[int, object, float]] = []
    for row, cell in cells:
        if isinstance(cell, bool):
            continue
        if isinstance(cell, int | float):
            found.append((row, cell, float(cell)))
        elif isinstance(cell, str):
            readings = number_readings(cell)
            if readings:
                value = readings.get(sign, next(iter(readings.values())))
                found.append((row, cell, value))
    return found


def shown_number(value: object) -> str:
    """Return a cell as text, a number without needless digits."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def of_pieces(cells: Cells, given: Form, delimiter: str, named: bool) -> Found:
    """As a duration; that of one piece may be short, and is rarely long."""
    return of_durations(cells, given, delimiter, named, (0.0, _LONG_PIECE))


def of_durations(
    cells: Cells,
    given: Form,
    delimiter: str,
    named: bool,
    likely: tuple[float, float] = (_SHORT_MINUTES, _LONG_MINUTES),
) -> Found:
    """Find decimal sign and unit, and what ``1:30`` is."""
    found = of_numbers(cells, given, delimiter, named)
    form, remarks = found.form, list(found.remarks)
    bare = bare_values(cells, form.sign)
    colons = [(r, c) for r, c in cells if isinstance(c, str) and is_colon_duration(c)]
    with_unit = [
        (row, cell)
        for row, cell in cells
        if isinstance(cell, timedelta | time)
        or (
            isinstance(cell, str)
            and not number_readings(cell)
            and (has_unit(cell) or duration_seconds(cell, ".", "h:mm") is not None)
        )
    ]
    if colons and not form.durations:
        row, cell = colons[0]
        long = [c for _, c in colons if int(c.split(":")[0]) > 23]
        if long:
            remarks.append(
                Remark(
                    Severity.ERROR,
                    row,
                    long[0],
                    "This can be read in two ways: hours and minutes, or minutes and "
                    "seconds.",
                    f"Write 1:30:00 or 90 min, {ANSWER}.",
                    (("durations", "h:mm"), ("durations", "mm:ss")),
                )
            )
        else:
            minutes = (duration_seconds(cell, ".", "h:mm") or 0) / 60
            remarks.append(
                Remark(
                    Severity.NOTE,
                    row,
                    cell,
                    f"Durations are read as hours:minutes: {cell.strip()} is "
                    f"{minutes:g} minutes.",
                    "Set durations to mm:ss in the mapping if that is meant.",
                    (("durations", "h:mm"), ("durations", "mm:ss")),
                )
            )
    elif with_unit:
        row, first = with_unit[0]
        remarks.append(
            Remark(
                Severity.NOTE,
                row,
                str(first),
                f"Durations are read with the unit in the cell: {first}.",
                OTHERWISE,
            )
        )
    if bare:
        remarks += _unit_of_numbers(bare, bool(with_unit), form, named, likely)
    return Found(form if form.unit else replace(form, unit="min"), tuple(remarks))


def _unit_of_numbers(
    bare: list[tuple[int, object, float]],
    mixed: bool,
    form: Form,
    named: bool,
    likely: tuple[float, float],
) -> list[Remark]:
    """Say in which unit numbers without one are read, or ask."""
    row, cell, value = bare[0]
    text = shown_number(cell)
    units = (("unit", "s"), ("unit", "min"), ("unit", "h"))
    if form.unit in ("s", "h"):
        word = "seconds" if form.unit == "s" else "hours"
        minutes = value / 60 if form.unit == "s" else value * 60
        fault = f"Numbers are read as {word}: {text} is {minutes:g} minutes."
        return [Remark(Severity.NOTE, row, text, fault, OTHERWISE, units)]
    if named:
        return []
    if mixed:
        return [
            Remark(
                Severity.ERROR,
                row,
                text,
                "This has no unit, but other cells of this column have.",
                f"Write the unit into every cell, {ANSWER}.",
                units,
            )
        ]
    middle = median(value for _, _, value in bare)
    fraction = any(value != int(value) for _, _, value in bare if abs(value) < 1e9)
    if middle >= likely[1] or (middle < likely[0] and fraction):
        what = "seconds" if middle >= likely[1] else "hours"
        return [
            Remark(
                Severity.ERROR,
                row,
                text,
                f"The header names no unit, and half of the durations are "
                f"{middle:g} or {'more' if what == 'seconds' else 'less'}: minutes or "
                f"{what}?",
                f"Name the unit in the header, e.g. duration_{what}, {ANSWER}.",
                units,
            )
        ]
    fault = f"The header names no unit: read as minutes, {text} is {text} min."
    return [Remark(Severity.NOTE, row, text, fault, OTHERWISE, units)]


def of_speeds(cells: Cells, given: Form, delimiter: str, named: bool) -> Found:
    """Find decimal sign, and whether speeds are percent."""
    found = of_numbers(cells, given, delimiter, named)
    form, remarks = found.form, list(found.remarks)
    bare = bare_values(cells, form.sign)
    if not bare:
        return found
    row, cell, value = bare[0]
    text = shown_number(cell)
    middle = median(value for _, _, value in bare)
    choices = (("unit", "percent"), ("unit", "factor"))
    if not form.unit and middle >= _PERCENT_FROM:
        remarks.append(
            Remark(
                Severity.ERROR,
                row,
                text,
                f"Speed 1 is normal, and half of the speeds are {middle:g} or more: is "
                "this percent?",
                f"Write 1 instead of 100, or 100%, {ANSWER}.",
                choices,
            )
        )
    elif form.unit == "percent" and middle <= _SHORT_MINUTES and named:
        remarks.append(
            Remark(
                Severity.ERROR,
                row,
                text,
                "The header says percent, but the numbers are like factors.",
                f"Write 100 for a normal machine, {ANSWER}.",
                choices,
            )
        )
    elif form.unit == "percent":
        fault = f"Speeds are read as percent: {text} is {value / 100:g}."
        remarks.append(Remark(Severity.NOTE, row, text, fault, OTHERWISE, choices))
    return Found(form, tuple(remarks))
