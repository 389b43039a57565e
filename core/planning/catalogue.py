"""Every scheduler by name, with its words for planners; none is loaded for that."""

from __future__ import annotations

from dataclasses import dataclass

from core.planning.dispatch_rules import RULES

RULE_PREFIX = "rule:"
BEST_RULE = f"{RULE_PREFIX}best"

# Fields of PlanSettings that every scheduler heeds, and those of all policies.
OF_ALL = ("scheduler", "objective", "refine_seconds", "seed", "cautious")
OF_A_POLICY = ("samples", "lookahead", "model")


class UnknownSchedulerError(ValueError):
    """There is no scheduler of a name; the message lists those that there are."""


@dataclass(frozen=True)
class SchedulerEntry:
    """
    One scheduler of the catalogue.

    Parameters
    ----------
    name
        As settings, commands and files write it.
    title
        As planners read it in a list.
    words
        What it is, in one sentence for planners.
    reads
        Fields of :class:`core.planning.settings.PlanSettings` that it reads, beside
        those of ``OF_ALL``.
    small_only
        Whether it is for small shifts: tens of jobs.
    """

    name: str
    title: str
    words: str
    reads: tuple[str, ...] = ()
    small_only: bool = False


def _rule_entries() -> list[SchedulerEntry]:
    """One entry for each dispatch rule."""
    return [
        SchedulerEntry(f"{RULE_PREFIX}{name}", f"Rule: {rule.title}", rule.words)
        for name, rule in RULES.items()
    ]


_ENTRIES = (
    SchedulerEntry(
        "auto",
        "The best plan there is time for",
        "Policy and rules plan side by side; the best plans are improved move by move.",
        reads=("model", "effort", "most_seconds"),
    ),
    SchedulerEntry(
        "hierarchical",
        "Hierarchical policy",
        "A trained policy sees all jobs; it chooses the job, then its machine.",
        reads=OF_A_POLICY,
    ),
    SchedulerEntry(
        "unified",
        "Policy, else batches or rules",
        "The policy where it can plan the shift, else in batches, else by rules.",
        reads=(*OF_A_POLICY, "visible", "most_jobs"),
    ),
    SchedulerEntry(
        "batch",
        "In batches, as before",
        "The policy sees some jobs, plans them to the end, then sees the next ones.",
        reads=(*OF_A_POLICY, "visible"),
    ),
    SchedulerEntry(
        BEST_RULE,
        "Best dispatch rule",
        "Plans by every rule below and keeps the best plan.",
    ),
    *_rule_entries(),
    SchedulerEntry(
        "cpsat",
        "Exact solver, small shifts",
        "Searches for the best possible plan for a minute; for tens of jobs.",
        small_only=True,
    ),
)

# In the order in which planners see them, the recommended one first.
SCHEDULERS: dict[str, SchedulerEntry] = {entry.name: entry for entry in _ENTRIES}


def names() -> tuple[str, ...]:
    """Names of all schedulers, the recommended one first."""
    return tuple(SCHEDULERS)


def scheduler_entry(name: str) -> SchedulerEntry:
    """
    Return what the catalogue says of a scheduler.

    Raises
    ------
    UnknownSchedulerError
        When there is none of that name; says which there are.
    """
    if name not in SCHEDULERS:
        known = ", ".join(SCHEDULERS)
        raise UnknownSchedulerError(f"Unknown scheduler {name!r}; known: {known}.")
    return SCHEDULERS[name]


def title(name: str) -> str:
    """Return a scheduler as planners read it; the name itself where it is unknown."""
    entry = SCHEDULERS.get(name)
    return name if entry is None else entry.title


def rule_names(name: str) -> tuple[str, ...]:
    """
    Return the dispatch rules behind a scheduler's name; none when it is no rule.

    ``rule:best`` stands for all of them.
    """
    if name == BEST_RULE:
        return tuple(RULES)
    rule = name.removeprefix(RULE_PREFIX)
    return (rule,) if name.startswith(RULE_PREFIX) and rule in RULES else ()
