"""
The zip archive and the XML that a workbook is made of, opened without trusting them.

Both can be made to unpack without end: sizes are measured first, and XML that declares
a document type, with which entities could explode, is refused.
"""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Callable, Mapping
from xml.parsers import expat

from core.tables import limits
from core.tables.issues import Collector

SAVE_AGAIN = "Open it in the spreadsheet and save it as .xlsx again."
_AS_XLSX = "Open it in the program that made it and save it as .xlsx or CSV."

_BROKEN_ZIP = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    NotImplementedError,  # a compression that nothing writes into workbooks
    RuntimeError,  # encrypted
    OSError,
    EOFError,
    ValueError,
    KeyError,
    IndexError,
)

# First bytes of files that planners bring in place of a table.
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": (
        "This is an old workbook (.xls), or one with a password.",
        "Save it as .xlsx, without a password.",
    ),
    b"%PDF": ("This is a PDF.", "Bring the table that it was made from."),
    b"\x1f\x8b": ("This is a compressed file (.gz).", "Unpack it first."),
    b"7z\xbc\xaf": ("This is a compressed file (.7z).", "Unpack it first."),
    b"SQLite format": ("This is a database.", "Bring its tables as CSV or .xlsx."),
    b"{\\rtf": ("This is a text document (.rtf).", _AS_XLSX),
    b"PAR1": ("This is a Parquet file.", "Bring it as CSV or .xlsx."),
}
_MARKUP = (b"<html", b"<!doctype html", b"<table", b"<?xml")


class UnsafeXMLError(Exception):
    """The XML declares a document type, with which entities could explode."""


def foreign(data: bytes) -> tuple[str, str] | None:
    """Fault and mend of a file that holds no table at all; ``None`` for others."""
    for mark, told in _FOREIGN.items():
        if data.startswith(mark):
            return told
    start = data[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_MARKUP):
        return "This is a web page or XML, whatever its name says.", _AS_XLSX
    return None


def unpack(data: bytes, label: str, collect: Collector) -> dict[str, bytes] | None:
    """Return the parts of a workbook's archive, never more than the limits."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        infos = [info for info in archive.infolist() if not info.is_dir()]
        size = sum(info.file_size for info in infos)
        ratio = size / max(len(data), 1)
        if (
            size > limits.MAX_UNPACKED
            or len(infos) > limits.MAX_PARTS
            or (ratio > limits.MAX_RATIO and size > limits.MIN_RATIO_SIZE)
        ):
            collect.add(
                label,
                f"The workbook unpacks to {size // limits.MEGABYTE:,} MB in "
                f"{len(infos):,} parts, which is not safe to open.",
                f"Keep only the sheets of the shift (at most "
                f"{limits.MAX_UNPACKED // limits.MEGABYTE} MB unpacked).",
            )
            return None
        # Sizes in the directory can lie; reading stops at them, and only what was
        # read here is handed on.
        parts = {}
        for info in infos:
            with archive.open(info) as part:
                parts[info.filename] = part.read(info.file_size)
    except _BROKEN_ZIP:
        collect.add(
            label,
            "This is not a readable workbook: damaged, or locked with a password.",
            SAVE_AGAIN,
        )
        return None
    told = _other_kind(parts)
    if told is not None:
        collect.add(label, *told)
        return None
    return parts


def sheet_names(data: bytes) -> list[str]:
    """Return the names of a workbook's sheets; none where it is no readable one."""
    found: list[str] = []
    names = local_names()

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if names[tag] == "sheet":
            found.append(attributes["name"])

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            info = archive.getinfo("xl/workbook.xml")
            if info.file_size <= limits.MEGABYTE:
                with archive.open(info) as part:
                    walk(part.read(info.file_size), sheet)
    except (*_BROKEN_ZIP, expat.ExpatError, UnsafeXMLError):
        return []
    return found


def _other_kind(parts: Mapping[str, bytes]) -> tuple[str, str] | None:
    """Fault and mend of an archive that is no .xlsx workbook."""
    if "xl/workbook.xml" in parts:
        return None
    if b"opendocument" in parts.get("mimetype", b""):
        return "This is an OpenDocument file (.ods).", "Save it as .xlsx or CSV."
    if "xl/workbook.bin" in parts:
        return "This is a binary workbook (.xlsb).", "Save it as .xlsx."
    if any(name.startswith(("word/", "ppt/")) for name in parts):
        return "This is a document without tables to read.", "Save its table as .xlsx."
    if any(name.startswith("Index/") for name in parts):
        return "This is a Numbers file.", "Export it as .xlsx or CSV."
    if any(name.lower().endswith((".csv", ".xlsx", ".txt")) for name in parts):
        return "This is a ZIP archive of files.", "Unpack it and bring the files."
    return "This is not a readable workbook.", SAVE_AGAIN


def packed(parts: Mapping[str, bytes]) -> bytes:
    """Return the parts as an archive without compression."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


class _LocalNames(dict[str, str]):
    """Names without their namespace prefix; a workbook has a few dozen."""

    def __missing__(self, tag: str) -> str:
        self[tag] = tag.rpartition(":")[2]
        return self[tag]


def local_names() -> Mapping[str, str]:
    """Return a table of names without their prefix, filled as it is asked."""
    return _LocalNames()


def walk(
    xml: bytes,
    start: Callable[[str, dict[str, str]], None],
    text: Callable[[str], None] | None = None,
) -> None:
    """
    Walk through XML; ``start`` gets names as they stand, with any prefix.

    Raises
    ------
    UnsafeXMLError, xml.parsers.expat.ExpatError
        When it declares a document type, or is no XML.
    """

    def refuse(*_: object) -> None:
        raise UnsafeXMLError

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(xml, True)
