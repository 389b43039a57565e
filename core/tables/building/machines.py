"""The machines that jobs run on: the rows of ``machines``, and the units of each."""

from __future__ import annotations

from core.tables import limits
from core.tables.building.book import Book, MachineUnit
from core.tables.building.spelling import Use, one_spelling, warn_of_near_ids
from core.tables.rows import LONGEST_NAME


def list_machines(book: Book) -> None:
    """
    Fill in the machines of a book, their ids and types; faults are reported.

    A row with ``units`` is that many equal machines, ``M7/1`` … ``M7/3``; its own id
    means all of them.
    """
    records = book.machines
    rows = records.index("machine_id")
    warn_of_near_ids(records, "machine_id", "machine ids")
    kinds = one_spelling(
        [
            Use(records, x.number, "machine_type", x.row.machine_type)
            for x in records
            if x.row.machine_type is not None
        ],
        (),
        "machine types",
    )
    total = sum(x.row.units or 1 for x in records)
    most = limits.MAX_ROWS["machines"]
    if total > most:
        records.report(
            None,
            "units",
            "",
            f"With their units these are {total:,} machines; {most:,} can be planned.",
            "Check the column; split the shop if there are so many.",
        )
    for record in records:
        name, count = record.row.machine_id or "", record.row.units or 1
        if total > most:
            count = 1
        ids = [name] if count == 1 else [f"{name}/{i + 1}" for i in range(count)]
        places = list(range(len(book.units), len(book.units) + count))
        kind = kinds.get(record.row.machine_type or "", "")
        book.units += [MachineUnit(x, kind, record) for x in ids]
        if kind:
            book.types.setdefault(kind, []).extend(places)
        if not name or name in book.machine_index:
            continue  # reported already
        book.machine_index[name] = places
        if count == 1:
            continue
        if len(ids[-1]) > LONGEST_NAME:
            records.report(
                record.number,
                "machine_id",
                name,
                f"The name of its last unit would have {len(ids[-1])} characters.",
                f"Shorten it: {LONGEST_NAME} at most, with the number of the unit.",
            )
        for x, place in zip(ids, places, strict=True):
            if x in rows:
                records.report(
                    records.records[rows[x]].number,
                    "machine_id",
                    x,
                    f"This is also the name of a unit of {name!r} in row "
                    f"{record.number}.",
                    "Give one of them another id, or remove the row.",
                )
            else:
                book.machine_index[x] = [place]
