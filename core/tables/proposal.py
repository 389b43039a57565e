"""A mapping proposed for a planner's tables: what is sure, and what is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core.tables.issues import Collector, Severity
from core.tables.mapping.headers import Layout, lay_out
from core.tables.mapping.mapping import ColumnMap, TableMap, headers_digest
from core.tables.mapping.mapping import Mapping as ColumnMapping
from core.tables.mapping.mapping_file import mapping_to_toml, quoted
from core.tables.raw import RawTable
from core.tables.reading.read import read_tables
from core.tables.sheets import SHEETS, kind_of
from core.tables.text import plain, shortened
from core.tables.values.amounts import has_two_readings, number_readings
from core.tables.values.form import Form
from core.tables.values.moments import DMY, MDY, Unreadable, moment_readings
from core.tables.values.refusal import is_empty
from core.tables.values.remarks import Remark

SAMPLES = 3
_LONGEST = 40


@dataclass(frozen=True)
class ColumnProposal:
    """
    How one column is read: ours from theirs.

    Parameters
    ----------
    table, label
        Which table, and what the planner calls the file or sheet.
    theirs
        Header of the column.
    ours
        Column that it is read as; empty: it is not used.
    samples
        Up to three different cells, as text.
    form
        How its cells are read.
    sure
        Whether there is one reading; otherwise the planner chooses.
    choices
        Settings that would answer what is asked, as (field, value); the field
        ``ours`` is the column itself.
    why
        What shows it, for the planner; empty where the header says it all.
    """

    table: str
    label: str
    theirs: str
    ours: str
    samples: tuple[str, ...]
    form: Form
    sure: bool
    choices: tuple[tuple[str, str], ...] = ()
    why: str = ""


@dataclass(frozen=True)
class MappingProposal:
    """
    What is proposed for all tables of a planner's files.

    Parameters
    ----------
    columns
        In the order of the files.
    headers
        Digest of the headers, by table.
    """

    columns: tuple[ColumnProposal, ...]
    headers: Mapping[str, str]

    def __iter__(self) -> Iterator[ColumnProposal]:
        return iter(self.columns)

    @property
    def unsure(self) -> tuple[ColumnProposal, ...]:
        """What the planner is asked."""
        return tuple(x for x in self.columns if not x.sure)

    @property
    def mapping(self) -> ColumnMapping:
        """What is sure, as a mapping; the rest is still asked for when it is used."""
        return ColumnMapping(
            tuple(
                TableMap(
                    table,
                    tuple(
                        ColumnMap(x.theirs, x.ours, x.form)
                        for x in self.columns
                        if x.table == table and x.ours
                    ),
                    digest,
                )
                for table, digest in self.headers.items()
            )
        )

    def to_toml(self) -> str:
        """Return the proposal as a mapping file in which each question is a comment."""
        comments = {}
        left_out = ""
        for x in self.columns:
            said = " | ".join(x.samples) or "no cells"
            if x.why:
                said += f"\n{x.why}"
            if x.ours:
                lines = [f"UNSURE, choose: {y} = {quoted(z)}" for y, z in x.choices]
                said += "\n" + "\n".join([] if x.sure else lines)
                comments[f"{x.table}.{x.theirs}"] = said.rstrip()
                continue
            left_out += f"\n# {x.table}, {shortened(x.theirs, 60)}: "
            left_out += said.replace("\n", "\n# ") + "\n"
            ours = x.choices[0][1] if x.choices else ""
            left_out += "#   [[table.column]]\n"
            left_out += f"#   theirs = {quoted(x.theirs)}\n#   ours = {quoted(ours)}\n"
        text = mapping_to_toml(self.mapping, comments)
        if left_out:
            text += (
                "\n# Not used. To use one, put these lines under its table, without "
            )
            text += f"the signs in front:\n{left_out}"
        return text


def propose_mapping(
    tables: Mapping[str, RawTable], mapping: ColumnMapping | None = None
) -> MappingProposal:
    """
    Propose how tables are read.

    Parameters
    ----------
    tables
        As they stand in the files, by table.
    mapping
        What was decided already.
    """
    columns: list[ColumnProposal] = []
    headers: dict[str, str] = {}
    for table in tables.values():
        if table.sheet not in SHEETS:
            continue
        layout = lay_out(table, mapping)
        headers[table.sheet] = headers_digest(table.columns)
        columns += _columns(table, layout)
    return MappingProposal(tuple(columns), headers)


def proposal_for(
    files: Mapping[str, bytes],
    kinds: Mapping[str, str] | None = None,
    mapping: ColumnMapping | None = None,
) -> MappingProposal:
    """
    Propose how a planner's files are read; no content ever raises.

    Parameters
    ----------
    files, kinds
        See :func:`core.tables.reading.read.read_tables`.
    mapping
        What was decided already.
    """
    return propose_mapping(read_tables(files, Collector(), kinds), mapping)


def _columns(table: RawTable, layout: Layout) -> Iterator[ColumnProposal]:
    """Propose each named column of a table."""
    asked = {column: remark for column, remark in layout.remarks if remark.choices}
    seen: set[str] = set()
    for place in layout.places:
        if not plain(place.header) or place.day is not None or place.header in seen:
            continue
        seen.add(place.header)
        cells = [cells[place.index] for _, cells in layout.rows]
        about = asked.get(place.shown) if place.ours is None else None
        questions = [x for x in place.remarks if x.severity is Severity.ERROR]
        remarks = questions or list(place.remarks)
        kind = kind_of(SHEETS[table.sheet], place.ours) if place.ours else ""
        doubts = _doubtful(kind, place.form, cells)
        ours = place.ours or ""
        # A column may be there twice under two names; the first is ours.
        if ours in {x.ours for x in layout.places[: place.index]}:
            ours = ""
        yield ColumnProposal(
            table.sheet,
            table.label,
            place.header,
            ours,
            _samples(cells),
            _without_asked(place.form, questions),
            not questions and about is None and not doubts,
            about.choices
            if about
            else doubts or tuple(z for y in questions for z in y.choices),
            about.fault if about else " ".join(x.fault for x in remarks),
        )


def _without_asked(form: Form, questions: Sequence[Remark]) -> Form:
    """Form without the unit that would be taken if nobody answered."""
    return replace(form, unit="") if questions and form.unit == "min" else form


def _doubtful(
    kind: str, form: Form, cells: list[object]
) -> tuple[tuple[str, str], ...]:
    """Choices where numbers or dates have two readings that the column leaves open."""
    texts = [x for x in cells if isinstance(x, str) and not is_empty(x)]
    if kind in ("number", "duration", "piece", "speed") and not form.sign:
        if any(has_two_readings(number_readings(x)) for x in texts):
            return (("decimal", ","), ("decimal", "."))
    elif kind in ("moment", "date") and form.dates not in (DMY, MDY):
        for text in texts:
            try:
                readings, _ = moment_readings(text)
            except Unreadable:
                continue
            if len(set(readings.values())) > 1:
                return (("dates", DMY), ("dates", MDY))
    return ()


def _samples(cells: list[object]) -> tuple[str, ...]:
    """Return up to three different cells, as text."""
    shown: dict[str, None] = {}
    for cell in cells:
        if is_empty(cell):
            continue
        text = f"{cell:g}" if isinstance(cell, float) else str(cell)
        if isinstance(cell, datetime):
            text = cell.isoformat(" ", "minutes")
        shown.setdefault(shortened(text.strip(), _LONGEST))
        if len(shown) == SAMPLES:
            break
    return tuple(shown)
