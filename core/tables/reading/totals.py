"""Rows that add up the rows above them, and are no rows of the table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import time, timedelta

from core.tables.issues import Collector, Severity
from core.tables.raw import NumberedRow, column_name, is_blank
from core.tables.text import shortened

_WORDS = frozenset(
    (
        *("total", "totals", "grand total", "sub total", "subtotal", "sum", "sums"),
        *("average", "mean", "count", "min", "max", "overall", "altogether"),
        *("summe", "summen", "gesamt", "gesamtsumme", "gesamtergebnis", "ergebnis"),
        *("zwischensumme", "insgesamt", "mittelwert", "durchschnitt", "anzahl"),
        *(
            "total général",
            "total general",
            "sous-total",
            "sous total",
            "somme",
            "sommes",
        ),
        *("ensemble", "moyenne", "nombre", "suma", "sumas", "subtotales", "totales"),
        *("promedio", "cuenta", "totale", "somma", "totaal", "som", "razem", "celkem"),
        *("σ", "∑"),
    )
)
_BEGINNINGS = tuple(sorted(_WORDS))
_SUM, _NO_SUM, _ROW = "sum", "no sum", "row"
_TOLD = {
    _SUM: ("This row adds up the rows above it and is left out.", Severity.WARNING),
    _NO_SUM: (
        "This row is called a total, but is not the sum of the rows above it.",
        Severity.ERROR,
    ),
    _ROW: (
        "This row is called a total, and read as a row of the table: it has more than "
        "numbers.",
        Severity.WARNING,
    ),
}
_EDGES = " :=*.-–—_()[]#\t"

_NUMBER = re.compile(r"[+-]?[0-9][0-9.,'’ ]*|[+-]?[.,][0-9]+")
_CLOCK = re.compile(r"([0-9]{1,5}):([0-5][0-9])(?::([0-5][0-9]))?")
_UNIT = re.compile(r"\s*(?:%|[^\W\d_]{1,8}\.?)$")


def number_readings(cell: object) -> tuple[float, float] | None:
    """
    Number in a cell, read with a decimal point and with a decimal comma.

    Durations count in minutes; a unit after the number is left out. ``None`` for
    what is no number in either way.
    """
    if isinstance(cell, bool) or cell is None:
        return None
    if isinstance(cell, int | float):
        return float(cell), float(cell)
    if isinstance(cell, timedelta):
        minutes = cell.total_seconds() / 60
        return minutes, minutes
    if isinstance(cell, time):
        minutes = cell.hour * 60 + cell.minute + cell.second / 60
        return minutes, minutes
    if not isinstance(cell, str) or len(cell) > 40:
        return None
    text = cell.strip()
    clock = _CLOCK.fullmatch(text)
    if clock:
        minutes = int(clock[1]) * 60 + int(clock[2]) + int(clock[3] or 0) / 60
        return minutes, minutes
    if text[:1].isdigit() or text[:1] in "+-.,":
        text = _UNIT.sub("", text)
    if not _NUMBER.fullmatch(text):
        return None
    bare = re.sub(r"[ '’]", "", text)
    readings = []
    for thousands, decimal in ((",", "."), (".", ",")):
        plain = bare.replace(thousands, "").replace(decimal, ".", 1)
        try:
            readings.append(float(plain))
        except ValueError:
            readings.append(float("nan"))
    return readings[0], readings[1]


class _Running:
    """Sums of one column: over all rows, over those since a subtotal, of subtotals."""

    def __init__(self) -> None:
        self.values: list[tuple[float, float]] = []
        self.sums = [[0.0, 0.0], [0.0, 0.0], [0.0, 0.0]]
        self.extremes = [[float("inf"), float("-inf")] for _ in range(2)]

    def add(self, readings: tuple[float, float]) -> None:
        """Take in the value of a row of the table."""
        self.values.append(readings)
        for way, value in enumerate(readings):
            self.sums[0][way] += value
            self.sums[1][way] += value
            low, high = self.extremes[way]
            self.extremes[way] = [min(low, value), max(high, value)]

    def close(self, readings: tuple[float, float]) -> None:
        """Begin anew after a subtotal."""
        self.sums[1] = [0.0, 0.0]
        for way, value in enumerate(readings):
            self.sums[2][way] += value

    def is_sum(self, readings: tuple[float, float], decimals: int) -> bool:
        """Whether a value is one of the sums, as exactly as it is written."""
        return any(
            self._near(total[way], value, decimals)
            for total in self.sums
            for way, value in enumerate(readings)
        )

    def is_figure(self, readings: tuple[float, float], decimals: int) -> bool:
        """Whether a value is the mean, the number, the least or most of the rows."""
        count = len(self.values)
        return any(
            self._near(figure, value, decimals)
            for way, value in enumerate(readings)
            for figure in (self.sums[0][way] / count, count, *self.extremes[way])
        )

    def _near(self, figure: float, value: float, decimals: int) -> bool:
        slack = max(0.5000001 * 10.0**-decimals, 1e-9 * abs(figure))
        return bool(self.values) and abs(figure - value) <= slack


def without_totals(
    rows: Sequence[NumberedRow],
    columns: tuple[str, ...],
    label: str,
    collect: Collector,
) -> list[NumberedRow]:
    """
    Rows without those that add up the ones above; each of these is told.

    A row is a total when it is called so and a number in it is the sum (or mean,
    number, least or most) of its column, or when it holds nothing but sums. A row
    that is called a total and adds up nothing is an error, unless it has words or
    dates where the rows above have them: that is a job with an odd name.
    """
    if not any(_may_be_total(cells, columns) for _, cells in rows):
        return list(rows)
    running = [_Running() for _ in columns]
    texts = [False] * len(columns)  # whether rows above hold words there
    kept: list[NumberedRow] = []
    for number, cells in rows:
        readings = [number_readings(x) for x in cells[: len(columns)]]
        verdict = None
        if _may_be_total(cells, columns):
            verdict = _verdict(cells, readings, running, texts)
        if verdict is None or verdict[1] == _ROW:
            kept.append((number, cells))
            texts = [x or _is_text(y) for x, y in zip(texts, cells, strict=False)]
            for column, value in zip(running, readings, strict=False):
                if value is not None:
                    column.add(value)
        else:
            for column, value in zip(running, readings, strict=False):
                if value is not None and verdict[1] == _SUM:
                    column.close(value)
        if verdict is not None:
            index, what = verdict
            name = next(str(x).strip() for x in cells if not is_blank(x))
            fault, severity = _TOLD[what]
            collect.add(
                label,
                fault,
                "Delete it if it is a total; else give it another name.",
                row=number,
                column=shortened(column_name(columns, index), 60),
                value=f"{name} {cells[index]}" if what == _SUM else name,
                severity=severity,
            )
    return kept


def _label_index(cells: tuple[object, ...], columns: tuple[str, ...]) -> int | None:
    """Where a row's name stands: its first filled cell, counters before it aside."""
    for index, cell in enumerate(cells):
        if is_blank(cell):
            continue
        if index < len(columns) and not columns[index] and number_readings(cell):
            continue
        return index
    return None


