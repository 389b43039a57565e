"""Scenarios: named shifts with their plan and settings, kept for later."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from core.store.database import Database
from core.store.errors import NameTakenError, ScenarioFormatError, UnknownScenarioError
from core.store.names import clean_name, name_key
from core.store.schema import scenarios
from core.store.shifts.scenario import Scenario, scenario_from_bytes, scenario_to_bytes


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
