"""Raw tables to checked rows, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar, cast

from pydantic import ValidationError

from core.tables import limits
from core.tables.headers import check_header
from core.tables.issues import Collector, Severity
from core.tables.raw import RawTable
from core.tables.rows import ALL_SHEETS, Row, cell_faults, is_empty, known_column
from core.tables.text import plain, shortened

RowT = TypeVar("RowT", bound=Row)
_DATE_ONLY = re.compile(r"\s*[0-9]{4}-[0-9]{2}-[0-9]{2}\s*")
_MOMENTS = {"release", "due", "available_from", "start", "end"}


@dataclass(frozen=True)
class Record(Generic[RowT]):
    """
    One row that was read.

    Parameters
    ----------
    number
        Row as the spreadsheet counts it.
    row
        Its cells; ``None`` where empty or faulty.
    extras
        Text of the columns that are not known, by header.
    """

    number: int
    row: RowT
    extras: dict[str, str]


class Records(Generic[RowT]):
    """
    The rows of one table, and how to complain about them.

    Parameters
    ----------
    table
        The raw table; ``None`` when the planner brought none.
    model
        Model of its rows.
    collect
        Takes the issues.
    """

    def __init__(
        self, table: RawTable | None, model: type[RowT], collect: Collector
    ) -> None:
        self.table = table
        self.collect = collect
        self.headers: dict[str, str] = {}
        self.records: list[Record[RowT]] = []
        self._faulty: set[tuple[int, str]] = set()
        if table is not None:
            self._read(table, model)

    def __iter__(self) -> Iterator[Record[RowT]]:
        return iter(self.records)

    def _read(self, table: RawTable, model: type[RowT]) -> None:
        """Check every cell; report the faulty and the missing ones."""
        check_header(table, self.collect)
        sheet = ALL_SHEETS[table.sheet]
        places: list[tuple[int, str]] = []
        extras: list[tuple[int, str]] = []
        for index, header in enumerate(table.columns):
            column = known_column(sheet, header)
            if column is not None and column not in self.headers:
                self.headers[column] = shortened(header, 60)
                places.append((index, column))
            elif column is None and header and sheet.keeps_unknown:
                extras.append((index, header))
        context = {"decimal_comma": table.decimal_comma}
        date_only: dict[str, int] = {}
        for number, cells in table.rows:
            given = {
                column: cells[index]
                for index, column in places
                if not is_empty(cells[index])
            }
            faulty = {
                column for index, column in places if (number, index) in table.faulty
            }
            self._faulty.update((number, column) for column in faulty)
            for column in _MOMENTS & given.keys():
                if _is_date_only(given[column]):
                    date_only.setdefault(column, number)
            try:
                row = model.model_validate(given, context=context)
            except ValidationError as error:
                for column, (fault, mend) in cell_faults(error).items():
                    self.report(
                        number, column, _shown(given.pop(column)), f"This {fault}", mend
                    )
                    faulty.add(column)
                row = model.model_validate(given, context=context)
            for column in model.required:
                if (
                    column in self.headers
                    and column not in given
                    and column not in faulty
                    and column not in model.may_be_empty
                ):
                    self.report(number, column, "", "This is empty.", "Fill it in.")
            self.records.append(
                Record(number, row, self._extras(number, cells, extras))
            )
        for column, number in date_only.items():
            self.report(
                number,
                column,
                "",
                "Dates without a time of day are read as 00:00 of that day.",
                "Add the time if another one is meant, e.g. 2026-01-05T22:00.",
                Severity.WARNING,
            )

    def _extras(
        self, number: int, cells: tuple[object, ...], extras: list[tuple[int, str]]
    ) -> dict[str, str]:
        """Text of the columns that are not known."""
        texts = {}
        for index, header in extras:
            text = _shown(cells[index])
            if len(text) > limits.MAX_CELL_TEXT:
                self.collect.add(
                    self.label,
                    f"This has {len(text):,} characters.",
                    f"Shorten it to {limits.MAX_CELL_TEXT:,} at most.",
                    row=number,
                    column=shortened(header, 60),
                    value=text,
                )
                text = ""
            texts[header] = text
        return texts

    @property
    def label(self) -> str:
        """File or sheet, as the planner calls it."""
        return "files" if self.table is None else self.table.label

    def report(
        self,
        number: int | None,
        column: str | None,
        value: object,
        fault: str,
        mend: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """Add an issue about one cell of this table."""
        shown = None if column is None else self.headers.get(column, column)
        if number is not None and column is not None:
            self._faulty.add((number, column))
        self.collect.add(
            self.label,
            fault,
            mend,
            row=number,
            column=shown,
            value="" if value is None else value,
            severity=severity,
        )

    def is_faulty(self, number: int, column: str) -> bool:
        """Whether a cell is reported already, or its whole column is missing."""
        return column not in self.headers or (number, column) in self._faulty

    def index(self, column: str) -> dict[str, int]:
        """
        Position of each id among the records; doubled ids are reported.

        Parameters
        ----------
        column
            The id column.
        """
        positions: dict[str, int] = {}
        for i, record in enumerate(self.records):
            name = cast("str | None", getattr(record.row, column))
            if name is None:
                continue
            if name in positions:
                first = self.records[positions[name]].number
                self.report(
                    record.number,
                    column,
                    name,
                    f"This id is there already, in row {first}.",
                    "Give every row its own id.",
                )
            else:
                positions[name] = i
        return positions

    def unknown(
        self, number: int, column: str, name: str, what: str, known: Iterable[str]
    ) -> None:
        """Report a name that refers to nothing, with a likely one."""
        likely = next((x for x in known if plain(x) == plain(name)), None)
        mend = (
            f"Did you mean {likely!r}?"
            if likely
            else f"Add it, or name a known {what}."
        )
        self.report(number, column, name, f"There is no {what} of this name.", mend)


def _is_date_only(value: object) -> bool:
    """
    Whether a cell is a date that was typed without a time of day.

    A spreadsheet's own date at midnight looks the same whether typed so or not.
    """
    return isinstance(value, str) and _DATE_ONLY.fullmatch(value) is not None


def _shown(value: object) -> str:
    """Text of any cell."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    return str(value)
