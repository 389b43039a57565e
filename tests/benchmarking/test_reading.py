"""The benchmark of reading measures what it says, and reading stays quick."""

import time

from core.benchmarking.reading import as_text, as_workbook, planner_list, reading_report
from core.tables.proposal import proposal_for
from core.tables.shift import read_shift


def test_both_forms_of_the_list_are_the_same_shift():
    """Typed cells, and texts with German dates and decimals."""
    jobs = planner_list(200)
    shifts = [read_shift(files(jobs), None).shift for files in (as_workbook, as_text)]
    assert shifts[0].content_hash == shifts[1].content_hash
    assert shifts[0].problem.num_jobs == 200


def test_the_report_has_a_row_per_form():
    """Seconds above 0, and told."""
    told = []
    report = reading_report(100, told.append)
    rows = report.summaries[0].rows
    assert [row[:2] for row in rows] == [("XLSX", 100), ("CSV", 100)]
    assert all(row[2] > 0 and row[3] > 0 for row in rows)
    assert len(told) == 2


def test_ten_times_the_rows_take_no_more_than_twenty_times_as_long():
    """500 and 5,000 rows, in seconds of the processor, the better of two."""

    def cpu(rows):
        files = as_workbook(planner_list(rows))
        mapping = proposal_for(files).mapping
        took = []
        for _ in range(2):
            begin = time.process_time()
            assert read_shift(files, None, mapping=mapping).shift is not None
            took.append(time.process_time() - begin)
        return min(took)

    cpu(100)
    assert cpu(5000) < 20 * cpu(500)
