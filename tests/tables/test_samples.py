"""The samples and templates in assets/ are those that the code makes, and read well."""

import io

import openpyxl
import pytest

from core.tables.sheets import SHEETS
from core.tables.shift import read_shift
from core.tables.writing.samples import FOLDER, SAMPLES, read_sample, sample_files
from core.tables.writing.template import (
    GUIDE,
    TEMPLATE_START,
    template_files,
    template_workbook,
)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_no_issues_and_its_size(name):
    """From its workbook and from its CSV files: the same problem."""
    sample = SAMPLES[name]
    reading = read_sample(name)
    assert [str(issue) for issue in reading.issues] == []
    assert reading.shift.origin == "sample"
    found = reading.shift.problem
    assert (found.num_jobs, found.num_machines) == (
        sample.jobs,
        sample.machines + sample.units,
    )
    files = {path.name: path.read_bytes() for path in (FOLDER / name).glob("*.csv")}
    assert read_shift(files, sample.start).shift.problem.content_hash == (
        found.content_hash
    )


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_has_what_a_shift_has(name):
    """Closures, setups, sequences, due dates, important jobs, several machine types."""
    found = read_sample(name).shift.problem
    assert any(len(calendar.closures) > 10 for calendar in found.calendars)
    fewest = min(len(calendar.closures) for calendar in found.calendars)
    assert fewest == (1 if SAMPLES[name].units else 0)  # all meet once in the workshop
    assert found.setup.max() > 0
    assert len(found.precedence) > 0
    assert found.important.any()
    assert len(found.machine_type_names) > 2


@pytest.mark.parametrize("name", SAMPLES)
def test_samples_are_made_anew_as_they_are(name):
    """The command that makes them gives the same bytes."""
    for file, content in sample_files(SAMPLES[name]).items():
        assert (FOLDER / name / file).read_bytes() == content, file


def test_the_template_reads_back_without_issues():
    """As CSV files, as a workbook with its guide, and from assets/."""
    folder = FOLDER.parent / "templates"
    stored = {path.name: path.read_bytes() for path in folder.iterdir()}
    book = stored.pop("template.xlsx")
    readings = [
        read_shift(files, TEMPLATE_START)
        for files in (
            *(template_files(), {"t.xlsx": template_workbook()}),
            *(stored, {"t.xlsx": book}),
        )
    ]
    for reading in readings:
        assert reading.issues.errors == reading.issues.warnings == ()
    assert len({reading.shift.content_hash for reading in readings}) == 1
    assert readings[0].shift.problem.num_jobs == 6


def test_a_template_saved_by_another_program_reads_unchanged():
    """Opened and saved again, dates and all."""
    buffer = io.BytesIO()
    openpyxl.load_workbook(io.BytesIO(template_workbook())).save(buffer)
    again = read_shift({"mine.xlsx": buffer.getvalue()}, TEMPLATE_START).shift
    first = read_shift(template_files(), TEMPLATE_START).shift
    assert again.content_hash == first.content_hash


def test_the_guide_explains_every_column():
    """And none that does not exist."""
    columns = {(name, x) for name, sheet in SHEETS.items() for x in sheet.columns}
    assert set(GUIDE) == columns


def test_the_workshop_shows_all_that_files_can_say():
    """Equal machines, materials, waits, work in one go, a day that is closed."""
    sample = SAMPLES["workshop-36x9"]
    shift = read_sample(sample.name).shift
    assert set(shift.materials) > {""}
    assert shift.problem.wait_after.any()
    assert not shift.problem.may_pause.all()
    assert [x for x in shift.problem.machine_ids if x.endswith("/3")]
    jobs = (FOLDER / sample.name / "jobs.csv").read_text("utf-8-sig")
    assert ",quantity,minutes_per_piece,quantity_done," in jobs
