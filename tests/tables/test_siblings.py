"""Files like those that went wrong before: the same kinds, other forms."""

import pytest

from tests.tables.files import MACHINES, read


def said(reading):
    """Every issue as text, but for the plan start's."""
    return [str(x) for x in reading.issues if "The plan starts" not in str(x)]


def test_a_column_of_machines_under_any_header_is_told():
    """Read as nothing it would let jobs run elsewhere; not where one cell is other."""
    jobs = "job_id,processing_minutes,asset\nA,90,M-1\nB,60,M-2\n"
    told = "'asset' is kept but not used; its cells are machines."
    (warning,) = [x for x in read(jobs).issues.warnings if told in x.fault]
    assert (warning.row, warning.column, warning.value) == (2, "asset", "M-1")
    assert not any(told in x for x in said(read(jobs.replace("M-2", "oven"))))
    bound = jobs.replace("asset", "machine,asset").replace(",M-", ",M-1,M-")
    assert not any(told in x for x in said(read(bound)))


def test_a_number_that_lost_its_zeros_is_asked_for():
    """12 for 0012 is no job, but there is one that looks like it."""
    jobs = "job_id,processing_minutes,predecessors\n0012,90,\n0013,60,12\n"
    (error,) = read(jobs).issues.errors
    assert "Did you mean '0012'?" in error.mend


@pytest.mark.parametrize("line", ["--------,------", "====,====", ":---,---:"])
def test_the_line_under_a_header_that_databases_print_is_no_job(line):
    """Nor is the count of rows below the table; both are said."""
    jobs = f"job_id,processing_minutes\n{line}\nA,90\nB,60\n(2 rows affected)\n"
    reading = read(jobs)
    assert reading.shift.problem.job_ids == ("A", "B")
    assert any("row 2: This row only underlines the header" in x for x in said(reading))
    assert any("(2 rows affected)" in x for x in said(reading))


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("setups", "from_group,to_group,minutes"),
        ("processing", "job_id,machine_id,minutes"),
        ("downtime", "machine_id,start,end"),
    ],
)
def test_a_file_with_a_header_alone_is_told(name, header):
    """It was brought for something, and changes nothing."""
    jobs = "job_id,processing_minutes\nA,90\n"
    reading = read(jobs, MACHINES, **{name: header + "\n"})
    assert reading.shift is not None
    assert any(x.startswith(f"note: {name}.csv, row 1: The table has no rows")
               for x in said(reading))  # fmt: skip
