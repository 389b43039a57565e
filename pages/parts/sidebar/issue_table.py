"""The table of issues: by sheet and kind, repeats folded, every cell whole."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.charts import theme
from core.problem import phrases
from core.tables.issues import IssueGroup, Issues
from core.tables.values.remarks import ANSWER, OTHERWISE

MOST_GROUPS = 60  # of a sheet; more are for the downloaded list
_OPTION = re.compile(r" \(--[^)]*\)")
ON_THE_PAGE = "choose it under “How your columns are read”"


def show_issues(issues: Issues, key: str = "issues") -> None:
    """
    Show all issues by sheet, and offer them as a list.

    Parameters
    ----------
    issues
        What to show.
    key
        Tells this table from another one on the page.
    """
    sheets: dict[str, list[IssueGroup]] = {}
    for group in issues.folded():
        sheets.setdefault(group.first.sheet, []).append(group)
    for number, (sheet, groups) in enumerate(sheets.items()):
        st.markdown(f"**{theme.unmarked(sheet)}** · {_counts(groups)}")
        with st.container(key=f"{key}_of_{number}"):  # a narrow page stacks its cells
            shown = _frame(groups[:MOST_GROUPS])
            st.table(shown, hide_index=True, border="horizontal")
        left = len(groups) - MOST_GROUPS
        if left > 0:
            st.caption(f"{phrases.many(left, 'kind')} more in the list below.")
    st.download_button(
        "Download this list",
        issues.to_csv(),
        "issues.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key=f"{key}_download",
    )


def _frame(groups: Sequence[IssueGroup]) -> pd.DataFrame:
    """One row per kind; cells of a table are Markdown, and a planner's are not."""
    rows = [
        {
            "Kind": group.first.severity.value,
            "Row": group.where or phrases.NOTHING,
            "Column": group.first.column or "",
            "Value": group.values,
            "What is wrong": group.faults,
            "How to mend it": _on_the_page(group.mends),
        }
        for group in groups
    ]
    return pd.DataFrame(rows).map(theme.unmarked)


def _on_the_page(mend: str) -> str:
    """Return a mend without what is typed in a terminal."""
    words = mend.replace(ANSWER, f"or {ON_THE_PAGE}")
    words = words.replace(OTHERWISE, f"If another reading is meant, {ON_THE_PAGE}.")
    return _OPTION.sub("", words)


def _counts(groups: Sequence[IssueGroup]) -> str:
    """How many of which severity."""
    counts: dict[str, int] = {}
    for group in groups:
        severity = group.first.severity.value
        counts[severity] = counts.get(severity, 0) + len(group.found)
    return ", ".join(phrases.many(count, name) for name, count in counts.items())
