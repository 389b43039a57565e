"""What answers about a plan are measured by."""

from core.benchmarking.answers import TARGETS, answers_report
from core.planning.settings import PlanSettings


def test_every_answer_is_timed_and_caution_has_its_interval():
    """A row each, the promised ones with what they may take; caution on two shifts."""
    told = []
    settings = PlanSettings("rule:edd")
    report = answers_report([(24, 4)], 2, settings=settings, tell=told.append)
    rows = {row[2]: row for row in report.detail.rows}
    promised = {name for name, row in rows.items() if row[5] is not None}
    # Remedies are timed where an order is late.
    assert promised | {"20 remedies"} == set(TARGETS)
    assert all(row[3] > 0 and row[4] >= 0 for row in rows.values())
    given, gained = report.summaries[1].rows
    assert given[0] == gained[0] == 2
    for row in (given, gained):
        assert row[3] is None or row[3] <= row[2] <= row[4]
    assert len(told) == len(rows) + 2
