"""How to plan: everything that decides what a plan of given files becomes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from math import inf
from pathlib import Path
from typing import Any

from core.planning.catalogue import OF_ALL, scheduler_entry
from core.planning.effort import EFFORTS
from core.planning.keeping import KEEPS
from core.planning.visibility import FEWEST_VISIBLE, MOST_VISIBLE, VISIBLE
from core.problem.objective import Objective

VERSION = 1  # of the JSON form; raised when a field changes its meaning


@dataclass(frozen=True)
class PlanSettings:
    """
    How to plan.

    The same files, settings and model give the same plan; only seconds that are
    asked for depend on the computer.

    Parameters
    ----------
    scheduler
        What plans, by its name in :mod:`core.planning.catalogue`.
    objective
        What makes one plan better than another.
    samples
        Plans that a policy makes; the best is kept.
    refine_seconds
        Seconds for which the plan is improved afterwards; 0: not at all.
    lookahead
        Seconds that a machine may wait for a job although it could start another,
        infinite included; ``None``: the model's own.
    model
        Folder of a model, or the name of a shipped one; ``None``: the default.
    visible
        Most jobs that planning in batches has in sight, 50 to 888.
    most_jobs
        Larger problems are planned in batches by ``unified``; ``None``: no limit.
    seed
        Seed of everything random.
    effort
        How long ``auto`` searches, by name; see :mod:`core.planning.effort`.
    most_seconds
        Seconds after which ``auto`` stops with what it has; ``None``: no limit.
    keep
        How much of a previous plan a replan keeps, by name; see
        :mod:`core.planning.keeping`.
    cautious
        Whether to choose the plan that costs least over possible futures, rather
        than as planned.

    Raises
    ------
    TypeError
        When a field holds something of another kind, e.g. 2.5 samples.
    ValueError
        When there is no such scheduler, or a number is out of its range.

    Notes
    -----
    An option more is a field here with its default, a line in ``__post_init__``, its
    name with the schedulers of the catalogue that read it, and a line in ``_AS_JSON``
    where JSON cannot hold it as it stands. What was kept before lacks it, and is read
    with the default.
    """

    scheduler: str = "auto"
    objective: Objective = Objective()  # noqa: RUF009 - frozen
    samples: int = 1
    refine_seconds: float = 0.0
    lookahead: float | None = None
    model: Path | str | None = None
    visible: int = VISIBLE
    most_jobs: int | None = None
    seed: int = 0
    effort: str = "normal"
    most_seconds: float | None = None
    keep: str = "normal"
    cautious: bool = False

    def __post_init__(self) -> None:
        _expect_kind("scheduler", self.scheduler, str)
        scheduler_entry(self.scheduler)
        if self.effort not in EFFORTS:
            raise ValueError(
                f"Expected effort {', '.join(EFFORTS)}, got {self.effort!r}."
            )
        if self.keep not in KEEPS:
            raise ValueError(f"Expected keep {', '.join(KEEPS)}, got {self.keep!r}.")
        if self.most_seconds is not None:
            _expect_seconds("most_seconds", self.most_seconds)
        _expect_kind("objective", self.objective, Objective)
        _expect_count("samples", self.samples, 1)
        _expect_seconds("refine_seconds", self.refine_seconds)
        if self.lookahead is not None:
            _expect_seconds("lookahead", self.lookahead)
        if self.model is not None:
            _expect_kind("model", self.model, (str, Path))
        _expect_count("visible", self.visible, FEWEST_VISIBLE, MOST_VISIBLE)
        if self.most_jobs is not None:
            _expect_count("most_jobs", self.most_jobs, 1)
        _expect_count("seed", self.seed, 0)
        if not isinstance(self.cautious, bool):
            raise TypeError(f"Expected cautious to be bool, got {self.cautious!r}.")

    def plans_like(self, other: PlanSettings) -> bool:
        """Whether both ask for the same plan: what is not read does not matter."""
        read = (*OF_ALL, *scheduler_entry(self.scheduler).reads)
        return all(getattr(self, name) == getattr(other, name) for name in read)

    def to_json(self) -> dict[str, Any]:
        """Return the settings as values that JSON can hold, with their version."""
        kept: dict[str, Any] = {"version": VERSION}
        for field in fields(self):
            value = getattr(self, field.name)
            write, _ = _AS_JSON.get(field.name, _AS_IT_IS)
            kept[field.name] = None if value is None else write(value)
        return kept

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> PlanSettings:
        """
        Return the settings that :meth:`to_json` wrote, now or in an earlier version.

        Raises
        ------
        ValueError
            When they are of a later version, or hold what no settings hold; says what.
        """
        # The first release wrote no version; what it wrote reads the same.
        version = kept.get("version", 0)
        known = {field.name for field in fields(cls)}
        unknown = sorted(kept.keys() - known - {"version"})
        if version not in range(VERSION + 1) or unknown:
            what = ", ".join(unknown) or f"version {version}"
            raise ValueError(f"Expected settings of version {VERSION}, got {what}.")
        given: dict[str, Any] = {}
        for name in known & kept.keys():
            value = kept[name]
            _, read = _AS_JSON.get(name, _AS_IT_IS)
            try:
                given[name] = None if value is None else read(value)
            except (TypeError, ValueError, KeyError) as error:
                raise ValueError(f"Cannot read {name}: {value!r}.") from error
        try:
            return cls(**given)
        except TypeError as error:
            raise ValueError(str(error)) from error


Writer = Callable[[Any], Any]


def _write_seconds(seconds: float) -> float | str:
    return "inf" if seconds == inf else seconds  # JSON knows no infinity


def _read_seconds(kept: float | str) -> float:
    return inf if kept == "inf" else kept  # type: ignore[return-value]  # checked later


def _write_model(model: Path | str) -> str | dict[str, str]:
    return {"folder": str(model)} if isinstance(model, Path) else model


def _read_model(kept: str | Mapping[str, str]) -> Path | str:
    return Path(kept["folder"]) if isinstance(kept, Mapping) else kept


def _read_objective(kept: Sequence[float]) -> Objective:
    if len(kept) not in (3, 4):  # three, before there was a weight of stability
        raise ValueError(f"Expected three or four weights, got {len(kept)}.")
    return Objective(*kept)


_AS_IT_IS: tuple[Writer, Writer] = (lambda value: value, lambda value: value)

# How to write a field, and to read it again, where JSON cannot hold it as it stands.
_AS_JSON: dict[str, tuple[Writer, Writer]] = {
    "objective": (lambda value: list(astuple(value)), _read_objective),
    "refine_seconds": (_write_seconds, _read_seconds),
    "most_seconds": (_write_seconds, _read_seconds),
    "lookahead": (_write_seconds, _read_seconds),
    "model": (_write_model, _read_model),
}


def _expect_kind(
    name: str, value: object, kind: type | tuple[type, ...], words: str = ""
) -> None:
    """Refuse a value of another kind; a truth value is no number."""
    if isinstance(value, bool) or not isinstance(value, kind):
        kinds = kind if isinstance(kind, tuple) else (kind,)
        expected = words or " or ".join(one.__name__ for one in kinds)
        raise TypeError(f"Expected {name} to be {expected}, got {value!r}.")


def _expect_count(name: str, value: object, least: int, most: float = inf) -> None:
    """Refuse what is no whole number in a range."""
    _expect_kind(name, value, int, "a whole number")
    if not least <= value <= most:  # type: ignore[operator]
        limit = f"{name} >= {least}" if most == inf else f"{least} <= {name} <= {most}"
        raise ValueError(f"Expected {limit}, got {value}.")


def _expect_seconds(name: str, value: object) -> None:
    """Refuse what is no number of seconds; may be infinite."""
    _expect_kind(name, value, (int, float), "a number")
    if not value >= 0:  # type: ignore[operator]
        raise ValueError(f"Expected {name} >= 0, got {value}.")
