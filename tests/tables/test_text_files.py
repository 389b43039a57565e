"""Text files: what separates cells, which letters, and which row is which."""

import pytest

from tests.tables.files import MACHINES, read
from tests.tables.workbooks import tables

JOBS = "job_id,processing_minutes,machine_types\nA,90,CNC\nB,60,Laser\n"
ROWS = {2: ("A", "90", "CNC"), 3: ("B", "60", "Laser")}


def jobs(text, name="jobs.csv"):
    """Rows by number of the table of jobs, and every issue as text."""
    data = text if isinstance(text, bytes) else text.encode()
    read, issues = tables({name: data})
    assert "jobs" in read, issues
    return dict(read["jobs"].rows), issues


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_usual_delimiter_and_line_end_is_read(delimiter, end):
    """The same two jobs, whatever separates cells and lines, and nothing to say."""
    text = JOBS.replace(",", delimiter).replace("\n", end)
    assert jobs(text) == (ROWS, [])


@pytest.mark.parametrize("end", [*"\x0b\x0c\x1e\x85\u2028\u2029", b"\x85"])
def test_line_ends_of_other_systems_are_read_and_said(end):
    """Where no line ends as ours do: mainframes, form feeds, Unicode's own."""
    if isinstance(end, str):
        rows, issues = jobs(JOBS.replace("\n", end))
    else:
        rows, issues = jobs(JOBS.encode().replace(b"\n", end))
    assert rows == ROWS
    assert issues == [
        "note: jobs.csv: The lines end as another system writes them, and were read "
        "so. Nothing to do."
    ]


def test_line_ends_of_every_usual_kind_may_be_mixed():
    """Each ends a line; others stay what they are, in the cell."""
    rows, _ = jobs("job_id,processing_minutes,note\r\nA,90,x\rB,60,y\u2028z\nC,5,w\r\n")
    assert rows == {2: ("A", "90", "x"), 3: ("B", "60", "y\u2028z"), 4: ("C", "5", "w")}


@pytest.mark.parametrize("letter", "\x85\u2028\u2029\x0b")
def test_a_name_over_two_lines_is_refused(letter):
    """It would break the tables of a terminal, and lines of the exported plan."""
    issues = read(JOBS.replace("A,", f"A{letter}1,"), MACHINES).issues
    assert any("holds a line break" in str(x) for x in issues.errors)


@pytest.mark.parametrize(
    "encoding",
    [*("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32")],
)
def test_every_unicode_encoding_is_read(encoding):
    """With its mark or, where NUL bytes tell it, without: nothing is said."""
    text = JOBS.replace("CNC", "Fräse").replace(",", "\t")
    rows, issues = jobs(text.encode(encoding))
    assert rows == {2: ("A", "90", "Fräse"), 3: ("B", "60", "Laser")}
    assert issues == []


def test_windows_letters_are_read_and_shown():
    """The warning shows a word with such a letter, so that one look is enough."""
    rows, (issue,) = jobs(JOBS.replace("CNC", "Fräse").encode("cp1252"))
    assert rows[2][2] == "Fräse"
    assert issue.startswith("warning: jobs.csv (Fräse): The file is not UTF-8")


@pytest.mark.parametrize(
    ("word", "shown"), [("Fräse", "'Fr„se' (Windows) or 'Fräse' (DOS)"), ("Tür", "DOS")]
)
def test_letters_of_dos_are_an_error_and_never_read_wrongly(word, shown):
    """``ä`` of code page 850 is a quotation mark in Windows, ``ü`` is nothing."""
    read, (issue,) = tables({"jobs.csv": JOBS.replace("CNC", word).encode("cp850")})
    assert read == {}
    assert issue.startswith("error: jobs.csv, row 2 (")
    assert shown in issue


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_a_line_that_names_the_delimiter_is_obeyed(line):
    """Spreadsheets do not show it, so the header below it stays row 1."""
    assert jobs(line + JOBS.replace(",", ";")) == (ROWS, [])


def test_a_line_that_names_the_wrong_delimiter_loses_nothing():
    """``sep=;`` above commas: the header tells better, and it is said."""
    rows, (issue,) = jobs("sep=;\n" + JOBS)
    assert rows == ROWS
    assert "names ';' as what separates the columns, but they are separated by ','" in (
        issue
    )


def test_a_stated_delimiter_of_any_kind_is_obeyed():
    """``sep=^`` separates by ``^``, which is never guessed."""
    assert jobs("sep=^\n" + JOBS.replace(",", "^"))[0] == ROWS
    assert (
        "separated by '^'" in tables({"j.csv": JOBS.replace(",", "^").encode()})[1][0]
    )


