"""Tables on the screen: words for people, numbers for sorting."""

import numpy as np
import pandas as pd

from pages.parts import tables
from pages.parts.tables import MARKED, with_line_marked, worded


def frame():
    """Two jobs, one of them without a due date."""
    return pd.DataFrame(
        {
            "Job": ["a", "b"],
            "Slack": [2172.0, np.nan],
            "Ends later": [80.0, -20.0],
            "Due": [pd.Timestamp("2026-01-05 14:05"), pd.NaT],
        }
    )


def test_lengths_and_moments_are_said_as_people_do():
    """A day and a half, not 2,172 minutes; what is missing is a dash."""
    styled = worded(frame(), ["Slack"], ["Ends later"])
    text = styled.hide(axis="index").to_string(delimiter="|")
    head, first, second = text.splitlines()[:3]
    assert head == "Job|Slack|Ends later|Due"
    assert first == "a|1 d 12 h|+1 h 20|Mon 5 Jan 14:05"
    assert second == "b|–|−20 min|–"


def test_a_time_to_a_due_date_says_late_or_spare():
    """Words carry the sign; no due date is a dash."""
    table = pd.DataFrame({"To due": [-80.0, 20.0, np.nan]})
    text = worded(table, to_due=["To due"]).hide(axis="index").to_string()
    assert text.splitlines()[1:4] == ["late by 1 h 20", "20 min to spare", "–"]


def test_a_marked_line_is_shaded_and_no_other():
    """The second of two; without one, the table is as it was."""
    styled = worded(frame(), ["Slack"])
    assert with_line_marked(styled, None) is styled
    html = with_line_marked(styled, 1).to_html()
    assert MARKED[False] in html
    shaded = html[html.index("<style") : html.index("</style>")]
    assert "row1_col0" in shaded
    assert "row0_col0" not in shaded


def test_the_numbers_stay_for_sorting():
    """As text, "9 h" would stand behind "1 d 12 h"."""
    table = frame()
    assert worded(table, ["Slack"]).data is table


def test_a_very_large_table_says_hours_in_its_header(monkeypatch):
    """Wording every cell would take seconds; numbers without a unit say nothing."""
    monkeypatch.setattr(tables, "MOST_WORDED", 7)
    shown = worded(frame(), ["Slack"], ["Ends later"])
    assert list(shown) == ["Job", "Slack (h)", "Ends later (h)", "Due"]
    assert shown["Slack (h)"].tolist()[0] == 36.2
    assert shown["Ends later (h)"].tolist() == [1.33, -0.33]
