"""Workbooks: what the values of their cells do not say, and what is missing."""

import io
import re
import zipfile
from datetime import date, datetime, timedelta

import openpyxl
import pytest
import xlsxwriter
from openpyxl.styles import Font

from core.tables.reading.formats import number_format
from core.tables.reading.worksheet import scan_sheet
from tests.tables.workbooks import (
    JOB_ROWS,
    MACHINE_ROWS,
    book,
    jobs,
    opened,
    replaced,
    saved,
    tables,
    with_parts,
)

HEADER = ["job_id", "processing_minutes", "machine_types", "due"]
EIGHT = datetime(2026, 1, 5, 8)


def shared(*rows):
    """A workbook with shared strings, as spreadsheets write it."""
    buffer = io.BytesIO()
    made = xlsxwriter.Workbook(buffer)
    sheet = made.add_worksheet("jobs")
    for i, row in enumerate(rows):
        sheet.write_row(i, 0, row)
    made.close()
    return buffer.getvalue()


# merged cells


def merged(*ranges, rows=None):
    """Jobs A, B and C, of which the first has a type and a due date; cells merged."""
    rows = rows or [["A", 90, "Laser", EIGHT], ["B", 60], ["C", 60]]
    made = opened(jobs=[HEADER, *rows])
    for cells in ranges:
        made["jobs"].merge_cells(cells)
    return saved(made)


def test_a_merged_cell_is_read_for_all_its_rows_and_this_is_said():
    """Type and due date over rows 2-4: each is said, with its range."""
    _, rows, issues = jobs(merged("C2:C4", "D2:D4"))
    assert [cells[2:] for cells in rows.values()] == [("Laser", EIGHT)] * 3
    assert [x[: x.index(" is one")] for x in issues] == [
        "warning: b.xlsx · jobs, row 2, machine_types (Laser): C2:C4",
        "warning: b.xlsx · jobs, row 2, due (2026-01-05 08:00:00): D2:D4",
    ]


def test_a_merge_that_reaches_past_its_row_changes_no_other_row():
    """Rows 2-3 are merged; row 4 has no type."""
    _, rows, issues = jobs(merged("C2:C3"))
    assert [cells[2] for cells in rows.values()] == ["Laser", "Laser", ""]
    assert len(issues) == 1


def test_many_merged_cells_of_a_column_are_told_together():
    """Seven orders of two jobs each: one warning, with the first ranges."""
    rows = [[f"J{i}", 9, f"T{i // 2}" if i % 2 == 0 else None] for i in range(14)]
    made = opened(jobs=[HEADER, *rows])
    for i in range(2, 16, 2):
        made["jobs"].merge_cells(f"C{i}:C{i + 1}")
    _, read, (issue,) = jobs(saved(made))
    assert [cells[2] for cells in read.values()] == [f"T{i // 2}" for i in range(14)]
    assert "C2:C3, C4:C5, C6:C7, C8:C9, C10:C11 … (7) are merged cells" in issue


@pytest.mark.parametrize(
    ("cells", "fault"),
    [
        ("A2:A3", "each row needs an id of its own"),
        ("B2:B4", "the number may be meant for each row or for all of them together"),
        ("C2:D2", "over 'machine_types' and 'due'"),
    ],
)
def test_a_merge_with_two_meanings_is_an_error(cells, fault):
    """The minutes of three rows: 90 each, or 90 together? The range is named."""
    _, _, issues = jobs(merged(cells))
    assert [x for x in issues if x.startswith("error") and fault in x]
    assert all(f"{cells} is one merged cell" in x for x in issues)


def test_a_merged_title_is_a_title():
    """Merged cells above and below the table are nobody's values."""
    made = opened(
        jobs=[["Plan"], HEADER, ["A", 90, "CNC", EIGHT], [], ["by Jo, Monday"]]
    )
    made["jobs"].merge_cells("A1:D1")
    made["jobs"].merge_cells("A5:D5")
    _, rows, issues = jobs(saved(made))
    assert list(rows) == [3]
    assert len(issues) == 2
    assert not any("merged" in x for x in issues)


def test_a_header_of_two_rows_is_read_where_its_cells_are_merged():
    """``job_id`` spans both rows, "Work" stands over minutes and types."""
    rows = [["job_id", "Work", None], [None, "processing_minutes", "machine_types"]]
    made = opened(jobs=[*rows, ["A", 90, "CNC"]])
    made["jobs"].merge_cells("A1:A2")
    made["jobs"].merge_cells("B1:C1")
    columns, read, _ = jobs(saved(made))
    assert columns == ("job_id", "processing_minutes", "machine_types")
    assert read == {3: ("A", 90.0, "CNC")}


