"""What stands beside a table is read where it has one meaning, and always said."""

import pytest

from core.tables.reading.totals import number_readings
from tests.tables.files import read
from tests.tables.test_text_files import jobs
from tests.tables.workbooks import tables

HEADER = "job_id,processing_minutes,machine_types\n"
A, B = ("A", "90", "CNC"), ("B", "60", "CNC")


def test_titles_above_the_header_are_left_out_and_shown():
    """The header is row 4; what stood above it is in the note."""
    rows, (issue,) = jobs(
        f"Shift plan 12 Nov,,\nprinted by Jo,,\n,,\n{HEADER}A,90,CNC\n"
    )
    assert rows == {5: A}
    assert issue == (
        "note: jobs.csv, row 4 (Shift plan 12 Nov printed by Jo): Row 4 is read as the "
        "header; rows 1-2 above it are left out. Delete what stands above the header "
        "if another row is meant."
    )


def test_titles_with_fewer_cells_than_the_table_do_not_hide_the_delimiter():
    """A line of prose with a comma stands above a table with semicolons."""
    text = "Plan, early shift\n\njob_id;duration;type\nA;90;CNC\n"
    rows, issues = jobs(text)
    assert rows == {4: A}
    assert len(issues) == 1


def test_a_row_that_happens_to_be_called_like_columns_is_no_header():
    """Jobs with the names "setup" and "order" stand in a table with its own header."""
    rows, issues = jobs("job_id,processing_minutes,note\nsetup,5,order\norder,6,due\n")
    assert sorted(rows) == [2, 3]
    assert issues == []


def test_a_header_of_unknown_names_is_found_below_titles():
    """The first row of text that is as wide as the table."""
    text = "Werk 1;;;\nNr;Zeug;Dings;Bums\n1;2;3;4\n2;3;4;5\n"
    read, issues = tables({"jobs.csv": text.encode()})
    assert read["jobs"].columns == ("Nr", "Zeug", "Dings", "Bums")
    assert read["jobs"].header_row == 2
    assert len(issues) == 1


@pytest.mark.parametrize(
    "name",
    [
        *("Total", "TOTAL:", "total ", "Sum", "Summe", "Gesamt", "Gesamtsumme", "∑"),
        *("Somme", "Total général", "Suma", "Totale", "Grand total", "Zwischensumme"),
        *("Total CNC", "Summe Fräsen", "CNC Ergebnis", "Total 2 jobs"),
    ],
)
def test_a_total_is_never_planned(name):
    """90 + 60 = 150 under a name of a total: left out, and said in a warning."""
    rows, (issue,) = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\n{name},150,\n")
    assert rows == {2: A, 3: B}
    assert issue.startswith("warning: jobs.csv, row 4, processing_minutes")
    assert "adds up the rows above it and is left out" in issue


def test_a_job_called_total_is_a_job_when_it_has_a_machine():
    """No sum has a machine type; it is planned, and the warning says so."""
    rows, (issue,) = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\nTotal,150,CNC\n")
    assert rows[4] == ("Total", "150", "CNC")
    assert issue.startswith("warning: jobs.csv, row 4, job_id (Total): This row is ca")


@pytest.mark.parametrize("last", ["Total,149,", "Summe,,", "Total,150 min plus,"])
def test_a_total_that_adds_up_nothing_is_an_error(last):
    """It is neither planned nor thrown away: the planner decides."""
    rows, (issue,) = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\n{last}\n")
    assert rows == {2: A, 3: B}
    assert issue.startswith("error: jobs.csv, row 4, job_id")
    assert "called a total, but is not the sum" in issue


@pytest.mark.parametrize(
    "name", ["Total refit", "Sumpter", "Totaled", "J-total-9", "Summe 4711"]
)
def test_a_job_whose_name_sounds_like_a_total_is_kept(name):
    """Its minutes are no sum: nothing is left out, nothing said."""
    rows, issues = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\n{name},45,CNC\n")
    assert rows[4] == (name, "45", "CNC")
    assert issues == []


def test_several_subtotals_and_the_total_of_all():
    """90 + 60 = 150, then 30 + 15 = 45, then 150 + 45 = 195."""
    text = "A,90,C\nB,60,C\nTotal C,150,\nD,30,L\nE,15,L\nTotal L,45,\nTotal,195,\n"
    rows, issues = jobs(HEADER + text)
    assert [cells[0] for cells in rows.values()] == ["A", "B", "D", "E"]
    assert [x.split(",")[1] for x in issues] == [" row 4", " row 7", " row 8"]


def test_sums_without_a_name_are_left_out():
    """Only numbers, each the sum of its column: 90 + 60, and weights 2 + 3."""
    text = "job_id;processing_minutes;weight\nA;90;2\nB;60;3\n;150;5\n"
    rows, issues = jobs(text)
    assert sorted(rows) == [2, 3]
    assert len(issues) == 1


