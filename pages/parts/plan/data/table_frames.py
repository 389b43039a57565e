"""Tables as frames to be edited, and what was edited in them."""

from __future__ import annotations

import pandas as pd

from core.tables.raw import RawTable
from core.tables.writing.edited import EditedRow, cell_text, with_edits

NUMBER = "number"  # of the row in the file; not shown
MOST_GAPS = 200  # empty rows shown so that rows count as in the file


def shown_frame(table: RawTable) -> pd.DataFrame:
    """
    Return a table as texts, its rows counted as in the file.

    Rows that the file leaves empty are shown empty; where there are too many of them
    rows are counted anew.
    """
    first = table.rows[0][0] if table.rows else table.header_row + 1
    last = table.rows[-1][0] if table.rows else first - 1
    columns = [f"c{i}" for i in range(len(table.columns))]
    frame = pd.DataFrame(
        [[cell_text(cell) for cell in row] for _, row in table.rows],
        columns=columns,
        index=pd.Index([number for number, _ in table.rows], dtype="int64"),
        dtype="str",
    )
    frame[NUMBER] = frame.index.astype("Int64")
    counted = pd.RangeIndex(first, last + 1)
    if len(counted) - len(frame) <= MOST_GAPS:
        return frame.reindex(counted).fillna(dict.fromkeys(columns, ""))
    return frame.set_axis(pd.RangeIndex(first, first + len(frame)))


def edited_rows(frame: pd.DataFrame) -> list[EditedRow]:
    """Return the rows of an edited table."""
    numbers = frame[NUMBER].tolist()
    texts = frame.drop(columns=NUMBER).astype("object")
    texts = texts.where(texts.notna(), "")
    return [
        EditedRow(
            int(shown), None if pd.isna(number) else int(number), tuple(map(str, cells))
        )
        for shown, number, cells in zip(
            frame.index, numbers, texts.itertuples(index=False), strict=True
        )
    ]


def is_changed(table: RawTable, frame: pd.DataFrame) -> bool:
    """Whether an edited table holds anything else than the file."""
    return [row for _, row in with_edits(table, edited_rows(frame)).rows] != [
        row for _, row in table.rows
    ]
