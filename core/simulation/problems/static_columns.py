"""Columns, by name, of what the features need of a problem and never changes."""

from __future__ import annotations

from collections import namedtuple
from typing import Any


def _numbered(names: str) -> Any:
    """Names of columns, each with its place."""
    return namedtuple("Columns", names.split())(*range(len(names.split())))


# Of jobs, float32. Squashed times over the scale of the problem (mean and best
# processing, usual setup into the group, chain), whether it or a job behind it has a
# due date, squashed weights (own, with those behind), flags, share of the machines,
# log of the weight over the mean.
JOB_STATIC = _numbered(
    "mean_processing best_processing setup_of_group chain due weight weight_behind "
    "important successors machines only_machine log_weight"
)
# Of jobs, float64 seconds: what now is subtracted from, or divided by the scale later.
# The latest start for its due date is 0 without one.
JOB_SECONDS = _numbered("latest_start chain setup_of_group mean_processing")
# Of pairs of job and machine, float32. Processing over the scale (+inf: not eligible),
# price of the machine over the least priced effort of the job, low setup after the job
# over the scale, share of the fractional assignment, 1 / number of eligible machines,
# whether the planner prefers it.
PAIR_STATIC = _numbered("processing price setup_after fit share preferred")
