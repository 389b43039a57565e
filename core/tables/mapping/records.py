"""Raw tables to checked rows, cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast

from core.tables import limits
from core.tables.issues import Collector, Severity
from core.tables.mapping.columns import EMPTY, CellFault, checked_column, shown_cell
from core.tables.mapping.headers import Layout, lay_out
from core.tables.mapping.layouts import joined
from core.tables.mapping.mapping import Mapping
from core.tables.mapping.open_days import open_days
from core.tables.mapping.places import MatchedColumn
from core.tables.raw import RawTable
from core.tables.rows import Row
from core.tables.sheets import ALL_SHEETS, Sheet, kind_of
from core.tables.text import shortened
from core.tables.values.form import AS_CELLS_SAY
from core.tables.values.moments import is_date_only
from core.tables.values.names import Known
from core.tables.values.remarks import Remark

RowT = TypeVar("RowT", bound=Row)
_TWO_WAYS = "two ways"  # asked once for a column, not once for each of its cells


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
        self,
        table: RawTable | None,
        model: type[RowT],
        collect: Collector,
        mapping: Mapping | None = None,
    ) -> None:
        self.table = table
        self.collect = collect
        self.headers: dict[str, str] = {}
        self.records: list[Record[RowT]] = []
        self.is_plan = False
        self._faulty: set[tuple[int, str]] = set()
        self._doubts: dict[str, tuple[int, object, str, str, int]] = {}
        self._meant: dict[str, tuple[int, str, str, int]] = {}
        if table is not None:
            self._read(table, model, lay_out(table, mapping))

    def __iter__(self) -> Iterator[Record[RowT]]:
        return iter(self.records)

    def _read(self, table: RawTable, model: type[RowT], layout: Layout) -> None:
        """Check every cell; report the faulty and the missing ones."""
        sheet = ALL_SHEETS[table.sheet]
        self.is_plan = layout.is_plan
        places: list[MatchedColumn] = []
        extras: list[tuple[int, str]] = []
        days: list[MatchedColumn] = []
        for place in layout.places:
            if place.day is not None:
                days.append(place)
            elif place.ours is not None and place.ours not in self.headers:
                self.headers[place.ours] = place.shown
                places.append(place)
            elif place.ours is None and place.header and sheet.keeps_unknown:
                extras.append((place.index, place.header))
        if layout.id_from:
            named = [layout.places[i].shown for i in layout.id_from]
            self.headers["job_id"] = ", ".join(named)
        if days:
            self.headers["weekday"] = days[0].shown
        self._report_layout(layout, places)
        asked = {str(x.ours) for x in places if x.is_asked}
        rows = layout.rows
        if days:
            rows = tuple(x for x in rows if open_days(days, layout, x[1]))
        numbers = [number for number, _ in rows]
        cells = list(zip(*(x for _, x in rows), strict=True))
        given: dict[str, Sequence[object]] = {
            str(x.ours): cells[x.index] if rows else () for x in places
        }
        if layout.id_from:
            ids = [joined(x, layout.id_from) for _, x in rows]
            own = given.get("job_id", [None] * len(rows))
            given["job_id"] = [x or y for x, y in zip(ids, own, strict=True)]
        if days:
            given["weekday"] = [open_days(days, layout, x) for _, x in rows]
        read: dict[str, Sequence[object]] = {}
        said: list[tuple[int, int, str, CellFault]] = []
        forms = {str(x.ours): x.form for x in places}
        for order, column in enumerate(sheet.columns):
            if column not in given:
                continue
            checked = checked_column(
                sheet, column, given[column], forms.get(column, AS_CELLS_SAY)
            )
            read[column] = checked.values
            said += [(i, order, column, x) for i, x in checked.faults]
            if column in asked:
                read[column] = [None] * len(rows)
                self._faulty.update((numbers[i], column) for i in checked.filled())
            must = column in model.required and column not in model.may_be_empty
            if must and column in self.headers:
                late = len(sheet.columns) + order
                said += [(i, late, column, EMPTY) for i in checked.empty]
        if table.faulty:
            here = set(numbers)
            by_index = {x.index: str(x.ours) for x in places}
            self._faulty.update(
                (number, by_index[index])
                for number, index in table.faulty
                if number in here and index in by_index
            )
        self._say(numbers, said)
        columns = list(read)
        texts = self._texts(numbers, cells, extras)
        by_row = zip(*read.values(), strict=True) if read else [()] * len(rows)
        for i, values in enumerate(by_row):
            row = model(**dict(zip(columns, values, strict=True)))
            own_texts = {header: text[i] for header, text in texts.items()}
            self.records.append(Record(numbers[i], row, own_texts))
        self._report_doubts(asked)
        self._warn_of_dates_alone(sheet, numbers, given)

    def _say(
        self, numbers: Sequence[int], said: list[tuple[int, int, str, CellFault]]
    ) -> None:
        """Report what is wrong with cells, row by row."""
        already = set(self._faulty)
        for i, _, column, (value, fault, mend) in sorted(said, key=lambda x: x[:2]):
            number = numbers[i]
            if fault is EMPTY.fault and (number, column) in already:
                continue
            if _TWO_WAYS in fault:
                first = self._doubts.get(column, (number, value, fault, mend, 0))
                self._doubts[column] = (*first[:4], first[4] + 1)
                self._faulty.add((number, column))
            elif fault is EMPTY.fault:
                self.report(number, column, value, fault, mend)
            else:
                self.report(number, column, value, f"This {fault}", mend)

    def _warn_of_dates_alone(
        self, sheet: Sheet, numbers: Sequence[int], given: dict[str, Sequence[object]]
    ) -> None:
        """Say that dates without a time begin with their day."""
        for column, cells in given.items():
            if kind_of(sheet, column) != "moment":
                continue
            texts = {x for x in cells if isinstance(x, str) and ":" not in x}
            alone = {x for x in texts if is_date_only(x)}
            first = next((i for i, x in enumerate(cells) if x in alone), None)
            if first is not None and alone:
                self.report(
                    numbers[first],
                    column,
                    "",
                    "Dates without a time of day are read as 00:00 of that day.",
                    "Add the time if another one is meant, e.g. 2026-01-05T22:00.",
                    Severity.WARNING,
                )

    def _report_layout(self, layout: Layout, places: list[MatchedColumn]) -> None:
        """Say what the header and the forms of the cells show."""
        header_row = None if self.table is None else self.table.header_row
        for column, remark in layout.remarks:
            self._remark(remark, header_row, column)
        for place in places:
            for remark in place.remarks:
                self._remark(remark, remark.row, place.shown)

    def _remark(self, remark: Remark, row: int | None, column: str | None) -> None:
        """Add what was remarked about a column, or about a cell of it."""
        self.collect.add(
            self.label,
            remark.fault,
            remark.mend,
            row=row,
            column=column,
            value=remark.value,
            severity=remark.severity,
        )

    def _report_doubts(self, asked: set[str]) -> None:
        """Ask once for each column whose cells can be read in two ways."""
        for column, (number, value, fault, mend, count) in self._doubts.items():
            if column in asked:
                continue
            more = f"{count - 1} more cell{'s' if count > 2 else ''}"
            many = f" So can {more} of this column." if count > 1 else ""
            self.report(number, column, value, f"This {fault}{many}", mend)

    def _texts(
        self,
        numbers: Sequence[int],
        cells: Sequence[Sequence[object]],
        extras: Sequence[tuple[int, str]],
    ) -> dict[str, list[str]]:
        """Texts of the columns that are not known, by header."""
        texts: dict[str, list[str]] = {}
        for index, header in extras:
            column = [shown_cell(x) for x in cells[index]] if numbers else []
            for i, text in enumerate(column):
                if len(text) > limits.MAX_CELL_TEXT:
                    self.collect.add(
                        self.label,
                        f"This has {len(text):,} characters.",
                        f"Shorten it to {limits.MAX_CELL_TEXT:,} at most.",
                        row=numbers[i],
                        column=shortened(header, 60),
                        value=text,
                    )
                    column[i] = ""
            texts[header] = column
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
        is_error = severity is Severity.ERROR
        if is_error and number is not None and column is not None:
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

    def index(self, column: str) -> Known[int]:
        """
        Position of each id among the records; doubled ids are reported.

        Parameters
        ----------
        column
            The id column.
        """
        positions: Known[int] = Known()
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

    def meant(
        self, number: int, column: str, name: str, known: Known[Any]
    ) -> str | None:
        """
        Return the known name that a cell means; ``None`` when it means none.

        A name that is written differently, with one meaning, is said; see
        :meth:`say_what_names_mean`.
        """
        found = known.meant(name)
        if found is not None and found != name:
            first = self._meant.get(column, (number, name, found, 0))
            self._meant[column] = (*first[:3], first[3] + 1)
        return found

    def say_what_names_mean(self) -> None:
        """Say once for each column which names were taken for others."""
        for column, (number, name, found, count) in self._meant.items():
            more = f"{count - 1} more cell{'s' if count > 2 else ''}"
            many = f", {more} likewise" if count > 1 else ""
            self.report(
                number,
                column,
                name,
                f"{name!r} is read as {found!r}{many}.",
                "Write them alike.",
                Severity.NOTE,
            )
        self._meant = {}

    def unknown(
        self, number: int, column: str, name: str, what: str, known: Known[Any]
    ) -> None:
        """Report a name that refers to nothing, with a likely one."""
        likely = known.hint(name)
        mend = (
            f"Did you mean {likely!r}?"
            if likely
            else f"Add it, or name a known {what}."
        )
        self.report(number, column, name, f"There is no {what} of this name.", mend)
