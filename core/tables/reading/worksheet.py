"""One worksheet, measured and looked over before it is read."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from core.tables.raw import column_letters
from core.tables.reading.archive import local_names, walk
from core.tables.reading.formats import NumberFormat

Range = tuple[int, int, int, int]

# A cell as spreadsheets write nearly all of them. Whatever looks otherwise is left to
# the parser, so that no cell is missed; of 20,000 rows this saves half a second.
_ORDINARY = re.compile(
    rb'<c r="(([A-Z]{1,3})([1-9][0-9]{0,6}))"(?: s="([0-9]{1,5})")?(?: t="([bns])")?>'
    rb"<v>([^<&]{1,40})</v></c>"
)


class DamagedSheetError(Exception):
    """The sheet contradicts itself, or refers to text that is not there."""


_NO_TEXT = "Texts of this sheet are missing in the workbook."
_TWICE = "The sheet is damaged: it holds the cell {} twice."


@dataclass
class SheetScan:
    """
    What a sheet holds beside its values.

    Parameters
    ----------
    rows, columns
        Up to the last filled cell.
    text
        Characters of all its cells together.
    no_value
        (row, column), counted from 1, of formulas without a saved value.
    errors
        (row, column, error) of cells that show an error such as ``#N/A``.
    formats
        (row, column, format) of numbers whose format says more than their value.
    merged
        (first row, first column, last row, last column) of merged cells.
    hidden_rows, hidden_columns
        Hidden rows, and (first, last) of hidden columns.
    negative
        (row, column, number) of negative numbers with a format.
    struck
        (row, column) of filled cells whose text is struck through.
    is_filtered
        Whether a filter is set that may hide rows.
    is_hidden
        Whether the sheet itself is hidden.
    """

    rows: int = 0
    columns: int = 0
    text: int = 0
    no_value: list[tuple[int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    formats: list[tuple[int, int, NumberFormat]] = field(default_factory=list)
    merged: list[Range] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[tuple[int, int]] = field(default_factory=list)
    negative: list[tuple[int, int, str]] = field(default_factory=list)
    struck: list[tuple[int, int]] = field(default_factory=list)
    is_filtered: bool = False
    is_hidden: bool = False


def shared_lengths(xml: bytes | None) -> list[int]:
    """Length of each shared string."""
    lengths: list[int] = []
    if xml is not None:
        names = local_names()

        def start(tag: str, _: dict[str, str]) -> None:
            if names[tag] == "si":
                lengths.append(0)

        def text(piece: str) -> None:
            if lengths:
                lengths[-1] += len(piece)

        walk(xml, start, text)
    return lengths


def scan_sheet(
    xml: bytes,
    lengths: Sequence[int],
    special: Mapping[str, NumberFormat],
    struck: Collection[str] = (),
) -> SheetScan:
    """
    Measure one worksheet, and find what is not in the values of its cells.

    Parameters
    ----------
    xml
        The sheet.
    lengths
        Length of each shared string.
    special
        Formats that say more than the number, by style index.
    struck
        Style indices of text that is struck through.

    Raises
    ------
    DamagedSheetError
        When a cell refers to a shared string that is not there, or is there twice.
    ValueError
        When a reference is none.
    """
    pieces = _ORDINARY.split(xml)
    others = _Parsed(lengths, special, struck)
    walk(b"".join(pieces[0::7]), others.start, others.text)
    if others.counts_places and len(pieces) > 1:
        others = _Parsed(lengths, special, struck)
        walk(xml, others.start, others.text)
        pieces = []
    others.close()
    _add_ordinary(others, pieces, lengths, special, struck)
    return others.scan


def _add_ordinary(
    others: _Parsed,
    pieces: Sequence[bytes],
    lengths: Sequence[int],
    special: Mapping[str, NumberFormat],
    struck: Collection[str],
) -> None:
    """Measure the cells that :data:`_ORDINARY` split off, beside the others."""
    scan = others.scan
    names, letters, rows, styles, kinds, values = (pieces[i::7] for i in range(1, 7))
    if not rows:
        return
    columns = {x: _column(x.decode()) for x in set(letters)}
    places = set(names)
    if len(places) < len(names):
        raise DamagedSheetError(_TWICE.format("of one place"))
    for row, column in others.places:
        name = f"{column_letters(column)}{row}"
        if name.encode() in places:
            raise DamagedSheetError(_TWICE.format(name))
    scan.rows = max(scan.rows, *map(int, set(rows)))
    scan.columns = max(scan.columns, *columns.values())
    try:
        texts = [int(x) for x, k in zip(values, kinds, strict=True) if k == b"s"]
        scan.text += sum(map(lengths.__getitem__, texts))
    except (IndexError, ValueError):
        raise DamagedSheetError(_NO_TEXT) from None
    scan.text += sum(len(x) for x, k in zip(values, kinds, strict=True) if k != b"s")
    scan.negative += [
        (int(rows[i]), columns[letters[i]], value.decode())
        for i, value in enumerate(values)
        if value[:1] == b"-" and styles[i]
    ]
    crossed = {style.encode() for style in struck} & set(styles)
    if crossed:
        scan.struck += [
            (int(row), columns[column])
            for column, row, style in zip(letters, rows, styles, strict=True)
            if style in crossed
        ]
    shapes = {style.encode(): shape for style, shape in special.items()}
    if shapes.keys() & set(styles):
        scan.formats += [
            (int(row), columns[column], shapes[style])
            for column, row, style, kind in zip(
                letters, rows, styles, kinds, strict=True
            )
            if style in shapes and kind in (b"n", None)
        ]


class _Parsed:
    """What a parser finds in a worksheet; its cells may be some of them only."""

    def __init__(
        self,
        lengths: Sequence[int],
        special: Mapping[str, NumberFormat],
        struck: Collection[str],
    ) -> None:
        self.scan = SheetScan()
        self.counts_places = False  # a cell or row does not say where it is
        self.places: set[tuple[int, int]] = set()
        self._lengths, self._special, self._struck = lengths, special, struck
        self._names = local_names()
        self._row = self._column = 0
        self._kind, self._style, self._value = "n", "", ""
        self._formula = self._inside = self._is_open = False

    def text(self, piece: str) -> None:
        """Take in text; that of a value counts."""
        if self._inside:
            self._value += piece

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Take in the start of an element."""
        name = self._names[tag]
        self._inside = name in ("v", "t")
        if name == "c":
            self.close()
            reference = attributes.get("r")
            if reference is None:
                self.counts_places = True
                self._column += 1
            else:
                self._row, self._column = _position(reference)
            place = self._row, self._column
            if place in self.places:
                name = f"{column_letters(place[1])}{place[0]}"
                raise DamagedSheetError(_TWICE.format(name))
            self.places.add(place)
            self._kind = attributes.get("t", "n")
            self._style = attributes.get("s", "")
            self._value, self._formula, self._is_open = "", False, True
        elif name == "f":
            self._formula = True
        elif name == "row":
            self.close()
            self.counts_places |= "r" not in attributes
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
            if _is_on(attributes.get("hidden", "0")) or attributes.get("ht") == "0":
                self.scan.hidden_rows.add(self._row)
        elif name == "col" and _is_on(attributes.get("hidden", "0")):
            columns = int(attributes["min"]), int(attributes["max"])
            self.scan.hidden_columns.append(columns)
        elif name == "filterColumn":
            self.scan.is_filtered = True
        elif name == "mergeCell":
            first, _, last = attributes["ref"].partition(":")
            self.scan.merged.append((*_position(first), *_position(last or first)))

    def close(self) -> None:
        """Take in the cell that ended; called before whatever comes next."""
        if not self._is_open:
            return
        self._is_open = False
        scan, value, kind = self.scan, self._value, self._kind
        place = self._row, self._column
        if kind == "e":
            scan.errors.append((*place, value.strip()))
        elif self._formula and not value.strip() and kind != "str":
            scan.no_value.append(place)
        if not value:
            return
        scan.rows, scan.columns = max(scan.rows, place[0]), max(scan.columns, place[1])
        if self._style in self._struck:
            scan.struck.append(place)
        if kind == "s":
            try:
                scan.text += self._lengths[int(value)]
            except (IndexError, ValueError):
                raise DamagedSheetError(_NO_TEXT) from None
        else:
            scan.text += len(value)
            if value.startswith("-") and self._style:
                scan.negative.append((*place, value.strip()))
            if kind == "n" and self._style in self._special:
                scan.formats.append((*place, self._special[self._style]))


def _is_on(value: str) -> bool:
    """Whether an attribute says yes."""
    return value.strip().lower() in ("1", "true", "on")


def _column(letters: str) -> int:
    """Column, counted from 1, that letters such as ``AB`` name."""
    column = 0
    for letter in letters.upper():
        if not "A" <= letter <= "Z":
            raise ValueError(f"Expected the letters of a column, got {letters!r}.")
        column = 26 * column + ord(letter) - ord("A") + 1
    return column


def _position(reference: str) -> tuple[int, int]:
    """Row and column, counted from 1, of a reference such as ``AB12``."""
    bare = reference.replace("$", "")
    letters = bare.rstrip("0123456789")
    return int(bare[len(letters) :]), _column(letters)
