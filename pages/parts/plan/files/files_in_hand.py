"""The planner's files in hand: what they hold, and how they are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import streamlit as st

from core.tables.mapping.mapping import Mapping as ColumnMapping
from core.tables.mapping.mapping_file import mapping_to_toml
from core.tables.proposal import MappingProposal, propose_mapping
from core.tables.raw import RawTable
from core.tables.shift import Reading
from core.tables.writing.edited import file_label, is_sheet_of
from pages.parts.plan.files.mapping_memory import mapping_in_force
from pages.parts.sidebar.uploads import Upload
from pages.parts.state import Key

NEEDED = ("jobs", "machines")  # of every shift


@dataclass(frozen=True, eq=False)
class FilesInHand:
    """
    Files, and how they are read.

    Parameters
    ----------
    files
        By name.
    kinds
        Which table a file or sheet holds, where the planner said so; empty: none.
    mapping
        How columns are read, where the planner decided.
    """

    files: Mapping[str, Upload]
    kinds: Mapping[str, str]
    mapping: ColumnMapping

    @property
    def content(self) -> dict[str, bytes]:
        """Bytes by file name."""
        return {name: file.content for name, file in self.files.items()}

    @property
    def key(self) -> tuple[str, ...]:
        """What caches know the files and their kinds by."""
        ids = (file.id for file in self.files.values())
        return (*ids, *(f"{x}={y}" for x, y in sorted(self.kinds.items())))

    def read(self, start: datetime | None) -> Reading:
        """Read the shift; without a start, from the one that the files propose."""
        name = next(iter(self.files)) if len(self.files) == 1 else "Your files"
        said = mapping_to_toml(self.mapping)
        return _read(self.key, start, said, self, name)

    def tables(self) -> dict[str, RawTable]:
        """Return every table as it stands in the files, by name of the table."""
        return _tables(self.key, self)

    def proposal(self) -> MappingProposal:
        """Return how each column is read."""
        return propose_mapping(self.tables(), self.mapping)

    def unknown(self) -> list[str]:
        """
        Return the text files of which nobody knows which table they hold.

        And the sheets, while a table is missing that a shift must have.
        """
        found = self.tables()
        tables = found.values()
        files = [
            name
            for name, file in self.files.items()
            if not file.content.startswith(b"PK")
            and not any(_holds(file_label(name), table) for table in tables)
            and not self.alone(name)
        ]
        if all(name in found for name in NEEDED):
            return files
        read = {table.label for table in tables}
        sheets = (x for name in self.files for x in _sheets(self.key, name, self))
        return files + [x for x in sheets if x not in read and x not in self.kinds]

    def alone(self, name: str) -> set[str]:
        """Return the names of the tables that a file holds by itself."""
        return set(replace(self, files={name: self.files[name]}).tables())


def _holds(label: str, table: RawTable) -> bool:
    """Whether a table is of the file of this name."""
    return table.label == label or is_sheet_of(label, table)


def files_in_hand(files: Mapping[str, Upload]) -> FilesInHand:
    """Return the files with what this session decided on them."""
    kinds: dict[str, str] = st.session_state.get(Key.KINDS_OF_FILES, {})
    known = {
        name: kind
        for name, kind in kinds.items()
        if name in files or any(name.startswith(f"{file_label(x)} · ") for x in files)
    }
    new = FilesInHand(files, known, ColumnMapping())
    # What was confirmed on other headers says nothing here.
    found = (mapping_in_force().of(table) for table in new.tables().values())
    return replace(new, mapping=ColumnMapping(tuple(x for x in found if x is not None)))


@st.cache_resource(max_entries=8, ttl="4h", show_spinner="Reading your files …")
def _read(
    key: tuple[str, ...],
    start: datetime | None,
    mapping: str,
    _files: FilesInHand,
    _name: str,
) -> Reading:
    """Read uploaded files; their ids are of one session, so nothing is shared."""
    from core.tables.shift import read_shift

    return read_shift(
        _files.content,
        start,
        _name,
        kinds=_files.kinds,
        mapping=_files.mapping,
    )


@st.cache_resource(max_entries=8, ttl="4h", show_spinner="Reading your files …")
def _tables(key: tuple[str, ...], _files: FilesInHand) -> dict[str, RawTable]:
    """Find the tables in uploaded files."""
    from core.tables.issues import Collector
    from core.tables.reading.read import read_tables

    return read_tables(_files.content, Collector(), _files.kinds)


@st.cache_resource(max_entries=8, ttl="4h", show_spinner=False)
def _sheets(key: tuple[str, ...], name: str, _files: FilesInHand) -> list[str]:
    """Find what the planner calls the sheets of a workbook."""
    from core.tables.reading.read import sheets_of_workbook

    return sheets_of_workbook(name, _files.content[name])
