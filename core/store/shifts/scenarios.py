"""Scenarios: named shifts with their plan and settings, kept for later."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.problem.model import Problem
from core.problem.saving.archives import pack, unpack
from core.problem.saving.serialize import (
    SerializedFormatError,
    problem_from_bytes,
    problem_to_bytes,
    schedule_from_bytes,
    schedule_to_bytes,
)
from core.problem.schedule import Schedule
from core.store.database import Database, to_json
from core.store.errors import NameTakenError, ScenarioFormatError, UnknownScenarioError
from core.store.names import clean_name, name_key
from core.store.schema import scenarios

FORMAT = 1
LARGEST = 256 << 20  # bytes when unpacked
MOST_FILES = 32


@dataclass(frozen=True, eq=False)
class Scenario:
    """
    A shift, its plan, and everything needed to show both again.

    Parameters
    ----------
    problem
        What is planned.
    plan_start
        The moment that is time 0; local time without zone.
    schedule
        The plan; ``None``: a shift that was not planned yet.
    origin
        Where the shift is from, in words.
    settings
        How it was planned, as ``PlanSettings.to_json`` writes it, and under ``result``
        what else is known of the plan; JSON values.
    overrides
        The planner's own changes to the plan, as JSON values.
    figures
        Results as JSON values; shown in the list without opening the scenario.
    extras
        What else the shift knows, e.g. columns of its files, as JSON values.
    materials
        Material that releases each job when it arrives; empty: none does.
    files
        The files as they were uploaded, by the name they had.
    trace
        Every decision, as its own module writes it; ``None``: none.
    """

    problem: Problem
    plan_start: datetime
    schedule: Schedule | None = None
    origin: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    overrides: Sequence[Any] = ()
    figures: Mapping[str, Any] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)
    materials: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    trace: bytes | None = None

    def __post_init__(self) -> None:
        if self.plan_start.tzinfo is not None:
            raise ValueError(f"Expected a local time, got {self.plan_start!r}.")
        planned = None if self.schedule is None else len(self.schedule.machine)
        if planned is not None and planned != self.problem.num_jobs:
            raise ValueError(
                f"Expected a schedule of {self.problem.num_jobs} jobs, got {planned}."
            )
        if len(self.files) > MOST_FILES:
            raise ValueError(
                f"Expected at most {MOST_FILES} files, got {len(self.files)}."
            )


@dataclass(frozen=True)
class ScenarioEntry:
    """
    One line of the list of scenarios.

    Parameters
    ----------
    id
        Made by the store; stays when the scenario is renamed.
    name, owner
        For the person, and who saved it.
    created, changed
        Seconds since 1970 UTC.
    figures
        As saved.
    """

    id: str
    name: str
    owner: str
    created: float
    changed: float
    figures: Mapping[str, Any]


class Scenarios:
    """
    The scenarios of a database.

    Parameters
    ----------
    database
        Where they are kept, files included.
    clock
        Seconds since 1970 UTC.
    """

    def __init__(
        self, database: Database, clock: Callable[[], float] = time.time
    ) -> None:
        self.database = database
        self.clock = clock

    def all(self) -> list[ScenarioEntry]:
        """Return every scenario, the one changed last first; opens none of them."""
        query = select(*_ENTRY).order_by(scenarios.c.changed.desc(), scenarios.c.id)
        with self.database.reading() as connection:
            rows = connection.execute(query).mappings()
            return [ScenarioEntry(**row) for row in rows]

    def save(self, name: str, scenario: Scenario, owner: str = "") -> ScenarioEntry:
        """
        Keep a scenario under a new name.

        Raises
        ------
        NameTakenError
            When another scenario has the name; see :meth:`replace`.
        ValueError
            When the name is refused, the settings hold what JSON cannot say, or it
            is too large.
        """
        now = self.clock()
        row = {
            "id": uuid4().hex,
            "name": clean_name(name),
            "name_key": name_key(name),
            "owner": owner,
            "created": now,
            "changed": now,
            "figures": dict(scenario.figures),
            "content": scenario_to_bytes(scenario),
        }
        with _unique(name), self.database.writing() as connection:
            connection.execute(insert(scenarios).values(row))
            return _entry(connection, str(row["id"]))

    def replace(self, scenario_id: str, scenario: Scenario) -> ScenarioEntry:
        """
        Keep another scenario in the place of this one, under its name.

        Raises
        ------
        UnknownScenarioError
            When there is none with this id.
        """
        content = scenario_to_bytes(scenario)
        with self.database.writing() as connection:
            connection.execute(
                update(scenarios)
                .where(scenarios.c.id == scenario_id)
                .values(
                    content=content,
                    figures=dict(scenario.figures),
                    changed=self.clock(),
                )
            )
            return _entry(connection, scenario_id)

    def load(self, scenario_id: str) -> Scenario:
        """
        Open a scenario.

        Raises
        ------
        UnknownScenarioError
            When there is none with this id.
        ScenarioFormatError
            When it is damaged or of a format that this version cannot open; says why.
        """
        query = select(scenarios.c.content).where(scenarios.c.id == scenario_id)
        with self.database.reading() as connection:
            entry = _entry(connection, scenario_id)
            content = connection.execute(query).scalar_one()
        try:
            return scenario_from_bytes(bytes(content))
        except ScenarioFormatError as error:
            raise ScenarioFormatError(f"Scenario “{entry.name}”: {error}") from error

    def find(self, name: str) -> ScenarioEntry:
        """
        Return the scenario whose name reads the same.

        Raises
        ------
        UnknownScenarioError
            When there is none.
        """
        query = select(*_ENTRY).where(scenarios.c.name_key == name_key(name))
        with self.database.reading() as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise UnknownScenarioError(f"There is no scenario “{name}”.")
        return ScenarioEntry(**row)

    def rename(self, scenario_id: str, name: str) -> ScenarioEntry:
        """
        Give a scenario another name.

        Raises
        ------
        NameTakenError
            When another scenario has it.
        UnknownScenarioError
            When there is none with this id.
        """
        with _unique(name), self.database.writing() as connection:
            connection.execute(
                update(scenarios)
                .where(scenarios.c.id == scenario_id)
                .values(
                    name=clean_name(name),
                    name_key=name_key(name),
                    changed=self.clock(),
                )
            )
            return _entry(connection, scenario_id)

    def delete(self, scenario_id: str) -> None:
        """
        Delete a scenario.

        Raises
        ------
        UnknownScenarioError
            When there is none with this id.
        """
        with self.database.writing() as connection:
            _entry(connection, scenario_id)
            connection.execute(delete(scenarios).where(scenarios.c.id == scenario_id))


def scenario_to_bytes(scenario: Scenario) -> bytes:
    """
    Return a scenario as one zip, without pickles; also a download.

    Raises
    ------
    ValueError
        When it holds what JSON cannot say, or is too large.
    """
    header = {
        "format": FORMAT,
        "plan_start": scenario.plan_start.isoformat(),
        "origin": scenario.origin,
        "settings": dict(scenario.settings),
        "overrides": list(scenario.overrides),
        "figures": dict(scenario.figures),
        "extras": dict(scenario.extras),
        "materials": list(scenario.materials),
        "files": list(scenario.files),  # names stay in here; entries are numbered
    }
    entries = {
        "scenario.json": to_json(header).encode(),
        "problem": problem_to_bytes(scenario.problem),
    }
    if scenario.schedule is not None:
        entries["schedule"] = schedule_to_bytes(scenario.schedule)
    if scenario.trace is not None:
        entries["trace"] = scenario.trace
    for i, content in enumerate(scenario.files.values()):
        entries[f"file{i}"] = content
    total = sum(map(len, entries.values()))
    if total > LARGEST:
        raise ValueError(f"The scenario takes {total} bytes, {LARGEST} are allowed.")
    return pack(entries)


def scenario_from_bytes(data: bytes) -> Scenario:
    """
    Read a scenario back; nothing in it is executed.

    Raises
    ------
    ScenarioFormatError
        When it is damaged, too large, or of another format; says which.
    """
    try:
        entries = unpack(data, LARGEST, MOST_FILES + 4)
        header = json.loads(entries["scenario.json"])
        if header["format"] != FORMAT:
            raise ScenarioFormatError(
                f"It is of format {header['format']!r}; this version opens format "
                f"{FORMAT}. Open it with the version that made it and plan it anew."
            )
        names = header["files"]
        schedule = entries.get("schedule")
        return Scenario(
            problem=problem_from_bytes(entries["problem"]),
            plan_start=datetime.fromisoformat(header["plan_start"]),
            schedule=None if schedule is None else schedule_from_bytes(schedule),
            origin=header["origin"],
            settings=header["settings"],
            overrides=header["overrides"],
            figures=header["figures"],
            extras=header["extras"],
            materials=tuple(header.get("materials", ())),
            files={name: entries[f"file{i}"] for i, name in enumerate(names)},
            trace=entries.get("trace"),
        )
    except SerializedFormatError as error:
        raise ScenarioFormatError(str(error)) from error
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise ScenarioFormatError(f"It is damaged: {error}.") from error


@contextmanager
def _unique(name: str) -> Iterator[None]:
    """Turn the database's refusal of a doubled name into words."""
    try:
        yield
    except IntegrityError as error:
        raise NameTakenError(
            f"There is a scenario “{clean_name(name)}” already."
        ) from error


_ENTRY = [scenarios.c[name] for name in ScenarioEntry.__dataclass_fields__]


def _entry(connection: Connection, scenario_id: str) -> ScenarioEntry:
    """Return a scenario's line of the list, inside a transaction."""
    query = select(*_ENTRY).where(scenarios.c.id == scenario_id)
    row = connection.execute(query).mappings().one_or_none()
    if row is None:
        raise UnknownScenarioError(
            "There is no such scenario; it may have been deleted."
        )
    return ScenarioEntry(**row)