def test_a_row_that_lost_its_id_is_no_sum():
    """60 is not 90 + 60; it stays a row, and its missing id an error."""
    rows, issues = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\n,60,\n")
    assert sorted(rows) == [2, 3, 4]
    assert issues == []


def test_a_total_is_known_by_its_sum_in_any_form_of_number():
    """1.200,5 + 0,5 = 1.201 with decimal commas; 1:30 + 0:45 = 2:15."""
    text = "job_id;processing_minutes\nA;1.200,5\nB;0,5\nSumme;1.201\n"
    assert sorted(jobs(text)[0]) == [2, 3]
    text = "job_id;processing_minutes\nA;1:30\nB;0:45\nSumme;2:15\n"
    assert sorted(jobs(text)[0]) == [2, 3]


@pytest.mark.parametrize(
    ("cell", "readings"),
    [
        ("90", (90, 90)),
        ("1.200,5", None),
        ("1,5 h", (15, 1.5)),
        ("2:15", (135, 135)),
        ("CNC", None),
        (True, None),
        (None, None),
        (1.5, (1.5, 1.5)),
        ("1 200", (1200, 1200)),
    ],
)
def test_numbers_are_read_with_either_decimal_sign(cell, readings):
    """With a point and with a comma; 1.200,5 has only the second reading."""
    found = number_readings(cell)
    if cell == "1.200,5":
        assert found[1] == 1200.5
    else:
        assert found == readings


def test_a_total_by_another_name_in_the_middle_of_a_list_stays():
    """Average and number of rows count as totals too: mean of 90 and 60 is 75."""
    rows, issues = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\nAverage,75,\nCount,2,\n")
    assert sorted(rows) == [2, 3]
    assert len(issues) == 2


def test_the_header_on_every_printed_page_is_left_out():
    """One note for both."""
    text = (
        f"{HEADER}A,90,CNC\n{HEADER}B,60,CNC\n\nJob ID,PROCESSING MINUTES,machine types"
    )
    rows, (issue,) = jobs(text)
    assert rows == {2: A, 4: B}
    assert issue.startswith("note: jobs.csv, row 3: The header is there again")
    assert "rows 3, 6" in issue


def test_units_under_the_header_are_kept_with_their_columns():
    """``[min]`` is the unit of its column and no job."""
    text = f"{HEADER}-,[min],[type]\nA,90,CNC\n"
    read, (issue,) = tables({"jobs.csv": text.encode()})
    assert read["jobs"].rows == ((3, A),)
    assert [read["jobs"].unit(i) for i in range(4)] == ["", "min", "type", ""]
    assert issue.startswith("note: jobs.csv, row 2 (min, type): This row under the")


def test_minutes_in_a_unit_that_is_no_time_are_an_error():
    """Days and pieces cannot be turned into minutes; hours can."""
    for unit, errors in (("d", 1), ("pcs", 1), ("h", 0), ("Min.", 0)):
        _, issues = jobs(f"{HEADER},[{unit}],\nA,90,CNC\n")
        assert (
            sum(x.startswith("error: jobs.csv, row 2, proc") for x in issues) == errors
        )


def test_a_job_whose_name_is_a_unit_is_a_job():
    """``s`` may be an id; a row with a number is never one of units."""
    assert jobs("job_id,processing_minutes,type\ns,5,h\n")[0] == {2: ("s", "5", "h")}
    assert jobs("job_id,processing_minutes,type\ns,,\nA,9,\n")[0][2] == ("s", "", "")


@pytest.mark.parametrize(
    "note",
    [
        *(
            "* times without setup",
            "Note: checked by Jo",
            "Stand: heute",
            "# end of file",
        ),
        *(
            "printed on Monday by the night shift",
            "Page 1 of 3",
            "\nplease check twice",
        ),
    ],
)
def test_remarks_under_the_table_are_left_out_and_shown(note):
    """They are no job without minutes."""
    rows, (issue,) = jobs(f"{HEADER}A,90,CNC\nB,60,CNC\n{note}\n")
    assert rows == {2: A, 3: B}
    assert issue.startswith("warning: jobs.csv, row ")
    assert note.strip() in issue


def test_a_job_with_nothing_but_its_name_is_kept():
    """Its minutes may stand in another table; else they are asked for."""
    rows, issues = jobs(f"{HEADER}A,90,CNC\nJ-7,,\n")
    assert rows[3] == ("J-7", "", "")
    assert issues == []


def test_a_second_table_below_is_an_error():
    """Machines under the jobs would be read as jobs, or lost."""
    text = f"{HEADER}A,90,CNC\n\nmachine_id,machine_type\nM,CNC\n"
    rows, (issue,) = jobs(text)
    assert rows == {2: A}
    assert issue.startswith(
        "error: jobs.csv, row 4 (machine_id, machine_type): A second"
    )


def test_a_file_with_only_notes_is_planned():
    """A title is said, and does not block."""
    reading = read("Plan\n" + HEADER + "A,90,CNC\n")
    assert reading.shift is not None
    assert len(reading.issues.notes) == 1
