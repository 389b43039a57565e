"""What a table's header says: which column is which, and how its cells are read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from core.tables.headings import column_and_unit, known_column, likely_column
from core.tables.issues import Severity
from core.tables.mapping.layouts import Arranged, arrange
from core.tables.mapping.mapping import Mapping, TableMap
from core.tables.mapping.places import (
    DAY_COLUMN,
    MatchedColumn,
    looks_like,
    nameless,
    unused,
)
from core.tables.mapping.units_beside import with_units_beside
from core.tables.raw import RawTable
from core.tables.sheets import ALL_SHEETS, Sheet, kind_of
from core.tables.text import plain, shortened
from core.tables.values.detect import FINDERS, detect
from core.tables.values.form import Form
from core.tables.values.moments import weekday_readings
from core.tables.values.refusal import is_empty
from core.tables.values.remarks import ANSWER, Remark, error, note
from core.tables.values.vocabulary import UNIT_OF, folded, without_accents


@dataclass(frozen=True)
class Layout:
    """
    How a table is read.

    Parameters
    ----------
    places
        Its columns.
    remarks
        What is to be said about the header, with the column it is about.
    id_from
        Positions whose texts make the id of a job, where no column is the id.
    rows
        The rows to read.
    is_plan
        Whether it is a plan that was given as jobs.
    """

    places: tuple[MatchedColumn, ...]
    remarks: tuple[tuple[str | None, Remark], ...]
    id_from: tuple[int, ...] = ()
    rows: tuple[tuple[int, tuple[object, ...]], ...] = ()
    is_plan: bool = False


def is_plan(columns: Collection[str]) -> bool:
    """Whether a header is that of a plan: a job, a machine, a start and an end."""
    names = {folded(column) for column in columns}
    known = {known_column(ALL_SHEETS["jobs"], column) for column in columns}
    machine = "machine_id" in known and bool({"job_id", "family"} & known)
    begins = {"start", "beginn", "begin", "debut", "inicio", "starttime", "startzeit"}
    ends = {"end", "ende", "fin", "finish", "endtime", "endzeit"}
    return machine and bool(names & begins) and bool(names & ends)


def lay_out(table: RawTable, mapping: Mapping | None = None) -> Layout:
    """
    Find out which column is which and how its cells are read.

    Parameters
    ----------
    table
        As it stands in the file.
    mapping
        What the planner decided; it goes before what headers and cells say.
    """
    sheet = ALL_SHEETS[table.sheet]
    decided = mapping.of(table) if mapping else None
    remarks: list[tuple[str | None, Remark]] = []
    if mapping and decided is None and mapping.knows(table.sheet):
        remarks.append((None, _other_headers()))
    if decided is None and table.sheet == "jobs" and is_plan(table.columns):
        return Layout((), ((None, _refused_plan()),), is_plan=True)
    skip = set(decided.skip_rows) if decided else set()
    rows = tuple(row for row in table.rows if row[0] not in skip)
    ours = {
        i: _column(sheet, header, decided) for i, header in enumerate(table.columns)
    }
    settled = Arranged(ours)
    if table.sheet == "jobs":
        settled = arrange(table.columns, ours, rows)
        ours = settled.ours
        if settled.fault:
            remarks.append((None, error(settled.fault, settled.why)))
        elif settled.why:
            remarks.append((None, note(settled.why)))
    if table.sheet == "machines":
        ours = _called_so(table, rows, ours, "available", "calendar", "text")
    if table.sheet == "calendars":
        ours = _called_so(table, rows, ours, "weekday", "date", "dates")
    answered = [x.theirs for x in decided.columns if x.form.unit] if decided else []
    rows, units, told = with_units_beside(sheet, table.columns, ours, answered, rows)
    remarks += told
    places = [
        _place(table, rows, i, ours[i], decided) for i in range(len(table.columns))
    ]
    spoken_of = (*settled.spoken_of, *units)
    settled = replace(settled, spoken_of=spoken_of)
    remarks += _about_header(sheet, places, settled, decided, rows)
    return Layout(tuple(places), tuple(remarks), settled.id_from, rows)


def _called_so(
    table: RawTable,
    rows: Sequence[tuple[int, tuple[object, ...]]],
    ours: dict[int, str | None],
    called: str,
    meant: str,
    holds: str,
) -> dict[int, str | None]:
    """
    Take a column for another one, where its cells show that.

    A column ``available`` with names in it is the calendar (frePPLe); a column of
    days, whatever it is called, that holds dates is ``date``.
    """
    if meant in ours.values():
        return ours
    for i, column in ours.items():
        if called in (column, folded(table.columns[i])):
            cells = [x[i] for _, x in rows if not is_empty(x[i])]
            if cells and looks_like(cells) == holds:
                return {**ours, i: meant}
    return ours


def _column(sheet: Sheet, header: str, decided: TableMap | None) -> str | None:
    """Column that a header means, by the mapping or by itself."""
    entry = decided.column(header) if decided and header else None
    if entry is not None:
        return entry.ours or None
    known = known_column(sheet, header) if header else None
    if decided and known in {x.ours for x in decided.columns}:
        return None  # the planner says that another column is this one
    if known is None and sheet.name == "calendars" and len(folded(header)) >= 2:
        days = {x for x in weekday_readings(header).values() if len(x) == 1}
        if len(days) == 1 and not header.strip().isdigit():
            return f"{DAY_COLUMN}{days.pop()[0]}"
    return known


def _place(
    table: RawTable,
    rows: Sequence[tuple[int, tuple[object, ...]]],
    index: int,
    ours: str | None,
    decided: TableMap | None,
) -> MatchedColumn:
    """Find out how the cells of a column are read."""
    header = table.columns[index]
    if ours is None or ours.startswith(DAY_COLUMN):
        return MatchedColumn(index, header, ours)
    sheet = ALL_SHEETS[table.sheet]
    entry = decided.column(header) if decided else None
    form = entry.form if entry else Form()
    kind = kind_of(sheet, ours)
    unit = form.unit or column_and_unit(sheet, header)[1]
    if not unit:
        unit = UNIT_OF.get(without_accents(table.unit(index)).strip(" .[]()"), "")
    if kind in ("duration", "piece", "speed") and unit:
        form = replace(form, unit=unit)
    if kind not in FINDERS:
        return MatchedColumn(index, header, ours, form)
    cells = [
        (number, cell)
        for number, row in rows
        if (cell := row[index]) is not None
        and not (table.faulty and (number, index) in table.faulty)
        and not (type(cell) is str and not cell.strip())
    ]
    given = entry.form.unit if entry else ""
    found = detect(kind, cells, form, table.delimiter, bool(unit))
    # What the planner decided is not asked again.
    remarks = tuple(x for x in found.remarks if not (given and _is_about_unit(x)))
    return MatchedColumn(index, header, ours, found.form, remarks)


def _is_about_unit(remark: Remark) -> bool:
    return any(name == "unit" for name, _ in remark.choices)


def _about_header(
    sheet: Sheet,
    places: Sequence[MatchedColumn],
    settled: Arranged,
    decided: TableMap | None,
    rows: Sequence[tuple[int, tuple[object, ...]]],
) -> list[tuple[str | None, Remark]]:
    """Say what is missing, doubled, nameless, not known, or called otherwise."""
    said: list[tuple[str | None, Remark]] = []
    found: dict[str, MatchedColumn] = {}
    for place in places:
        key = place.ours or f"unused {plain(place.header)}"
        if not plain(place.header):
            said.append((place.shown, nameless(place, rows)))
        elif key in found:
            fault = f"{place.shown!r} and {found[key].shown!r} are the same column."
            mend = f"Keep one of them, {ANSWER}."
            said.append((place.shown, error(fault, mend)))
        else:
            found[key] = place
    taken = {x.ours for x in places if x.ours}
    has_days = any(x.day is not None for x in places)
    for column in sheet.missing(taken):
        if column == "job_id" and (settled.id_from or settled.fault):
            continue
        if column == "weekday" and has_days:
            continue
        names = ", ".join(x.shown for x in found.values())
        likely = [
            x.shown
            for x in found.values()
            if x.ours is None and likely_column(sheet, x.header) == column
        ]
        mend = f"Columns found: {shortened(names, 200) or 'none'}."
        mend = (
            f"Did you mean {likely[0]!r}? Rename it, {ANSWER}. {mend}"
            if likely
            else f"Add it to the header, {ANSWER}. {mend}"
        )
        said.append((column, error(f"The column {column!r} is missing.", mend)))
    for place in found.values():
        if has_days and folded(place.header) == "value":
            continue  # 0 is a closed time there
        if sheet.name == "schedule":
            continue  # the planner's own columns were written with the plan
        if place.ours is None and place.index not in settled.spoken_of:
            told = decided.column(place.header) if decided else None
            remark = None if told else unused(sheet, place, taken, rows)
            if remark is not None:
                said.append((place.shown, remark))
    renamed = [
        f"{x.shown} = {x.ours}"
        for x in places
        if x.ours and x.day is None and plain(x.header) != plain(x.ours)
    ]
    if renamed:
        said.append((None, note(f"Columns are read as: {', '.join(renamed)}.")))
    if decided:
        for entry in decided.columns:
            if not any(folded(entry.theirs) == folded(x.header) for x in places):
                fault = "The mapping names a column that this table does not have."
                said.append((entry.theirs, error(fault, "Mend the mapping.")))
    return said


def _refused_plan() -> Remark:
    return error(
        "This is a plan, not a list of jobs: it has a machine, a start and an end.",
        "Bring the jobs that it was made from. To check the plan, give it as "
        "--schedule to the command verify.",
    )


def _other_headers() -> Remark:
    return Remark(
        Severity.WARNING,
        None,
        "",
        "The mapping was made for other headers of this table and is not used for it.",
        "Propose it anew with check --propose-mapping, or take 'headers' out of it.",
    )
