"""A scenario: a shift, its plan and settings, as one file and back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

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
from core.store.database import to_json
from core.store.errors import ScenarioFormatError

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
