"""What random problems look like: the settings of the generator, and named kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields, replace
from math import isfinite
from typing import Any, Literal

from core.instances.strict import Number, check_range, refuse_unknown, strict, tuples

Ranges = tuple[tuple[Number, Number], ...]
Happening = Literal[
    "machine down", "rush order", "late material", "twice as long", "nothing"
]
NOTHING: Happening = "nothing"

# Open windows in hours since Monday 00:00; a night shift ends on the next day.
CALENDARS: dict[str, tuple[tuple[float, float], ...]] = {
    "two_shift": tuple((24 * day + 6, 24 * day + 22) for day in range(5)),
    "day": tuple((24 * day + 7, 24 * day + 15.5) for day in range(5)),
    "night": tuple((24 * day + 22, 24 * day + 30) for day in range(5)),
}


def _setting(default: Any, text: str) -> Any:
    return field(default=default, metadata={"help": text})


@strict
class GeneratorSettings:
    """
    Distributions that random problems are drawn from.

    Every field says in its metadata (``help``) what it is. A field of type
    ``Ranges`` lists alternatives: each problem draws one of the pairs (low, high),
    and its values lie between these, both included.

    Raises
    ------
    ValueError
        When a value is out of range or of another type than its field; names both.

    Notes
    -----
    Dates are drawn relative to the *estimated workload* of a problem: processing
    and about half of the setups, spread over the eligible machines as evenly as
    they allow, or the longest chain of predecessors where that is longer.
    """

    jobs: int = _setting(411, "Number of jobs.")
    machines: int = _setting(30, "Number of machines.")
    machine_types: int = _setting(
        10, "Number of machine types; 0: every machine is a type of its own."
    )
    all_eligible: bool = _setting(False, "Every job may run on every machine.")
    flexibility: Ranges = _setting(((1, 4),), "Machine types that a job may run on.")
    processing_minutes: Ranges = _setting(
        ((20, 300),), "Processing time of a job at speed 1, in minutes."
    )
    distribution: Literal["uniform", "lognormal"] = _setting(
        "lognormal",
        "uniform over the range, or lognormal with 95 % of the times inside it.",
    )
    resolution_seconds: int = _setting(1, "Times are whole multiples of this.")
    machine_times: tuple[Literal["speed", "unrelated"], ...] = _setting(
        ("speed",),
        "speed: a job's time is divided by the machine's speed; unrelated: every "
        "pair of job and machine has a time of its own. One is drawn per problem.",
    )
    speed: Ranges = _setting(((0.8, 1.25),), "Speeds of the machines.")
    pair_spread: Ranges = _setting(
        ((0, 0),), "Largest relative deviation of single pairs of job and machine."
    )
    family_size: Ranges = _setting(((1, 8),), "Jobs per family.")
    predecessors: Literal["none", "sequence", "dag"] = _setting(
        "sequence",
        "none, sequence (one job after the other), or dag (an assembly: every job "
        "is needed by a later one of its family, some by two).",
    )
    sequence_share: Number = _setting(1.0, "Share of families with predecessors.")
    setup_groups: int = _setting(12, "Number of setup groups; 0: no setups.")
    group_per_job: bool = _setting(
        False, "Every job is a setup group of its own; setup_groups is not used."
    )
    group_skew: Number = _setting(
        0.0, "0: groups equally common; s: the i-th most common has share 1/i**s."
    )
    family_group_share: Number = _setting(
        0.0, "Share of families with one setup group."
    )
    setup_minutes: Ranges = _setting(((10, 60),), "Minutes to change groups.")
    setup_matrices: Literal["one", "type", "machine"] = _setting(
        "one", "Setup times are the same for all (one), per type, or per machine."
    )
    triangle: bool = _setting(
        False, "No setup takes longer than two setups through a third group."
    )
    initial_group_share: Number = _setting(
        0.0, "Share of machines that are set up for a group at plan start."
    )
    due_share: Number = _setting(1.0, "Share of families with a due date.")
    due_tightness: Ranges = _setting(
        ((0, 0.5),),
        "A family is due this many workloads after its release and its own chain.",
    )
    due_per_job: bool = _setting(False, "Every job draws a due date of its own.")
    important_share: Number = _setting(0.3, "Share of important families.")
    preferred_share: Number = _setting(0.0, "Share of jobs with a preferred machine.")
    release_share: Number = _setting(0.0, "Share of families released after the start.")
    release_spread: Ranges = _setting(
        ((0, 0.6),), "Releases, in estimated workloads after plan start."
    )
    calendar_share: Number = _setting(0.0, "Share of machines with a weekly calendar.")
    calendars: tuple[Literal["two_shift", "day", "night"], ...] = _setting(
        tuple(CALENDARS),
        "Weekly calendars to draw from: two_shift, day, night; one that is named twice "
        "is drawn twice as often.",
    )
    start_hours: Ranges = _setting(
        ((6, 6),), "Plan start, in whole hours since Monday 00:00."
    )
    downtime_per_day: Number = _setting(
        0.0, "Mean number of downtimes per machine-day."
    )
    downtime_minutes: Ranges = _setting(((30, 240),), "Length of a downtime.")
    availability_share: Number = _setting(0.0, "Share of machines free only later.")
    availability_minutes: Ranges = _setting(((10, 240),), "When these become free.")
    wait_share: Number = _setting(
        0.0, "Share of the jobs with successors that these have to wait after."
    )
    wait_minutes: Ranges = _setting(((15, 120),), "How long they have to.")
    unbroken_share: Number = _setting(
        0.0, "Share of the jobs whose processing may not pause, where they fit."
    )
    cut: Ranges = _setting(
        ((0, 0),),
        "Share of a plan by hand that is over; what is left is the problem. 0: all.",
    )
    happenings: tuple[Happening, ...] = _setting(
        (NOTHING,), "What has happened by then; one of these is drawn each time."
    )
    happening_count: Ranges = _setting(((1, 1),), "How often something has.")
    down_minutes: Ranges = _setting(((180, 180),), "How long a machine is down.")
    late_minutes: Ranges = _setting(((480, 480),), "How late material is.")
    rush_minutes: Ranges = _setting(
        ((120, 120),), "Work of a rush order, which is due in twice that."
    )
    rush_weight: Number = _setting(50.0, "Weight of a rush order.")
    said_share: Number = _setting(
        0.0, "Share of the running jobs of which is said how long they still take."
    )
    released_share: Number = _setting(
        0.0, "Share of the jobs to come that are released to their machine."
    )
    lock_share: Number = _setting(
        0.0, "Share of the jobs to come that are locked to their machine or start."
    )
    freeze_minutes: Ranges = _setting(
        ((0, 0),), "From now on nothing changes for so long."
    )

    def __post_init__(self) -> None:
        for entry in fields(self):
            value = getattr(self, entry.name)
            if entry.name.endswith("_share"):
                check_range(self, share=(entry.name,))
            elif isinstance(value, tuple):
                if not value:
                    raise ValueError(f"Expected at least one {entry.name}, got none.")
                if isinstance(value[0], tuple):
                    _check_ranges(entry.name, value)
        check_range(
            self,
            positive=("jobs", "machines", "resolution_seconds"),
            not_negative=(
                "machine_types",
                "setup_groups",
                "group_skew",
                "downtime_per_day",
                "rush_weight",
            ),
        )
        for name in ("flexibility", "family_size", "start_hours"):
            for pair in getattr(self, name):
                if name != "start_hours" and pair[0] < 1:
                    raise ValueError(f"Expected {name} >= 1, got {pair[0]}.")
                if any(value != int(value) for value in pair):
                    raise ValueError(f"Expected whole numbers in {name}, got {pair}.")
        for name in ("processing_minutes", "speed", "downtime_minutes"):
            if any(low <= 0 for low, _ in getattr(self, name)):
                raise ValueError(f"Expected {name} above 0, got {getattr(self, name)}.")
        for name in ("cut", "pair_spread"):
            if any(high >= 1 for _, high in getattr(self, name)):
                values = getattr(self, name)
                raise ValueError(f"Expected {name} below 1, got {values}.")

    @property
    def is_midway(self) -> bool:
        """Whether problems are what is left of a shift in the middle."""
        return any(high > 0 for _, high in self.cut)

    def resized(self, jobs: int, machines: int) -> GeneratorSettings:
        """Return the same settings for another number of jobs and machines."""
        return replace(self, jobs=jobs, machines=machines)

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> GeneratorSettings:
        """
        Build settings from a mapping, as in a TOML file.

        Parameters
        ----------
        mapping
            Values by field name; a range is ``[low, high]`` or a list of such
            pairs. The key ``kind`` names the kind whose settings hold elsewhere.

        Raises
        ------
        ValueError
            When a key or a kind is unknown, or a value out of range or of another type
            than its field; says which.
        """
        values = dict(mapping)
        base = cls()
        if "kind" in values:
            kind = values.pop("kind")
            if kind not in KINDS:
                raise ValueError(f"Unknown kind {kind!r}; known: {', '.join(KINDS)}.")
            base = KINDS[kind]
        known = {entry.name: getattr(base, entry.name) for entry in fields(base)}
        refuse_unknown(values, known, "settings")
        for name, value in values.items():
            values[name] = tuples(value)
            if isinstance(known[name], tuple) and isinstance(known[name][0], tuple):
                values[name] = _pairs(name, values[name])
        return replace(base, **values)


def _pairs(name: str, value: Any) -> Any:
    """One range or several as several; what is none of both is refused later."""
    if not isinstance(value, tuple):
        return value
    pairs = value if value and isinstance(value[0], tuple) else (value,)
    if any(not isinstance(pair, tuple) or len(pair) != 2 for pair in pairs):
        raise ValueError(f"Expected [low, high] in {name}, got {value}.")
    return pairs


def _check_ranges(name: str, ranges: Ranges) -> None:
    for low, high in ranges:
        if not (isfinite(low) and isfinite(high) and 0 <= low <= high):
            raise ValueError(f"Expected 0 <= low <= high in {name}, got {low}, {high}.")


_SHIFT = GeneratorSettings(
    family_group_share=0.5, initial_group_share=0.5, preferred_share=0.1
)
_CALENDAR = replace(
    _SHIFT,
    due_tightness=((0, 0.8),),
    calendar_share=0.6,
    calendars=("two_shift", "two_shift", "day", "night"),
    start_hours=((0, 119),),
    downtime_per_day=0.1,
    availability_share=0.3,
    release_share=0.2,
)
_MIDWAY: dict[str, Any] = {
    "cut": ((0.05, 0.7),),
    "happenings": (
        *("machine down", "rush order", "late material", "twice as long", "nothing"),
    ),
    "happening_count": ((0, 3),),
    "said_share": 0.5,
    "released_share": 0.05,
    "lock_share": 0.05,
    "freeze_minutes": ((0, 0), (0, 240)),
}
_NO_DATES = GeneratorSettings(
    family_size=((1, 1),), predecessors="none", setup_groups=0, due_share=0.0,
    important_share=0.0, distribution="uniform", resolution_seconds=60,
    machine_times=("unrelated",), machine_types=0, all_eligible=True,
)  # fmt: skip

KINDS: dict[str, GeneratorSettings] = {
    "shift": _SHIFT,
    "shift_calendar": _CALENDAR,
    "shift_open": replace(
        _SHIFT,
        setup_groups=0,
        initial_group_share=0.0,
        family_size=((1, 1),),
        predecessors="none",
        due_tightness=((0, 0.6),),
        release_share=0.5,
    ),
    "shift_unbroken": replace(
        _SHIFT,
        due_tightness=((0, 0.8),),
        calendar_share=0.8,
        calendars=("two_shift", "day", "night"),
        start_hours=((0, 119),),
        downtime_per_day=0.1,
        wait_share=0.3,
        unbroken_share=0.4,
    ),
    "tight": replace(_SHIFT, due_tightness=((0, 0.25),)),
    # Many kinds of parts on few machines: lateness is decided by changeovers.
    "changeovers": replace(_SHIFT, jobs=500, machines=20, setup_groups=60),
    "loose": replace(_SHIFT, due_tightness=((0.1, 0.8),)),
    "assembly": replace(
        _SHIFT,
        predecessors="dag",
        family_size=((3, 12),),
        due_tightness=((0, 0.45),),
        sequence_share=0.9,
        release_share=0.2,
    ),
    # A shift in the middle of the day, as in KINDS["shift"] and "shift_calendar".
    "midway": replace(_SHIFT, **_MIDWAY),
    "midway_calendar": replace(_CALENDAR, **_MIDWAY),
    # Times as in the public sets of unrelated machines: a wide and a narrow range.
    "unrelated": replace(
        _NO_DATES, jobs=200, machines=20, processing_minutes=((1, 100), (100, 120))
    ),
    # As Vallada & Ruiz (2011): four ranges of setups, from negligible to dominant.
    "unrelated_setup": replace(
        _NO_DATES,
        jobs=100,
        machines=10,
        processing_minutes=((1, 100),),
        group_per_job=True,
        setup_minutes=((1, 9), (1, 49), (1, 99), (1, 124)),
        setup_matrices="machine",
    ),
    # Chains of operations as in Brandimarte (1993) and Hurink et al. (1994): equal
    # times on all eligible machines, slightly different ones, or unrelated ones.
    "flexible_job_shop": replace(
        _NO_DATES,
        jobs=150,
        machines=10,
        all_eligible=False,
        flexibility=((1, 2), (1, 3), (2, 5), (1, 5), (1, 8)),
        family_size=((5, 5), (3, 9), (10, 10), (10, 15), (15, 25)),
        predecessors="sequence",
        processing_minutes=((1, 10), (1, 20), (5, 10), (5, 20), (5, 100)),
        machine_times=("speed", "unrelated"),
        speed=((1, 1), (0.9, 1.1)),
    ),
}
