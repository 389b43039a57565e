"""Number formats of a workbook that say more than the number: 007, 90 min, 90%."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from core.tables.reading.archive import local_names, walk
from core.tables.text import number_text

_PERCENT = {"9": "0%", "10": "0.00%"}  # the only built-in ones that say more
_LONGEST_CODE = 255  # characters, as in spreadsheets
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_DIGITS = re.compile(r"[0#?.,]*[0#?][0#?.,]*")


@dataclass(frozen=True)
class NumberFormat:
    """
    What a number format adds to the number.

    Parameters
    ----------
    before, after
        Text around the digits, e.g. a unit.
    digits
        Fewest digits before the point; 1 adds nothing.
    percent
        Whether the number is shown times one hundred.
    """

    before: str = ""
    after: str = ""
    digits: int = 1
    percent: bool = False

    def shown(self, value: object) -> object:
        """Text that the spreadsheet shows, with every decimal; else the value."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return value
        if not abs(value) < 1e15:
            return value
        number = number_text(value)
        if self.percent:
            hundredfold = (Decimal(repr(value)) * 100).normalize()
            number = f"{hundredfold:f}"
        elif self.digits > 1 and value >= 0 and value == int(value):
            number = number.zfill(self.digits)
        elif not self.before and not self.after:
            return value
        if re.fullmatch(r"-?[0-9]+\.[0-9]{3}", number):
            number += "0"  # three digits after a point could be thousands
        return f"{self.before}{number}{'%' if self.percent else ''}{self.after}"


def special_formats(styles: bytes | None) -> Mapping[str, NumberFormat]:
    """Formats that say more than the number, by the style index of a cell."""
    if styles is None:
        return {}
    codes: dict[str, str] = dict(_PERCENT)
    styled: dict[str, NumberFormat] = {}
    names = local_names()
    count, inside = 0, False

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal count, inside
        name = names[tag]
        if name == "numFmt":
            codes[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name in ("cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            inside = name == "cellXfs"
        elif name == "xf" and inside:
            meant = number_format(codes.get(attributes.get("numFmtId", "0"), ""))
            if meant is not None:
                styled[str(count)] = meant
            count += 1

    walk(styles, start)
    return styled


def struck_styles(styles: bytes | None) -> frozenset[str]:
    """Style indices of cells whose text is struck through."""
    if styles is None or b"strike" not in styles:
        return frozenset()
    struck: set[str] = set()
    styled: set[str] = set()
    names = local_names()
    fonts, count, part = -1, 0, ""

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal fonts, count, part
        name = names[tag]
        if name in ("fonts", "fills", "cellXfs", "cellStyleXfs", "cellStyles", "dxfs"):
            part = name
        elif part == "fonts" and name == "font":
            fonts += 1
        elif part == "fonts" and name == "strike":
            if attributes.get("val", "1").strip().lower() in ("1", "true", "on"):
                struck.add(str(fonts))
        elif part == "cellXfs" and name == "xf":
            if attributes.get("fontId", "0") in struck:
                styled.add(str(count))
            count += 1

    walk(styles, start)
    return frozenset(styled)


def number_format(code: str) -> NumberFormat | None:
    """What a format code adds to the number; ``None`` for nothing, or for dates."""
    if len(code) > _LONGEST_CODE:
        return None
    section = re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', code)[0]
    # Literal text is set aside as private characters, so that digits stand out.
    texts: list[str] = []

    def kept(match: re.Match[str]) -> str:
        text = match[1] or match[2] or ""
        if text:
            texts.append(text)
            return chr(0xE000 + len(texts) - 1)
        return ""

    bare = _LITERAL.sub(kept, section)
    percent = "%" in bare
    bare = bare.replace("%", "")
    found = _DIGITS.search(bare)
    name = "General" if "General" in bare else ""
    if name:
        before, _, after = bare.partition(name)
        core = "0"
    elif found:
        before, core, after = bare[: found.start()], found[0], bare[found.end() :]
    else:
        return None
    if re.search(r"[A-Za-z0#?/]", before + after):
        return None  # a date, a fraction, an exponent, or digits in groups

    def spoken(text: str) -> str:
        return "".join(
            texts[ord(x) - 0xE000] if 0xE000 <= ord(x) < 0xE000 + len(texts) else x
            for x in text
        )

    before, after = spoken(before), spoken(after)
    if not re.search(r"[^\W_]", before + after):
        before = after = ""  # currency signs and brackets say nothing here
    digits = core.partition(".")[0].replace(",", "")
    fewest = len(digits) if len(digits) > 1 and set(digits) == {"0"} else 1
    if not (before or after or percent or fewest > 1):
        return None
    return NumberFormat(before, after, fewest, percent)
