"""Names that are written in more than one way: taken as one, or asked about."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cached_property
from typing import TypeVar

from core.tables.values.vocabulary import folded

Value = TypeVar("Value")
_WHOLE = re.compile(r"([+-]?[0-9]+)\.0+")
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_NOT_COUNTED = dict.fromkeys(map(ord, " \t\n\r\f\v\x1c\x1d\x1e\x1f_-./()"))
_CLOSE = 0.8
_MANY = 500


def same(name: str) -> str:
    """
    Return a name without what nobody can mean: how a planner would say it.

    Runs of spaces are one space, invisible characters and the composition of accents
    do not count, and ``1.0`` is the ``1`` that a spreadsheet or pandas made it from.
    """
    if name.isascii() and " " not in name and not name.endswith("0"):
        return name.strip()
    text = " ".join(_INVISIBLE.sub("", unicodedata.normalize("NFC", name)).split())
    whole = _WHOLE.fullmatch(text)
    return whole[1] if whole else text


def alike(name: str) -> str:
    """Return what names share that differ in case, spaces, signs or accents only."""
    name = same(name)
    if name.isascii():  # what `folded` does, for tens of thousands of names at once
        return name.translate(_NOT_COUNTED).casefold() or name
    return folded(name) or name


class Known(dict[str, Value]):
    """Names by what they stand for, found also where they are written differently."""

    @cached_property
    def _by_same(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for name in self:
            found.setdefault(same(name), []).append(name)
        return found

    @cached_property
    def _by_alike(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for name in self:
            found.setdefault(alike(name), name)
        return found

    def meant(self, name: str) -> str | None:
        """Return the known name that is meant, where there is one meaning only."""
        if name in self:
            return name
        found = self._by_same.get(same(name), [])
        return found[0] if len(found) == 1 else None

    def hint(self, name: str) -> str | None:
        """Known name that may be meant: the same but for case, else a near one."""
        wanted = alike(name)
        if wanted in self._by_alike:
            return self._by_alike[wanted]
        # Thousands of ids, for each of thousands of cells, would take minutes.
        if len(self) > _MANY:
            return None
        if wanted.isdigit():  # a spreadsheet took the zeros away
            number = wanted.lstrip("0")
            same_number = [
                x for x in self._by_alike if x.isdigit() and x.lstrip("0") == number
            ]
            if same_number:
                return self._by_alike[same_number[0]]
        if len(name) < 3:
            return None
        close = difflib.get_close_matches(wanted, self._by_alike, n=1, cutoff=_CLOSE)
        return self._by_alike[close[0]] if close else None


def groups_alike(names: Iterable[str]) -> list[list[str]]:
    """Names that differ only in case, spaces, signs or accents, together."""
    found: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        found.setdefault(alike(name), []).append(name)
    return [x for x in found.values() if len(x) > 1]
