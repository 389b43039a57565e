"""
Setup groups and what it takes to change between them.

Changing to the group of a job costs what ``setups`` says for the two groups (a row
for the machine type goes before a general one); without a row it costs the job's own
``setup_minutes``, and nothing within a group. So the jobs of one group whose own
setup minutes differ are groups of their own in the problem, with the same name and no
setup between them. A job with ``setup_minutes`` but without a ``setup_group`` pays
them before every job. The first job on a machine that names no initial group needs no
setup.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.tables import limits
from core.tables.building.book import Book, types_in
from core.tables.building.idle import warn_of_idle_setups
from core.tables.building.spelling import Use, one_spelling
from core.tables.issues import Severity
from core.tables.rows import MINUTE


class SetupGroups:
    """
    Setup groups of the problem: one per name and own setup time.

    Parameters
    ----------
    book
        All rows; takes the issues.

    Attributes
    ----------
    names
        Name of each group, empty for jobs without one.
    of_job
        Shape (n,): group of each job.
    of_machine
        Shape (m,): group each machine is set up for; the number of groups: none.
    """

    def __init__(self, book: Book) -> None:
        self.book = book
        self.spelled = spelled = self._spellings()
        keys = [
            (
                spelled.get(x.row.setup_group or "", x.row.setup_group),
                round((x.row.setup_minutes or 0.0) * MINUTE),
            )
            for x in book.jobs.records
        ]
        wanted = [
            spelled.get(x.record.row.setup_group or "", x.record.row.setup_group)
            for x in book.units
        ]
        named = {name for name, _ in keys}
        extra = [(x, 0) for x in wanted if x is not None and x not in named]
        # Sorted, so that the order of the rows does not change the problem's groups.
        self.keys = sorted({*keys, *extra}, key=lambda key: (key[0] or "", key[1]))
        index = {key: i for i, key in enumerate(self.keys)}
        self.first: dict[str | None, int] = {}
        for i, (name, _) in enumerate(self.keys):
            self.first.setdefault(name, i)
        self.names = [name or "" for name, _ in self.keys]
        self.of_job = np.array([index[key] for key in keys], dtype=np.int64)
        none = len(self.keys)
        self.of_machine = np.array(
            [none if name is None else self.first[name] for name in wanted], np.int64
        )

    def fields(self) -> dict[str, Any]:
        """Return what the problem says of groups and setups, by field."""
        setup, setup_class = self._matrices()
        return {
            "group": self.of_job,
            "setup": setup,
            "setup_class": setup_class,
            "initial_group": self.of_machine,
            "group_names": tuple(self.names),
        }

    def _matrices(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Setups between groups by class, and the class of each machine."""
        rows = self._rows()
        g = len(self.keys)
        own_types = list(dict.fromkeys(kind for kind, _, _ in rows if kind is not None))
        classes = {kind: c for c, kind in enumerate(own_types, start=1)}
        if (len(classes) + 1) * g * g > limits.MAX_SETUP_CELLS:
            self.book.jobs.report(
                None,
                "setup_group",
                "",
                f"{g:,} different setup groups and times are too many.",
                "Use fewer setup groups.",
            )
            return np.zeros((1, g + 1, g), np.int64), np.zeros(0, np.int64)
        base = np.zeros((g + 1, g), dtype=np.int64)
        base[:g] = [own for _, own in self.keys]
        members: dict[str, list[int]] = {}
        for i, (name, _) in enumerate(self.keys):
            if name is not None:
                members.setdefault(name, []).append(i)
        for same in members.values():
            base[np.ix_(same, same)] = 0
        setup = np.repeat(base[None], len(classes) + 1, axis=0)
        for general in (True, False):  # rows of a type go before general ones
            for (kind, x, y), seconds in rows.items():
                if (kind is None) == general and x in members and y in members:
                    chosen = slice(None) if kind is None else classes[kind]
                    for i in members[x]:  # nearly always one, as there
                        for j in members[y]:
                            setup[chosen, i, j] = seconds
        kept, setup_class = self._classes(setup, classes)
        return self._one_of_those_alike(kept), setup_class

    def _classes(
        self, setup: NDArray[np.int64], classes: Mapping[str, int]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """
        Return the matrices that machines have, and which of them each has.

        Types whose setups are the same share a matrix; one that no machine has says
        nothing of this shift.
        """
        of_unit = [classes.get(x.kind, 0) for x in self.book.units]
        place: dict[int, int] = {}
        kept: dict[bytes, int] = {}
        first: list[int] = []
        for c in dict.fromkeys(of_unit):
            place[c] = kept.setdefault(setup[c].tobytes(), len(kept))
            if place[c] == len(first):
                first.append(c)
        return setup[first or [0]], np.array([place[c] for c in of_unit], np.int64)

    def _one_of_those_alike(self, setup: NDArray[np.int64]) -> NDArray[np.int64]:
        """
        Leave out groups whose own setup times turn out to make no difference.

        Jobs of one name whose own times differ are groups of their own; where rows say
        every change into them, these groups are the same.
        """
        kept: dict[tuple[str, bytes], int] = {}
        first: list[int] = []
        place: list[int] = []
        for i, name in enumerate(self.names):
            key = (name, setup[:, :, i].tobytes())
            if key not in kept:
                kept[key] = len(first)
                first.append(i)
            place.append(kept[key])
        if len(first) == len(place):
            return setup
        moved = np.array([*place, len(first)], dtype=np.int64)  # the last: none
        self.of_job, self.of_machine = moved[self.of_job], moved[self.of_machine]
        rows = [*first, len(place)]
        self.names = [self.names[i] for i in first]
        return setup[:, rows][:, :, first]

    def _spellings(self) -> dict[str, str]:
        """Return the spelling that every setup group is taken for."""
        defined = [
            name
            for x in self.book.setups.records
            for name in (x.row.from_group, x.row.to_group)
            if name is not None
        ]
        uses = [
            Use(records, x.number, "setup_group", x.row.setup_group)
            for records in (self.book.jobs, self.book.machines)
            for x in records.records
            if x.row.setup_group is not None
        ]
        self.setups_spelled = one_spelling(
            [
                Use(self.book.setups, x.number, column, name)
                for x in self.book.setups.records
                for column in ("from_group", "to_group")
                if (name := getattr(x.row, column)) is not None
            ],
            (),
            "setup groups",
        )
        stand = dict.fromkeys(self.setups_spelled[x] for x in defined)
        return one_spelling(uses, stand, "setup groups")

    def _rows(self) -> dict[tuple[str | None, str, str], int]:
        """Seconds by (machine type, from, to); faults are reported."""
        rows: dict[tuple[str | None, str, str], int] = {}
        records = self.book.setups
        unknown: dict[str, int] = {}
        for record in records.records:
            row, number = record.row, record.number
            kinds: Sequence[str | None] = [None]
            if row.machine_type is not None:
                kinds = types_in(records, record, row.machine_type, self.book.types)
            if row.from_group is None or row.to_group is None:
                continue
            before = self.setups_spelled[row.from_group]
            after = self.setups_spelled[row.to_group]
            for name in (before, after):
                if name not in self.first:
                    unknown.setdefault(name, number)
            for kind in kinds:
                key = (kind, before, after)
                if key in rows:
                    records.report(
                        number,
                        "to_group",
                        row.to_group,
                        "This pair of groups has a row already.",
                        "Keep one of the rows.",
                    )
                elif kind is None or kind in self.book.types:
                    rows[key] = round((row.minutes or 0.0) * MINUTE)
        if unknown and self.first:
            names = sorted(unknown)
            records.report(
                min(unknown.values()),
                None,
                ", ".join(names),
                f"{len(names)} setup groups belong to no job of this shift.",
                "Check their spelling; rows of a standing table may stay.",
                Severity.WARNING,
            )
        warn_of_idle_setups(self.book, self.first, {x[1:] for x in rows}, self.spelled)
        return rows
