"""The names of what a policy sees: features of jobs, machines and the whole."""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Feature:
    """
    One number that a policy sees.

    Parameters
    ----------
    name, meaning
        Short name, as shown on screen, and a sentence.
    topic
        What it speaks of; explanations remove whole topics.
    since
        1: it was there when a card named the tables by :data:`FIRST_DIGEST`.

    Notes
    -----
    Models read features by name, so the tables may grow anywhere. A feature that
    changes its meaning is another feature: it gets another name.
    """

    name: str
    meaning: str
    topic: str
    since: int = 1


FIRST_DIGEST = "5e34df315a36d153e2ab96ecffb73901164ecf7a3f78ee3945870ceb495d1935"


# Times are divided by the mean processing time of the problem and compressed by
# sign(x) log(1 + |x|), so that problems of any size and unit look alike.
JOB_FEATURES = (
    Feature(
        "processing now",
        "shortest processing on a machine that may be chosen",
        "processing",
    ),
    Feature("setup now", "smallest setup on a machine that may be chosen", "setup"),
    Feature(
        "setup saved", "usual setup into its group, less the smallest now", "setup"
    ),
    Feature(
        "end now",
        "earliest end on a machine that may be chosen, from now",
        "start and end",
    ),
    Feature(
        "end regret",
        "that end, less the earliest on any eligible machine",
        "start and end",
    ),
    Feature("wait", "time until it can start, from now", "start and end"),
    Feature(
        "dead time",
        "machine time lost before it starts: setup and waiting",
        "start and end",
    ),
    Feature("pause", "closed time between its start and its end", "start and end"),
    Feature("group work", "work left in its setup group", "setup"),
    Feature(
        "ATCS, short",
        "log index of apparent tardiness cost with setups, k1=1 k2=0.3",
        "dispatch index",
    ),
    Feature("ATCS, long", "the same with k1=4 k2=1", "dispatch index"),
    Feature("no setup", "1 when a machine that may be chosen needs no setup", "setup"),
    Feature(
        "slack, near",
        "time to its latest start for a due date, in units of its time",
        "due date",
    ),
    Feature(
        "slack, far", "the same, in units of the work left per machine", "due date"
    ),
    Feature("late", "1 when it cannot be on time any more", "due date"),
    Feature(
        "criticality",
        "its chain and own processing, over the longest such now",
        "work behind",
    ),
    Feature(
        "chain pressure",
        "its chain and own processing, over the work left per machine",
        "work behind",
    ),
    Feature("machines now", "share of the machines that may be chosen", "flexibility"),
    Feature("group share", "the same, as a share of all work left", "setup"),
    Feature(
        "contention",
        "expected load of its eligible machines, over the mean",
        "flexibility",
    ),
    Feature(
        "priced effort",
        "priced processing and setup now, over the least anywhere; logarithm",
        "machine fit",
    ),
    Feature(
        "priced effort, after",
        "the same with the setup that follows it, in a good order",
        "machine fit",
    ),
    Feature(
        "mean processing", "mean processing over all eligible machines", "processing"
    ),
    Feature(
        "best processing", "shortest processing on any eligible machine", "processing"
    ),
    Feature("setup of group", "usual setup into its group", "setup"),
    Feature("chain", "least processing in sequence behind it", "work behind"),
    Feature("due", "1 when it, or a job behind it, has a due date", "due date"),
    Feature("weight", "its weight over the mean weight", "importance"),
    Feature(
        "weight behind",
        "weight of the jobs behind it and its own, over the mean",
        "importance",
    ),
    Feature("important", "1 when it is important", "importance"),
    Feature("successors", "1 when other jobs wait for it", "work behind"),
    Feature("machines", "share of the machines that are eligible", "flexibility"),
    Feature("only machine", "1 when one machine alone is eligible", "flexibility"),
    Feature(
        "fit",
        "share that the fractional assignment gives to machines now",
        "machine fit",
    ),
    Feature("preferred", "1 when its preferred machine may be chosen", "machine fit"),
)
MACHINE_FEATURES = (
    Feature("processing", "processing of the job on it", "processing"),
    Feature("setup", "setup it needs for the job", "setup"),
    Feature("setup saved", "usual setup into the group, less this one", "setup"),
    Feature(
        "work and setup regret",
        "processing and setup, less the least of the choices",
        "processing",
    ),
    Feature("end", "exact end of the job on it, from now", "start and end"),
    Feature(
        "end regret", "that end, less the earliest of the choices", "start and end"
    ),
    Feature(
        "end regret, any",
        "that end, less the earliest on any eligible machine",
        "start and end",
    ),
    Feature("wait", "time until the job can start on it, from now", "start and end"),
    Feature("dead time", "machine time lost before the job starts", "start and end"),
    Feature("pause", "closed time between start and end", "start and end"),
    Feature("busy", "time until it is free, from now", "load"),
    Feature("load", "expected work left for it", "load"),
    Feature("own group work", "work left in the group it is set up for", "setup"),
    Feature(
        "setup after", "setup that follows the job there, in a good order", "setup"
    ),
    Feature(
        "processing ratio",
        "the same over the mean of the eligible machines",
        "processing",
    ),
    Feature("no setup", "1 when it needs none", "setup"),
    Feature(
        "load ratio",
        "that and the time it is busy, over the mean of the machines",
        "load",
    ),
    Feature("same group", "1 when it is set up for the job's group", "setup"),
    Feature("price", "scarcity price of its time", "machine fit"),
    Feature(
        "priced effort",
        "priced processing and setup, over the least anywhere; logarithm",
        "machine fit",
    ),
    Feature("fit", "share that the fractional assignment gives it", "machine fit"),
    Feature(
        "fit of others",
        "best share of another machine that may be chosen",
        "machine fit",
    ),
    Feature("preferred", "1 when the planner prefers it for the job", "machine fit"),
)
GLOBAL_FEATURES = (
    Feature("work left", "mean work left per machine", "progress"),
    Feature("clock", "now, over the ideal horizon", "progress"),
    Feature(
        "makespan", "bound on the makespan from now, over the ideal horizon", "progress"
    ),
    Feature(
        "busy spread",
        "standard deviation of the time until machines are free",
        "machines",
    ),
    Feature(
        "longest chain",
        "longest chain among the candidates, over work left per machine",
        "jobs",
    ),
    Feature("setups", "usual setup over the mean processing time", "problem"),
    Feature("done", "share of the jobs that are scheduled", "progress"),
    Feature("idle machines", "share of the machines that are free now", "machines"),
    Feature(
        "load peak",
        "largest load and busy time of a machine, over the mean",
        "machines",
    ),
    Feature("size", "logarithm of the number of jobs left", "problem"),
    Feature("machines", "logarithm of the number of machines", "problem"),
    Feature("may wait", "1 when machines may wait for jobs", "lookahead"),
    Feature("any order", "1 when the lookahead is unlimited", "lookahead"),
    Feature("candidates", "share of the jobs left that may be chosen", "jobs"),
    Feature("late", "share of the candidates that cannot be on time", "jobs"),
    Feature("due", "share of the candidates with due dates", "jobs"),
    Feature("finish early", "objective weight a, share", "objective"),
    Feature("on time", "objective weight b, share", "objective"),
    Feature("few setups", "objective weight c, share", "objective"),
)


def columns(table: Sequence[Feature]) -> Any:
    """
    Column of each feature, by its name: ``end regret, any`` is ``end_regret_any``.

    Machine code that writes to a column whose feature is gone, or has another name,
    does not compile.
    """
    names = [re.sub(r"\W+", "_", feature.name) for feature in table]
    return namedtuple("Columns", names)(*range(len(names)))