def test_merges_without_end_are_refused():
    """A thousand merges over each other's cells would fill the same cells over."""
    data = book(jobs=[HEADER, *(["A", 1, "x", None] for _ in range(50))])
    cells = '<mergeCell ref="A1:D1048576"/>' * 1000
    change = replaced("</sheetData>", f"</sheetData><mergeCells>{cells}</mergeCells>")
    _, issues = tables({"b.xlsx": with_parts(data, sheet1=change)})
    assert any("merged cells of this sheet overlap" in x for x in issues)


def test_a_value_under_a_merged_cell_is_an_error():
    """Nobody sees it: neither the one above nor this one is taken for granted."""
    made = opened(jobs=[HEADER, ["A", 90, "Laser"], ["B", 60, "CNC"]])
    cells = '<mergeCells><mergeCell ref="C2:C3"/></mergeCells>'
    change = replaced("</sheetData>", f"</sheetData>{cells}")
    _, _, issues = jobs(with_parts(saved(made), sheet1=change))
    assert issues[0] == (
        "error: b.xlsx · jobs, row 3, C (CNC): A value is hidden under the merged cell "
        "C2:C3; the spreadsheet does not show it. Unmerge the cell and keep the right "
        "value."
    )


# hidden


def test_hidden_rows_columns_and_sheets_are_read_and_said():
    """Row 3 and column C are hidden, and so is the sheet of machines."""
    made = opened(jobs=[HEADER[:3], *(["A", 9, "x"],) * 3], machines=MACHINE_ROWS)
    made["jobs"].row_dimensions[3].hidden = True
    made["jobs"].column_dimensions["C"].hidden = True
    made["machines"].sheet_state = "hidden"
    read, issues = tables({"b.xlsx": saved(made)})
    assert len(read["jobs"].rows) == 3
    assert len(read["machines"].rows) == 1
    assert [x.split(":")[0] for x in issues] == ["warning"] * 3
    assert [x.split(": ", 1)[1].split(". ")[0] for x in issues] == [
        "b.xlsx · jobs, row 3: 1 row is hidden and read like the others: 3",
        "b.xlsx · jobs, row 1, machine_types: This column is hidden, and is read like "
        "the others",
        "b.xlsx · machines: This sheet is hidden, and is read like the others",
    ]


def test_struck_out_rows_are_read_and_said():
    """Rows 3 and 5; not row 4, whose cell beside the table is, nor a bold one."""
    rows = [["job_id", "processing_minutes"], *([f"J-{i}", 60] for i in range(4))]
    made = opened(jobs=rows, machines=MACHINE_ROWS)
    sheet = made["jobs"]
    sheet["A2"].font = Font(bold=True)
    for cell in ("A3", "B3", "B5"):
        sheet[cell].font = Font(strike=True)
    sheet["F4"].font = Font(strike=True)
    _, kept, issues = jobs(saved(made))
    assert len(kept) == 4
    assert (
        "warning: b.xlsx · jobs, row 3: 2 rows have text that is struck out, and are "
        "read like the others: 3, 5. Delete these rows if they are not part of the "
        "shift, or write cancelled as their status." in issues
    )


def test_rows_hidden_by_a_filter_are_said_to_be():
    """Rows 2, 3 and 5 are filtered away, and would be planned."""
    made = opened(jobs=[HEADER, *([x, 9] for x in "ABCD")])
    sheet = made["jobs"]
    sheet.auto_filter.ref = "A1:D5"
    sheet.auto_filter.add_filter_column(0, ["C"])
    for row in (2, 3, 5):
        sheet.row_dimensions[row].hidden = True
    _, rows, (issue,) = jobs(saved(made))
    assert len(rows) == 4
    assert "3 rows are hidden by a filter and read like the others: 2-3, 5." in issue


def test_a_hidden_sheet_of_another_name_is_not_taken_for_a_table():
    """Only a sheet in sight is recognised by its columns."""
    made = opened(machines=MACHINE_ROWS, old=JOB_ROWS)
    made["old"].sheet_state = "veryHidden"
    read, issues = tables({"b.xlsx": saved(made)})
    assert list(read) == ["machines"]
    assert "error: b.xlsx · old: No sheet is called so" in issues[0]


