"""Text that travels through spreadsheets: safe cells, CSV, and lists in a cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

Cell = str | int | float | bool | datetime | None

# A spreadsheet runs a cell that begins with one of these as a formula (CWE-1236);
# the wide forms count too, because some locales fold them.
_FORMULA = frozenset("=+-@\t\r\n＝＋－＠")
# The step, 0.00001 min, is 0.6 ms; whole seconds come back as they were.
MINUTE_DIGITS = 5
_SEPARATORS = re.compile(r"[|;,]")
_NEEDS_QUOTES = re.compile(r'[",;\t\r\n]')


def _runs(text: str) -> bool:
    """Whether a spreadsheet might run the text, or lose its leading apostrophe."""
    return text.lstrip("'")[:1] in _FORMULA if text.lstrip("'") else False


def defused(text: str) -> str:
    """Return the text so that a spreadsheet shows it and never runs it."""
    return "'" + text if _runs(text) else text


def restored(text: str) -> str:
    """Undo :func:`defused`."""
    return text[1:] if text.startswith("'") and _runs(text[1:]) else text


def csv_cell(value: object) -> str:
    """
    Return one CSV field: text defused and quoted, numbers as numbers.

    Fields with a semicolon or tab are quoted as well: a spreadsheet that splits
    at these would otherwise make a cell of its own from what follows.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    text = defused(str(value))
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def minutes(seconds: float) -> float:
    """Return seconds in minutes, to the thousandth of a second or finer."""
    return round(float(seconds) / 60, MINUTE_DIGITS)


def number_text(value: int | float) -> str:
    """Return a number so that it reads back exactly, ``90`` rather than ``90.0``."""
    return str(int(value)) if value == int(value) else repr(float(value))


def csv_text(
    columns: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ","
) -> str:
    """Return a CSV file; see :func:`csv_cell`."""
    lines = []
    for row in (columns, *rows):
        cells = [csv_cell(cell) for cell in row]
        if delimiter == "|":  # which is left bare elsewhere: it parts lists in a cell
            cells = [x if '"' in x or "|" not in x else f'"{x}"' for x in cells]
        lines.append(delimiter.join(cells))
    return "\r\n".join(lines) + "\r\n"


def split_list(text: str) -> tuple[str, ...]:
    """
    Entries of a list cell, separated by ``|``, ``;`` or ``,``.

    An entry that holds a separator itself stands in double quotes, a quote in it
    doubled: ``"A,1" | B``. Empty entries are left out.
    """
    entries, entry, quoted, i = [], "", False, 0
    was_quoted = False
    while i < len(text):
        letter = text[i]
        if quoted:
            if letter == '"' and text[i + 1 : i + 2] == '"':
                entry += '"'
                i += 1
            elif letter == '"':
                quoted = False
            else:
                entry += letter
        elif letter == '"' and not entry.strip():
            entry, quoted, was_quoted = "", True, True
        elif _SEPARATORS.match(letter):
            entries.append(entry if was_quoted else entry.strip())
            entry, was_quoted = "", False
        else:
            entry += letter
        i += 1
    entries.append(entry if was_quoted else entry.strip())
    return tuple(x.strip() for x in entries if x.strip())


def join_list(entries: Iterable[str]) -> str:
    """Return the list cell that :func:`split_list` reads back."""
    return " | ".join(
        '"' + x.replace('"', '""') + '"' if _SEPARATORS.search(x) or '"' in x else x
        for x in entries
    )


def has_control(text: str) -> bool:
    """Whether the text holds line breaks or other control characters."""
    return not text.isprintable() and any(
        unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") for letter in text
    )


def shortened(text: str, longest: int) -> str:
    """Return the text in one line, cut to a length with an ellipsis."""
    line = "".join(" " if has_control(letter) else letter for letter in text)
    return line if len(line) <= longest else line[: longest - 1] + "…"


def plain(name: str) -> str:
    """Return a name as names are matched: no case, spaces, underscores, dashes."""
    return re.sub(r"[\s_\-./()]+", "", name).casefold()


def row_ranges(numbers: Sequence[int], most: int = 5) -> str:
    """Return rows as a person lists them: ``3, 5-7``; at most a few."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and number == ranges[-1][1] + 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    texts = [str(a) if a == b else f"{a}-{b}" for a, b in ranges[:most]]
    return ", ".join(texts) + (" …" if len(ranges) > most else "")
