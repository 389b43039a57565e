"""Jobs that wait for materials."""

import pytest

from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from tests.tables.files import MACHINES, only, problem, read

MATERIALS = (
    "material,arrives\nplates,2026-01-05T09:00\nscrews,2026-01-05T07:30\n"
    "glue,2026-01-04T12:00\n"
)
HEAD = "job_id,duration,release,materials\n"


def test_a_job_waits_for_the_latest_of_its_materials():
    """09:00 is three hours after the plan start; what was there before is there."""
    jobs = HEAD + (
        "A,60,,plates | screws\nB,60,2026-01-05T10:00,plates\nC,60,,glue\n"
        "D,60,2026-01-05T07:30,screws\n"
    )
    reading = read(jobs, MACHINES, materials=MATERIALS)
    assert reading.shift.problem.release.tolist() == [10800, 14400, 0, 5400]
    assert reading.shift.materials == ("plates", "", "", "screws")


def test_without_materials_a_shift_has_none():
    """Not even empty names."""
    assert read().shift.materials == ()


def test_what_releases_a_job_comes_back_from_the_workbook():
    """Its name and its moment; the release is not written twice."""
    shift = read(HEAD + "A,60,,plates|screws\nB,60,,\n", materials=MATERIALS).shift
    files = shift_files(shift)
    again = read_shift({"shift.xlsx": files["shift.xlsx"]}, None, shift.name).shift
    assert again.content_hash == shift.content_hash
    assert again.materials == ("plates", "")
    assert b"plates,2026-01-05T09:00:00" in files["materials.csv"]


def test_a_material_nobody_knows_is_an_error_with_a_hint():
    """In the job's cell."""
    issues = read(HEAD + "A,60,,Plates\n", materials=MATERIALS).issues.errors
    assert [(x.row, x.column) for x in issues] == [(2, "materials")]
    assert "Did you mean 'plates'?" in issues[0].mend


def test_materials_without_their_table_are_one_error():
    """Not one per row."""
    issue = only(read(HEAD + "A,60,,plates\nB,60,,plates\n"))
    assert "2 rows" in issue.fault
    assert "no table 'materials'" in issue.fault


@pytest.mark.parametrize(
    ("jobs", "fault"),
    [
        (HEAD + "A,60,,plates\n", "No job waits for materials screws, glue."),
        (
            "job_id,duration\nA,60\n",
            "plates, screws, glue: the table changes nothing.",
        ),
    ],
)
def test_materials_nobody_waits_for_are_a_warning(jobs, fault):
    """By name."""
    assert fault in only(read(jobs, materials=MATERIALS)).fault


@pytest.mark.parametrize(
    ("row", "column", "fault"),
    [
        ("plates,2026-01-05", "material", "there already"),
        ("nuts,", "arrives", "empty"),
        (",2026-01-05", "material", "empty"),
        ("nuts,soon", "arrives", "date"),
    ],
)
def test_a_faulty_material_is_named(row, column, fault):
    """Row 5 of materials."""
    jobs = HEAD + "A,60,,plates|screws|glue\n"
    issues = read(jobs, materials=MATERIALS + row + "\n").issues.errors
    assert [(x.sheet, x.row, x.column) for x in issues] == [
        ("materials.csv", 5, column)
    ]
    assert fault in issues[0].fault


def test_a_job_that_is_due_before_its_material_comes_is_a_warning():
    """Due at 08:00, plates come at 09:00."""
    jobs = "job_id,duration,due,materials\nA,60,2026-01-05T08:00,plates|screws|glue\n"
    issue = only(read(jobs, materials=MATERIALS))
    assert "due before its material 'plates' arrives" in issue.fault


def test_german_headers_and_file_names():
    """materialien.csv beside auftraege.csv and maschinen.csv."""
    files = {
        "auftraege.csv": b"Vorgang;Dauer (min);Benoetigtes Material\nA;60;Bleche\n",
        "Maschinen_KW2.csv": b"Maschine;Typ;Anzahl\nM;CNC;2\n",
        "materialien.csv": b"Material;Ankunft\nBleche;15.01.2026 09:00\n",
    }
    shift = read_shift(files, None).shift
    assert shift.materials == ("Bleche",)
    assert shift.problem.machine_ids == ("M/1", "M/2")


def test_releases_are_problems_as_before():
    """A problem knows nothing of names."""
    assert problem(HEAD + "A,60,,plates|screws|glue\n", materials=MATERIALS).release[
        0
    ] == (10800)
