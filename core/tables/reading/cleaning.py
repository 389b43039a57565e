"""Characters nobody sees: removed from every cell, and said."""

from __future__ import annotations

import re
import unicodedata

from core.tables.issues import Collector, Severity
from core.tables.raw import NumberedRow

# No-break and other spaces that look like a space, and are none to a search.
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
# Zero-width spaces, soft hyphens, byte order marks, marks of writing direction.
_INVISIBLE = re.compile(
    "[\u00ad\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
# Zero-width joiners shape letters of Arabic and Indic scripts, and emoji.
_JOINERS = re.compile("[\u200c\u200d]")


def clean_text(text: str) -> str:
    """
    Return a cell's text as it looks.

    Spaces of every kind become plain ones, what takes no room is removed, and an
    accent that stands apart from its letter is composed with it (NFC).
    """
    if text.isascii():
        return text
    text = _INVISIBLE.sub("", _SPACES.sub(" ", text))
    if _JOINERS.search(text) and all(ord(x) < 0x250 for x in _JOINERS.sub("", text)):
        text = _JOINERS.sub("", text)
    return unicodedata.normalize("NFC", text)


def cleaned(
    rows: list[NumberedRow], label: str, collect: Collector
) -> list[NumberedRow]:
    """Rows whose texts are as they look; how many were not is said once."""
    kept: list[NumberedRow] = []
    changed: list[tuple[int, str]] = []
    known: dict[str, str] = {}
    for number, cells in rows:
        if "".join([x for x in cells if isinstance(x, str)]).isascii():
            kept.append((number, cells))
            continue
        for x in cells:
            if isinstance(x, str) and x not in known:
                known[x] = clean_text(x)
        clear = tuple([known[x] if isinstance(x, str) else x for x in cells])
        # Spaces at the ends go anyway, and take nothing along that is seen.
        changed += [
            (number, after)
            for before, after in zip(cells, clear, strict=True)
            if before is not after
            and isinstance(before, str)
            and isinstance(after, str)
            and before.strip() != after.strip()
        ]
        kept.append((number, clear))
    if changed:
        count = len(changed)
        number, text = changed[0]
        collect.add(
            label,
            f"{count} cell{'s hold' if count > 1 else ' holds'} characters that "
            "cannot be seen (zero-width or no-break spaces, accents apart from their "
            "letters); read as they look.",
            "Nothing to do, unless such names are meant to differ.",
            row=number,
            value=text,
            severity=Severity.NOTE,
        )
    return kept