def test_lists_in_cells_do_not_choose_the_delimiter():
    """Commas inside cells of a file with semicolons are more, and separate nothing."""
    text = "job_id;duration;predecessors\n" + "".join(
        f"J{i};60;{','.join(f'J{k}' for k in range(i))}\n" for i in range(9)
    )
    rows, issues = jobs(text)
    assert rows[10] == ("J8", "60", "J0,J1,J2,J3,J4,J5,J6,J7")
    assert issues == []


def test_newlines_in_quotes_do_not_count_as_rows():
    """The cell of row 2 has two lines; the next row is row 3, as it is shown."""
    text = 'job_id,processing_minutes,note\nA,90,"two\nlines"\nB,60,"a ""b"", c"\n'
    rows, issues = jobs(text)
    assert rows == {2: ("A", "90", "two\nlines"), 3: ("B", "60", 'a "b", c')}
    assert issues == []


def test_empty_rows_keep_their_numbers():
    """A fault below an empty row is named where the spreadsheet shows it."""
    rows, issues = jobs("\n" + JOBS.replace("B,", ",,\n\nB,"))
    assert rows == {3: ("A", "90", "CNC"), 6: ("B", "60", "Laser")}
    assert issues == []


def test_short_rows_are_filled_up_and_this_is_said():
    """Last cells that were left out are empty; one note names all rows."""
    text = (
        "job_id,processing_minutes,machine_types,due,weight,\nA,90,CNC,,,\nB,60,CNC\n"
    )
    rows, (issue,) = jobs(text + "C,60\nD,60,CNC,,\n")
    assert rows[3] == ("B", "60", "CNC", None, None)
    assert rows[4] == ("C", "60", None, None, None)
    assert issue.startswith("note: jobs.csv, row 3: Rows 3-4 end before the last")


def test_too_many_cells_stay_an_error():
    """A comma that was not quoted shifts what follows it: nothing is guessed."""
    _, issues = jobs(JOBS + "C,1,5,CNC\n")
    assert issues == [
        "error: jobs.csv, row 4 (CNC): The row has 4 cells, the header has 3. Put "
        "text that holds the separator in double quotes."
    ]


def test_characters_that_nobody_sees_do_not_count():
    """A zero-width space, a no-break space, a mark inside, an accent apart."""
    text = (
        "\ufeffjob_id,\ufeffprocessing_minutes,family\nA\u200b,90,Ka\u0308se\u00a01\n"
    )
    rows, (issue,) = jobs(text)
    assert rows == {2: ("A", "90", "Käse 1")}
    assert issue.startswith("note: jobs.csv, row 1 (processing_minutes): 3 cells hold")
    assert jobs("job_id,processing_minutes\nمی\u200cخواهم,5\n")[0] == {
        2: ("می\u200cخواهم", "5")  # there it shapes the letters
    }


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#WERT!", "#NAME?"])
def test_errors_of_a_spreadsheet_are_no_names(error):
    """They travel into CSV as text, and would be read as a family of that name."""
    _, issues = jobs(f"job_id,processing_minutes,family\nA,90,{error}\n#1,5,#2\n")
    assert issues == [
        f"error: jobs.csv, row 2, family ({error}): This cell shows an error. "
        "Correct its formula, or type the value."
    ]


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"%PDF-1.7 ...", "This is a PDF."),
        (b"\xd0\xcf\x11\xe0....", "old workbook (.xls)"),
        (b"\x1f\x8b\x08....", "compressed"),
        (b"\n<html><table><tr><td>job_id</td></tr></table>", "web page or XML"),
        (b'<?xml version="1.0"?><Workbook/>', "web page or XML"),
    ],
)
@pytest.mark.parametrize("name", ["jobs.csv", "jobs.xls", "jobs.xlsx"])
def test_files_of_other_kinds_are_refused_by_name(data, told, name):
    """One error that says what it is and how to go on, whatever its ending."""
    read, (issue,) = tables({name: data})
    assert read == {}
    assert issue.startswith(f"error: {name}: ")
    assert told in issue


def test_a_file_without_a_known_column_still_shows_its_header():
    """What was found is in the message, so that a mapping can be made from it."""
    reading = read("Werk;Dings\nA;5\nB;7\n", MACHINES)
    assert any("Columns found: Werk, Dings" in x.mend for x in reading.issues.errors)
