"""
The dispatch rules: name, words for the planner and formula, one row each.

To add one, write its formula and its row in ``RULES``: the catalogue, the command line,
the pages and the search for the best rule read them here. The formulas compute with
tensors, and this room does without torch; :mod:`core.schedulers.dispatching.rules`
plays them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from math import inf
from typing import Any, Protocol

Numbers = Any  # a torch tensor, of the shape that is said

NO_DUE = 1e6  # slack of a job without due date, in units of k1 mean processing times


class Candidates(Protocol):
    """
    The jobs that may be placed next, one row each, R in all; M machines.

    Times are seconds, moments seconds since plan start.
    """

    @property
    def now(self) -> Numbers:
        """Shape (R,): the earliest moment at which anything could start."""
        ...

    @property
    def ready(self) -> Numbers:
        """Shape (R,): since when the job could start."""
        ...

    @property
    def due(self) -> Numbers:
        """Shape (R,): due date, that of the jobs behind it counted back to it."""
        ...

    @property
    def weight(self) -> Numbers:
        """Shape (R,): what a second of lateness counts."""
        ...

    @property
    def mean_processing(self) -> Numbers:
        """Shape (R,): mean over the machines it may run on."""
        ...

    @property
    def work_remaining(self) -> Numbers:
        """Shape (R,): the longest chain behind the job, its own processing counted."""
        ...

    @property
    def jobs_behind(self) -> Numbers:
        """Shape (R,): jobs on the longest chain behind the job."""
        ...

    @property
    def usual_processing(self) -> Numbers:
        """Shape (R,): mean processing of all jobs of the row's problem."""
        ...

    @property
    def usual_setup(self) -> Numbers:
        """Shape (R,): mean setup of the row's problem."""
        ...

    @property
    def may(self) -> Numbers:
        """Shape (R, M), bool: the machines that may be chosen."""
        ...

    @property
    def processing(self) -> Numbers:
        """Shape (R, M)."""
        ...

    @property
    def setup(self) -> Numbers:
        """Shape (R, M): setup, were the job next on each machine."""
        ...

    @property
    def end(self) -> Numbers:
        """Shape (R, M): exact end on each machine."""
        ...


# A rule gives the priority of each row, largest first: shape (R,) when it is the
# job's alone, so that the machine is the one on which the job ends first; shape
# (R, M) when it is the pair's. Further arguments, shape (R,), are its parameters.


def fifo(candidates: Candidates) -> Numbers:
    """First in, first out: the job that has been ready for longest."""
    return -candidates.ready


def spt(candidates: Candidates) -> Numbers:
    """Shortest (mean) processing time."""
    return -candidates.mean_processing


def lpt(candidates: Candidates) -> Numbers:
    """Longest (mean) processing time."""
    return candidates.mean_processing


def edd(candidates: Candidates) -> Numbers:
    """Earliest due date."""
    return -candidates.due


def mwkr(candidates: Candidates) -> Numbers:
    """Most work remaining."""
    return candidates.work_remaining


def mor(candidates: Candidates) -> Numbers:
    """Most operations remaining."""
    return candidates.jobs_behind


def ect(candidates: Candidates) -> Numbers:
    """Earliest completion time, of all pairs of job and machine."""
    return -candidates.end


def sufferage(candidates: Candidates) -> Numbers:
    """
    Most to lose: second earliest less earliest end over its machines.

    Maheswaran et al. 1999. A job with one machine counts as if the second never ended.
    """
    ends = candidates.end.where(candidates.may, inf)
    if ends.shape[1] == 1:
        return ends.new_full((len(ends),), inf)
    first, second = ends.topk(2, dim=1, largest=False).values.unbind(1)
    return second - first


def atcs(candidates: Candidates, k1: Numbers, k2: Numbers) -> Numbers:
    """
    Apparent tardiness cost with setups (Lee, Bhaskaran and Pinedo 1997, eq. 2).

    The logarithm of w/p exp(-max(d - p - t, 0) / (k1 p')) exp(-s / (k2 s')), p' and
    s' the mean processing time and setup. Jobs without due dates come last, ordered
    by the other two factors.
    """
    due, now = candidates.due[:, None], candidates.now[:, None]
    slack = (due - candidates.processing - now).clamp(min=0)
    mean = candidates.usual_processing
    usual = candidates.usual_setup.clamp(min=1e-9)
    waits = (slack / (k1 * mean)[:, None]).nan_to_num(nan=NO_DUE).clamp(max=NO_DUE)
    weight = candidates.weight[:, None]
    return (
        (weight / candidates.processing).log()
        - waits
        - candidates.setup / (k2 * usual)[:, None]
    )


@dataclass(frozen=True)
class DispatchRule:
    """
    A rule by name.

    Parameters
    ----------
    title
        As planners read it, behind the word "Rule".
    words
        What it is, in one sentence for planners.
    priority
        The formula.
    lookahead
        Seconds that machines may wait for a job: 0 or infinite.
    parameters
        Names of the formula's parameters.
    grid
        Their values, point by point; the best is kept.
    few
        Points of the grid that are tried on a large shift.
    """

    title: str
    words: str
    priority: Callable[..., Numbers]
    lookahead: float = 0.0
    parameters: tuple[str, ...] = ()
    grid: tuple[tuple[float, ...], ...] = ((),)
    few: tuple[tuple[float, ...], ...] = ((),)


K1, K2 = (0.1, 0.2, 0.5, 1.0, 2.0, 4.0), (0.05, 0.1, 0.3, 1.0, 3.0)

# The order settles ties between rules: the first is kept.
RULES: dict[str, DispatchRule] = {
    "fifo": DispatchRule(
        "first come, first served",
        "The job that has been ready for longest goes first.",
        fifo,
    ),
    "spt": DispatchRule(
        "shortest first", "The job with the shortest processing goes first.", spt
    ),
    "lpt": DispatchRule(
        "longest first", "The job with the longest processing goes first.", lpt
    ),
    "edd": DispatchRule(
        "earliest due date",
        "The job goes first that is due first, or that such a job waits for.",
        edd,
    ),
    "mwkr": DispatchRule(
        "most work remaining",
        "The job with the longest work behind it goes first, its own counted.",
        mwkr,
    ),
    "mor": DispatchRule(
        "most jobs remaining",
        "The job with the most jobs one behind the other goes first.",
        mor,
    ),
    "ect": DispatchRule(
        "earliest completion",
        "The job and machine that end first go first; machines may wait.",
        ect,
        lookahead=inf,
    ),
    "lpt-wait": DispatchRule(
        "longest first, waiting",
        "Longest first; a machine may wait for a job though it could start another.",
        lpt,
        lookahead=inf,
    ),
    "edd-wait": DispatchRule(
        "earliest due date, waiting",
        "Due first goes first; a machine may wait though it could start another job.",
        edd,
        lookahead=inf,
    ),
    "sufferage": DispatchRule(
        "most to lose",
        "The job goes first that would end latest if it lost its best machine.",
        sufferage,
        lookahead=inf,
    ),
    "atcs": DispatchRule(
        "urgency and setups",
        "Weighs due dates, processing and setups; its settings are searched.",
        atcs,
        parameters=("k1", "k2"),
        grid=(*product(K1, K2),),
        few=(*product(K1[1::2], K2[1::2]),),
    ),
}