# formats


@pytest.mark.parametrize(
    ("code", "value", "shown"),
    [
        *(("000", 7, "007"), ("00000", 12345.0, "12345"), ("000", 7.5, 7.5)),
        *(('0" min"', 90, "90 min"), ('0.0" h"', 1.25, "1.25 h"), ("0\\h", 2, "2h")),
        *(('"J-"0000', 12, "J-0012"), ("0%", 0.07, "7%"), ("0.00%", 0.905, "90.5%")),
        *(('0.00" h"', 1.125, "1.1250 h"), ('General" Std"', 2, "2 Std")),
        *(("0.00", 7.5, 7.5), ("#,##0", 1200, 1200), ("0.00 €", 5, 5)),
        *(('#,##0.00 [$€-407]', 5, 5), ("General", 5, 5), ("0.00E+00", 5, 5)),
        *(("yyyy-mm-dd", 5, 5), ("[h]:mm", 5, 5), ("# ?/?", 0.5, 0.5), ("@", 5, 5)),
        *(('0;"neg "0', 5, 5), ("[Red]0", 5, 5), ("_-* #,##0_-", 5, 5)),
    ],
)  # fmt: skip
def test_a_format_that_says_more_than_the_number_is_obeyed(code, value, shown):
    """With every decimal, and never with three, which could be thousands."""
    found = number_format(code)
    assert (value if found is None else found.shown(value)) == shown


def test_formats_reach_the_cells():
    """An id of 007, ninety minutes and ninety percent, beside plain numbers."""
    made = opened(jobs=[[*HEADER[:2], "speed"], [7, 90, 0.9], [8, 60, 1]])
    sheet = made["jobs"]
    for cell, code in (("A2", "000"), ("B2", '0" min"'), ("C2", "0%")):
        sheet[cell].number_format = code
    _, rows, issues = jobs(saved(made))
    assert rows == {2: ("007", "90 min", "90%"), 3: (8.0, 60.0, 1.0)}
    assert issues == []


def test_dates_times_and_durations_have_their_types():
    """A date, a time of day and a duration of 26 hours are no numbers."""
    made = opened(jobs=[HEADER, [EIGHT, date(2026, 1, 5), timedelta(hours=26), 5]])
    _, rows, _ = jobs(saved(made))
    assert rows[2] == (EIGHT, date(2026, 1, 5), timedelta(hours=26), 5.0)


def test_the_calendar_that_begins_in_1904_is_obeyed():
    """The same day, stored as another number."""
    made = opened(jobs=[HEADER, ["A", 9, "x", EIGHT]])
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    data = saved(made)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert b"date1904" in archive.read("xl/workbook.xml")
    assert jobs(data)[1][2][3] == EIGHT


# what is missing


def test_a_sheet_that_is_listed_and_missing_is_an_error():
    """The other sheet is read; nothing is said to be absent that is damaged."""
    data = with_parts(book(jobs=JOB_ROWS, machines=MACHINE_ROWS), sheet2=None)
    read, (issue,) = tables({"b.xlsx": data})
    assert list(read) == ["jobs"]
    assert issue.startswith("error: b.xlsx · machines: The workbook lists this sheet")


def test_a_missing_sheet_that_is_none_of_the_tables_is_a_warning():
    """Nothing of the shift is lost with it."""
    data = with_parts(book(jobs=JOB_ROWS, Notes=[["x"]]), sheet2=None)
    _, _, (issue,) = jobs(data)
    assert issue.startswith("warning: b.xlsx · Notes: The workbook lists this sheet")


def test_a_workbook_without_formats_is_read_with_a_warning():
    """Numbers and text are as ever; a date has become a number."""
    data = book(jobs=[HEADER, ["A", 9, "x", EIGHT]])
    _, rows, (issue,) = jobs(with_parts(data, styles=None))
    assert rows[2][:3] == ("A", 9.0, "x")
    assert rows[2][3] == pytest.approx(46027.3333, abs=1e-4)
    assert issue.startswith("warning: b.xlsx: The workbook has lost its formats")
    assert jobs(with_parts(book(jobs=JOB_ROWS), styles=None))[2] == []


def test_a_workbook_without_its_texts_is_an_error():
    """Cells refer to shared strings that are not there: no empty names."""
    data = with_parts(shared(HEADER, ["A", 9]), sharedStrings=None)
    read, (issue,) = tables({"b.xlsx": data})
    assert read == {}
    assert issue.startswith("error: b.xlsx · jobs: Texts of this sheet are missing")


