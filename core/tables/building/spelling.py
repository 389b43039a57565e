"""One spelling for each name: setup groups, machine types, families, calendars, ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from core.tables.issues import Severity
from core.tables.mapping.records import Records
from core.tables.text import shortened
from core.tables.values.names import Known, alike, groups_alike, same

_MOST_SHOWN = 3


class Use(NamedTuple):
    """
    A name in a cell.

    Parameters
    ----------
    records, number, column
        Where it stands.
    name
        What stands there.
    """

    records: Records[Any]
    number: int
    column: str
    name: str


def one_spelling(
    uses: Iterable[Use], defined: Iterable[str], what: str
) -> dict[str, str]:
    """
    Return the spelling that every name is taken for; what is taken as another is said.

    Names that differ in spaces, invisible characters or ``.0`` are one. A name that
    differs in case or signs from one that is defined elsewhere is taken for that one,
    with a warning; where nothing is defined, both stay, with a warning.

    Parameters
    ----------
    uses
        Where names stand.
    defined
        Names that another table defines; these stay as they are.
    what
        What is named, e.g. ``setup groups``.
    """
    known = Known(dict.fromkeys(defined, 0))
    firm = Known(known)
    by_alike: dict[str, list[str]] = {}
    for name in firm:
        by_alike.setdefault(alike(name), []).append(name)
    taken: dict[str, str] = {}
    first: dict[str, str] = {}
    at: dict[str, Use] = {}
    for use in uses:
        name = use.name
        if name in taken:
            continue
        at[name] = use
        if name in firm:
            taken[name] = name
            continue
        found = use.records.meant(use.number, use.column, name, firm)
        near = by_alike.get(alike(name), [])
        if found is None and len(near) == 1:
            found = near[0]
            use.records.report(
                use.number,
                use.column,
                name,
                f"{name!r} is read as {found!r}, which differs in case or signs only.",
                "Write them alike; if both are meant, give them different names.",
                Severity.WARNING,
            )
        if found is None:
            found = first.setdefault(same(name), name)
            if found != name:
                use.records.meant(use.number, use.column, name, Known({found: 0}))
        taken[name] = found
    _warn_of_near_ones(list(dict.fromkeys(taken.values())), at, what)
    return taken


def _warn_of_near_ones(names: Sequence[str], at: dict[str, Use], what: str) -> None:
    """Warn of names that stay different and differ in case or signs only."""
    together = [x for x in groups_alike(names) if any(name in at for name in x)]
    if not together:
        return
    use = next(at[name] for name in together[0] if name in at)
    use.records.report(
        use.number,
        use.column,
        use.name,
        _differ(together, what),
        "Write them alike if they are the same.",
        Severity.WARNING,
    )


def _differ(together: Sequence[Sequence[str]], what: str) -> str:
    """Say which names differ in little only."""
    shown = "; ".join(
        " and ".join(map(repr, names)) for names in together[:_MOST_SHOWN]
    )
    more = len(together) - _MOST_SHOWN
    rest = f", and {more} more" if more > 0 else ""
    return (
        f"These {what} differ only in case, spaces or signs, and are different: "
        f"{shortened(shown, 300)}{rest}."
    )


def warn_of_near_ids(records: Records[Any], column: str, what: str) -> None:
    """Warn of ids of one table that differ in case, spaces or signs only."""
    rows: dict[str, int] = {}
    for record in records.records:
        name = getattr(record.row, column)
        if name is not None:
            rows.setdefault(name, record.number)
    together = groups_alike(rows)
    # Ids such as A-1 and A1 are usual; those that look the same are not.
    together = [
        x for x in together if len({same(name).casefold() for name in x}) < len(x)
    ]
    if together:
        name = together[0][-1]
        records.report(
            rows[name],
            column,
            name,
            _differ(together, what),
            "Give them ids that nobody can mix up, or write them alike.",
            Severity.WARNING,
        )