def called_total(cell: object) -> tuple[bool, bool]:
    """
    Whether a cell is the word for a total, and whether it begins or ends so.

    Parameters
    ----------
    cell
        As it was read; what is no text is no word.
    """
    if not isinstance(cell, str) or len(cell) > 80:
        return False, False
    name = cell.casefold().strip(_EDGES)
    if name in _WORDS:
        return True, True
    if name.startswith(_BEGINNINGS) or name.endswith(_BEGINNINGS):
        words = re.split(r"[^\w∑]+", name)
        return False, bool({words[0], words[-1]} & _WORDS)
    return False, False


def _may_be_total(cells: tuple[object, ...], columns: tuple[str, ...]) -> bool:
    """Whether a row is worth adding up the column for."""
    index = _label_index(cells, columns)
    if index is None:
        return False
    # A row whose first column is empty may hold sums only.
    return called_total(cells[index])[1] or (
        index > 0 and is_blank(cells[0]) and number_readings(cells[index]) is not None
    )


def _verdict(
    cells: tuple[object, ...],
    readings: list[tuple[float, float] | None],
    running: list[_Running],
    texts: list[bool],
) -> tuple[int, str] | None:
    """Column that tells, and what the row is; ``None`` for a row like any other."""
    label = next(i for i, x in enumerate(cells) if not is_blank(x))
    exact = next(
        (i for i, x in enumerate(cells) if not is_blank(x) and isinstance(x, str)),
        label,
    )
    is_called, seems_called = called_total(cells[exact])
    sums: list[int] = []
    figures: list[int] = []
    for i, value in enumerate(readings):
        if value is None or (i == exact and seems_called):
            continue
        decimals = _decimals(cells[i])
        if len(running[i].values) > 0 and running[i].is_sum(value, decimals):
            sums.append(i)
        elif len(running[i].values) > 1 and running[i].is_figure(value, decimals):
            figures.append(i)
    others = [
        i
        for i, x in enumerate(cells)
        if not is_blank(x) and not (seems_called and i == exact)
    ]
    if is_called and any(
        i < len(texts) and texts[i] and _is_text(cells[i]) for i in others
    ):
        return exact, _ROW  # a machine, a family: what no sum has
    if is_called:
        told = sums or figures
        return (told[0], _SUM) if told else (exact, _NO_SUM)
    adds_up = bool(sums) and set(others) <= {*sums, *figures}
    enough = seems_called or all(len(running[i].values) > 1 for i in sums)
    return (sums[0], _SUM) if adds_up and enough else None


def _is_text(cell: object) -> bool:
    """Whether a cell says something in words, or a date."""
    return not is_blank(cell) and number_readings(cell) is None


def _decimals(cell: object) -> int:
    """Decimals that a number is written with; the floats of a workbook are exact."""
    if isinstance(cell, str):
        found = re.search(r"[.,]([0-9]+)\D*$", cell.strip())
        return len(found[1]) if found else 0
    return 6 if isinstance(cell, float) and not cell.is_integer() else 0