def test_a_workbook_of_numbers_needs_no_shared_strings():
    """Texts stand in their cells: rich text, with spaces, and none at all."""
    rich = "<c r='A2' t='inlineStr'><is><r><t>J</t></r><r><t>-1</t></r></is></c>"
    data = book(jobs=[HEADER, ["x", 5, "  CNC "]])
    change = lambda text: re.sub(r'<c r="A2".*?</c>', rich, text)  # noqa: E731
    _, rows, issues = jobs(with_parts(data, sheet1=change))
    assert rows[2][0] == "J-1"
    assert str(rows[2][2]).strip() == "CNC"
    assert issues == []


@pytest.mark.parametrize(
    "extra",
    [
        '<c r="B2" t="n"><v>70</v></c>',
        '<c r="B2" t="inlineStr"><is><t>x</t></is></c>',
        '<c r="A2" t="inlineStr"><is><t>x</t></is></c>',
    ],
)
def test_a_cell_that_is_there_twice_is_damage(extra):
    """Readers differ in which of both they take, so none is."""
    change = replaced(
        '<c r="B2" t="n"><v>60</v></c>', '<c r="B2"><v>60</v></c>' + extra
    )
    read, (issue,) = tables({"b.xlsx": with_parts(book(jobs=JOB_ROWS), sheet1=change)})
    assert read == {}
    assert issue.startswith("error: b.xlsx · jobs: The sheet is damaged: it holds the")


def test_a_negative_date_is_an_error():
    """The spreadsheet shows ####, a reader midnight."""
    made = opened(jobs=[HEADER, ["A", 9, "x", -1], ["B", 9, "x", 1]])
    for cell in ("D2", "D3"):
        made["jobs"][cell].number_format = "yyyy-mm-dd hh:mm"
    _, _, (issue,) = jobs(saved(made))
    assert issue.startswith("error: b.xlsx · jobs, row 2, due (-1): This is a negative")


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ('<c r="B2" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "(#DIV/0!): This cell shows"),
        ('<c r="B2" t="e"><v>#N/A</v></c>', "(#N/A): This cell shows an error"),
        ('<c r="B2"><f>A1+1</f></c>', "formula has no saved value"),
        ('<c r="B2"><f>A1+1</f><v></v></c>', "formula has no saved value"),
        (
            '<c r="B2" t="inlineStr"><is><t>#REF!</t></is></c>',
            "(#REF!): This cell shows",
        ),
    ],
)
def test_errors_and_formulas_without_a_value_are_named(cell, fault):
    """Once, with row and column, and the cell is known to be at fault."""
    change = replaced('<c r="B2" t="n"><v>60</v></c>', cell)
    read, issues = tables({"b.xlsx": with_parts(book(jobs=JOB_ROWS), sheet1=change)})
    assert read["jobs"].faulty == {(2, 1)}
    assert len(issues) == 1
    assert issues[0].startswith("error: b.xlsx · jobs, row 2, processing_minutes")
    assert fault in issues[0]


def test_an_error_in_the_header_is_named():
    """The column would be nameless, and be left out for another reason."""
    change = replaced(
        '<c r="C1" t="inlineStr"><is><t>due</t></is></c>',
        '<c r="C1" t="e"><v>#N/A</v></c>',
    )
    data = book(jobs=[["job_id", "processing_minutes", "due"], ["A", 9, EIGHT]])
    _, _, (issue,) = jobs(with_parts(data, sheet1=change))
    assert issue.startswith("error: b.xlsx · jobs, row 1, C (#N/A): This cell shows")


def test_a_formula_with_its_value_is_a_value():
    """Numbers, text and empty text that formulas gave."""
    cells = '<c r="B2"><f>30+30</f><v>60</v></c><c r="C2" t="str"><f>""</f><v></v></c>'
    change = replaced('<c r="B2" t="n"><v>60</v></c>', cells)
    _, rows, issues = jobs(with_parts(book(jobs=JOB_ROWS), sheet1=change))
    assert rows[2][:2] == ("J-1", 60.0)
    assert issues == []


def test_faults_beside_the_table_do_not_block():
    """An error cell in a totals row or a title is nobody's value."""
    rows = [["Plan", "x"], *JOB_ROWS, ["J-2", 30], ["Total", 90]]
    cell = '<c r="B1" t="e"><v>#REF!</v></c>'
    change = lambda text: re.sub(r'<c r="B1".*?</c>', cell, text)  # noqa: E731
    _, rows, issues = jobs(with_parts(book(jobs=rows), sheet1=change))
    assert list(rows) == [3, 4]
    assert not any(x.startswith("error") for x in issues)


