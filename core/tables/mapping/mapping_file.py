"""A mapping as a TOML file, and back."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping as Table
from dataclasses import fields
from typing import Any

from core.tables.mapping.mapping import ColumnMap, Mapping, TableMap
from core.tables.values.form import KNOWN, Form

_HEAD = """\
# How the columns of your files are read. Each table is known by its headers.
# ours: the column that it is; empty: it is kept, shown and not used.
# unit: s, min or h; of speeds percent or factor.   decimal, thousands: "," or "."
# dates: ISO, day.month.year, month/day/year; of bare numbers serial or minutes
# durations: h:mm or mm:ss   weekdays: English, German, …, "Monday is 1", …
# yes, no: lists of words      skip_rows: rows to leave out
"""
_FORM_FIELDS = tuple(x.name for x in fields(Form))
_LISTS = ("yes", "no")


def mapping_to_toml(mapping: Mapping, comments: Table[str, str] | None = None) -> str:
    """
    Return a mapping as the text of a TOML file.

    Parameters
    ----------
    mapping
        What to write.
    comments
        What to say above a column, by ``table.theirs``.
    """
    lines = [_HEAD]
    for table in mapping.tables:
        lines += ["[[table]]", f"table = {quoted(table.table)}"]
        if table.headers:
            lines.append(f"headers = {quoted(table.headers)}")
        if table.skip_rows:
            lines.append(f"skip_rows = [{', '.join(map(str, table.skip_rows))}]")
        lines.append("")
        for column in table.columns:
            said = (comments or {}).get(f"{table.table}.{column.theirs}", "")
            lines += [f"# {_one_line(line)}" for line in said.splitlines()]
            lines.append("[[table.column]]")
            lines.append(f"theirs = {quoted(column.theirs)}")
            lines.append(f"ours = {quoted(column.ours)}")
            for name in _FORM_FIELDS:
                value = getattr(column.form, name)
                if name in _LISTS and value:
                    lines.append(f"{name} = [{', '.join(map(quoted, value))}]")
                elif value:
                    lines.append(f"{name} = {quoted(value)}")
            lines.append("")
    return "\n".join(lines).rstrip() + "\n"


def _one_line(text: str) -> str:
    """Text without what a comment in TOML may not hold."""
    return "".join(x if x.isprintable() else " " for x in text)


def quoted(text: str) -> str:
    """Return a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(map(_escaped, escaped)) + '"'


def _escaped(letter: str) -> str:
    """Return a letter, or its code where TOML wants that."""
    code = ord(letter)
    if code < 0x20 or code == 0x7F:
        return f"\\u{code:04x}"
    return letter


def mapping_from_toml(text: str) -> Mapping:
    """
    Return the mapping that a TOML file holds.

    Raises
    ------
    ValueError
        When it is no TOML, or says what no mapping can; the message names the place.
    """
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"This is not a TOML file: {error}.") from None
    _refuse_unknown(content, ("table",), "the file")
    return Mapping(tuple(map(_table, _list_of_tables(content, "table", "the file"))))


def _table(content: dict[str, Any]) -> TableMap:
    """Return one table."""
    _refuse_unknown(content, ("table", "headers", "skip_rows", "column"), "a table")
    name = _text(content, "table", "a table")
    columns = _list_of_tables(content, "column", name)
    rows = content.get("skip_rows", [])
    if not isinstance(rows, list) or not all(type(x) is int and x > 0 for x in rows):
        raise ValueError(f"{name}: skip_rows must be a list of row numbers.")
    return TableMap(
        name,
        tuple(_column(x, name) for x in columns),
        _text(content, "headers", name),
        tuple(rows),
    )


def _column(content: dict[str, Any], table: str) -> ColumnMap:
    """Return one column."""
    theirs = _text(content, "theirs", table)
    where = f"{table}, column {theirs!r}"
    if not theirs:
        raise ValueError(f"{table}: a column needs its header in 'theirs'.")
    _refuse_unknown(content, ("theirs", "ours", *_FORM_FIELDS), where)
    values: dict[str, Any] = {name: _text(content, name, where) for name in KNOWN}
    for name in _LISTS:
        words = content.get(name, [])
        if not isinstance(words, list) or not all(isinstance(x, str) for x in words):
            raise ValueError(f"{where}: {name} must be a list of words.")
        values[name] = tuple(words)
    try:
        form = Form(**values)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
    return ColumnMap(theirs, _text(content, "ours", where), form)


def _text(content: Table[str, Any], name: str, where: str) -> str:
    """Return a text; empty where there is none."""
    value = content.get(name, "")
    if not isinstance(value, str):
        raise ValueError(f"{where}: {name} must be a text, got {value!r}.")
    return value


def _list_of_tables(
    content: Table[str, Any], name: str, where: str
) -> list[dict[str, Any]]:
    value = content.get(name, [])
    if not isinstance(value, list) or not all(isinstance(x, dict) for x in value):
        raise ValueError(f"{where}: write [[{name}]] for each {name}.")
    return value


def _refuse_unknown(
    content: Table[str, Any], known: tuple[str, ...], where: str
) -> None:
    """Refuse a key that would be read as nothing."""
    for key in content:
        if key not in known:
            raise ValueError(f"{where} has no {key!r}; known: {', '.join(known)}.")
