"""Text files with delimiters: encoding, delimiter, and rows as a spreadsheet counts."""

from __future__ import annotations

import csv
import io
import itertools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from core.tables import limits
from core.tables.issues import Collector, Severity
from core.tables.mapping.recognise import named_columns
from core.tables.raw import NumberedRow, all_blank
from core.tables.text import restored, shortened

AS_UTF8 = 'Save the file as "CSV UTF-8", or as .xlsx.'
DELIMITERS = ",;\t|"
_UNLIKELY = ":^~ "  # told, not read: they occur inside cells too often
_SAMPLE_LINES = 100
# What ends lines elsewhere: mainframes, form feeds, Unicode's own.
_LINE_ENDS = frozenset("\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_NEXT_LINE = b"\x85"
_SEP_LINE = re.compile(r'"?sep=(.)"?[,;\t|]*(?:\r\n|\r|\n|$)', re.IGNORECASE)
# What a DOS code page's letters look like when they are read as Windows-1252.
_WORDS = re.compile(r"[\w„”‚™‡†ˆ‰¤¦¬±¥¢£¡]+")
_INSIDE_WORDS = re.compile(r"[^\W\d_][„”‚™‡†ˆ‰¤¦¬±¥¢£¡][^\W\d_]")


@dataclass(frozen=True)
class DelimitedText:
    """
    Rows of a text file.

    Parameters
    ----------
    rows
        Number as a spreadsheet counts it, and cells, of every row that is not empty.
    delimiter
        What separates the cells.
    """

    rows: list[NumberedRow]
    delimiter: str


def read_delimited(
    data: bytes, label: str, collect: Collector, longest: int
) -> DelimitedText | None:
    """
    Read a text file; ``None`` with the reason among the issues.

    Parameters
    ----------
    data, label
        Content of the file, and what the planner calls it.
    collect
        Takes the issues.
    longest
        Rows after which reading stops, because the file is refused anyway.
    """
    text = _decoded(data, label, collect)
    if text is None:
        return None
    text = _with_own_lines(text, label, collect)
    stated = _SEP_LINE.match(text)
    if stated:
        # Spreadsheets obey this line and do not show it: row 1 is the one below.
        text = text[stated.end() :]
    delimiter = _delimiter(text, stated[1] if stated else "", label, collect)
    if delimiter is None:
        return None
    if stated and stated[1] != delimiter:
        collect.add(
            label,
            f"The first line names {stated[1]!r} as what separates the columns, but "
            f"they are separated by {delimiter!r} and were read so.",
            "Nothing to do if the columns are right.",
            severity=Severity.WARNING,
        )
    # Newlines stay inside quoted cells; rows count as the spreadsheet counts them.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[NumberedRow] = []
    try:
        for number, cells in enumerate(reader, start=1):
            row = tuple(restored(cell) for cell in cells)
            if not all_blank(row):
                rows.append((number, row))
            if len(rows) > longest:
                break
    except csv.Error as error:
        collect.add(
            label,
            f"The file cannot be read as CSV ({error}).",
            "Close every double quote; double a quote inside quoted text.",
            row=(rows[-1][0] if rows else 0) + 1,
        )
        return None
    if not rows:
        collect.add(label, "The file is empty.", "Bring the file with its content.")
        return None
    return DelimitedText(rows, delimiter)


def _decoded(data: bytes, label: str, collect: Collector) -> str | None:
    """Text of a file: UTF-8, UTF-16, or Windows-1252 with a warning."""
    encoding = _marked_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if set(data) & set(b"\n\r") or _NEXT_LINE not in data:
            return _windows_text(data, label, collect)
        try:  # a mainframe's end of line; Windows has an ellipsis there
            text = data.replace(_NEXT_LINE, "\x85".encode()).decode(encoding)
        except UnicodeDecodeError:
            return _windows_text(data, label, collect)
    if encoding in ("utf-16-le", "utf-16-be"):
        text = text.removeprefix("\ufeff")
    return None if _reports_odd(text, label, collect) else text


def _with_own_lines(text: str, label: str, collect: Collector) -> str:
    """Text whose lines end as everywhere; where none do, as another system has it."""
    if "\n" in text or "\r" in text or not set(text) & _LINE_ENDS:
        return text
    collect.add(
        label,
        "The lines end as another system writes them, and were read so.",
        "Nothing to do.",
        severity=Severity.NOTE,
    )
    return "".join("\n" if x in _LINE_ENDS else x for x in text)


def _marked_encoding(data: bytes) -> str:
    """Encoding that the first bytes tell; UTF-16 without a mark by its NUL bytes."""
    if data.startswith((b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")):
        return "utf-32"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[:400]
    half = max(len(sample) // 2, 1)
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if len(data) % 2 == 0 and max(even, odd) > 0.8 and min(even, odd) < 0.1:
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig"


def _windows_text(data: bytes, label: str, collect: Collector) -> str | None:
    """Text of a file that is not UTF-8, where its letters leave no doubt."""
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        sample = data[max(error.start - 8, 0) : error.start + 8].decode("cp850")
        collect.add(
            label,
            "The file is in no encoding that can be read for sure.",
            f"{AS_UTF8} It may come from an old system (DOS).",
            row=data[: error.start].count(b"\n") + 1,
            value=sample,
        )
        return None
    if _reports_odd(text, label, collect):
        return None
    doubt = _INSIDE_WORDS.search(text)
    if doubt:
        seen = next(x[0] for x in _WORDS.finditer(text) if x.end() > doubt.start())
        collect.add(
            label,
            f"The letters can be read in two ways: {seen!r} (Windows) or "
            f"{seen.encode('cp1252').decode('cp850')!r} (DOS).",
            AS_UTF8,
            row=text.count("\n", 0, doubt.start()) + 1,
            value=seen,
        )
        return None
    place = next(i for i, x in enumerate(text) if ord(x) > 127)
    word = re.search(r"\w*[^\x00-\x7f]\w*", text[max(place - 20, 0) : place + 20])
    collect.add(
        label,
        "The file is not UTF-8; it was read as Windows-1252 (Latin-1).",
        f"Look at its special letters. {AS_UTF8}",
        value=word[0] if word else "",
        severity=Severity.WARNING,
    )
    return text


def _reports_odd(text: str, label: str, collect: Collector) -> bool:
    """Report characters that no text file of a planner holds."""
    odd = {x for x in set(text) if unicodedata.category(x) in ("Cc", "Cs")}
    odd -= set("\t\r\n\x0b\x0c\x1c\x1d\x1e\x85")
    if not odd:
        return False
    place = min(text.index(x) for x in odd)
    collect.add(
        label,
        "The file is not text, or in an encoding that cannot be read: it holds the "
        f"character number {ord(text[place])}.",
        AS_UTF8,
        row=text.count("\n", 0, place) + 1,
    )
    return True


def _delimiter(text: str, stated: str, label: str, collect: Collector) -> str | None:
    """Return what separates the columns: that which gives most known names."""
    lines = text.splitlines(keepends=True)
    sample = list(itertools.islice(lines, _SAMPLE_LINES))

    def known(delimiter: str) -> tuple[int, int, bool, int]:
        rows = _loosely(sample, delimiter)
        counts = [len(row) for row in rows]
        # Rows of one length, and more than one cell: how a table looks.
        alike = max((counts.count(x) for x in set(counts) if x > 1), default=0)
        # A name that stands in the header must not lose to longer rows below it.
        return (
            max((_names(row) for row in rows), default=0),
            0 if alike == 0 else 1,
            delimiter == stated,
            alike,
        )

    candidates = DELIMITERS + (stated if stated not in DELIMITERS else "")
    scores = {delimiter: known(delimiter) for delimiter in candidates}
    best = max(scores, key=scores.__getitem__)
    names, several, *_ = scores[best]
    wrong = [x for x in _UNLIKELY if x != best and known(x)[0] > max(names, 1)]
    if wrong or not (several or names):
        shown = {" ": "spaces"}.get(wrong[0], repr(wrong[0])) if wrong else "nothing"
        header = next((line for line in sample if line.strip(" ,;\t\r\n")), "")
        collect.add(
            label,
            f"The columns are separated by {shown}."
            if wrong
            else "No column of this file is known.",
            "Separate the columns by commas or semicolons, names in the first row.",
            row=1,
            value=shortened(header.strip(), 200),
        )
        return None
    return best


def _loosely(lines: Iterable[str], delimiter: str) -> list[list[str]]:
    """Rows of the first lines, with whatever quotes; those without a cell left out."""
    rows = []
    try:
        for row in csv.reader(lines, delimiter=delimiter):
            if any(cell.strip() for cell in row):
                rows.append(row)
    except csv.Error:
        pass  # told when the whole file is read
    return rows


def _names(row: list[str]) -> int:
    """Cells of a row that are column names of a table."""
    if len(row) > limits.MAX_COLUMNS:
        return 0
    return max(map(len, named_columns(row).values()), default=0)