@pytest.mark.parametrize(
    ("part", "content", "told"),
    [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet", "OpenDocument"),
        ("xl/workbook.bin", "x", "binary workbook (.xlsb)"),
        ("word/document.xml", "<x/>", "document without tables"),
        ("Index/Document.iwa", "x", "Numbers"),
        ("jobs.csv", "job_id", "ZIP archive of files"),
        ("other", "x", "not a readable workbook"),
    ],
)
def test_other_archives_are_refused_by_name(part, content, told):
    """One error that says what it is, and how to bring it."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(part, content)
    read, (issue,) = tables({"jobs.xlsx": buffer.getvalue()})
    assert read == {}
    assert told in issue


# which sheet is which


def test_a_second_sheet_that_looks_like_a_table_is_not_mixed_in():
    """An old copy of the jobs is named in a warning."""
    read, (issue,) = tables({"b.xlsx": book(jobs=JOB_ROWS, Copy=[*JOB_ROWS, ["X", 1]])})
    assert len(read["jobs"].rows) == 1
    assert issue.startswith("warning: b.xlsx · Copy: This sheet looks like the table")


def test_a_sheet_with_a_name_of_a_spreadsheet_is_read_by_its_columns():
    """``Sheet1`` with a title above the header of machines; a note says so."""
    read, issues = tables(
        {"b.xlsx": book(jobs=JOB_ROWS, Sheet1=[["x"], *MACHINE_ROWS])}
    )
    assert read["machines"].rows == ((3, ("M-1", "CNC")),)
    assert issues[0].startswith(
        "note: b.xlsx · Sheet1: This sheet is read as the table"
    )
    assert len(issues) == 2


def test_a_column_without_a_name_is_told_once():
    """Remarks beside the table, in two rows, in a column that the header lacks."""
    rows = [["job_id", "processing_minutes"], ["A", 5, "urgent"], ["B", 6, "x"]]
    columns, read, issues = jobs(book(jobs=rows))
    assert columns == ("job_id", "processing_minutes", "")
    assert read[2] == ("A", 5.0, "urgent")
    assert issues == []  # the check of the header names it


# the quick measure and the parser agree


ODD = [
    '<c r="C7" s="1" t="n"><v>5</v></c>',
    "<c r='ZZ3'><v>5</v></c>",
    '<c r="C9"><v> 5 </v></c>',
    '<c s="1" r="D12"><v>5</v></c>',
    '<c r="E3" t="inlineStr"><is><t>text</t></is></c>',
    '<c r="F3" t="s"><v>0</v></c>',
    '<c r="G3" t="str"><f>x</f><v>abc</v></c>',
    '<c r="H44" s="3"/>',
    '<c r="I5"><v><![CDATA[5]]></v></c>',
]


@pytest.mark.parametrize("cell", ODD)
def test_cells_written_in_any_way_are_measured(cell):
    """The same as among cells that only the parser reads (a comment in each)."""
    around = '<w><sheetData><row r="1">{}</row></sheetData></w>'
    plain = '<c r="B2" t="s"><v>1</v></c><c r="A1" s="1"><v>77</v></c>'
    shape = {"1": number_format("000")}
    quick = scan_sheet(around.format(plain + cell).encode(), [4, 6], shape)
    slow_cells = (plain + cell).replace("<v>", "<v><!-- -->")
    slow = scan_sheet(around.format(slow_cells).encode(), [4, 6], shape)
    assert (quick.rows, quick.columns, quick.text) == (
        slow.rows,
        slow.columns,
        slow.text,
    )
    assert sorted(map(repr, quick.formats)) == sorted(map(repr, slow.formats))


def test_cells_that_do_not_say_where_they_are_are_counted():
    """Ordinary cells before such a one count as places too."""
    cells = '<c r="A3"><v>1</v></c><c r="B3"><v>2</v></c><c><v>3</v></c>'
    scan = scan_sheet(f'<w><row r="3">{cells}</row></w>'.encode(), [], {})
    assert (scan.rows, scan.columns) == (3, 3)


def test_a_reading_of_no_file_says_nothing():
    """No file, no table, no issue."""
    assert tables({}) == ({}, [])
