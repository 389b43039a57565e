"""What a planner decided about columns goes before what files show, and is kept."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.tables.mapping.mapping import ColumnMap, Mapping, TableMap, headers_digest
from core.tables.mapping.mapping_file import mapping_from_toml, mapping_to_toml
from core.tables.proposal import proposal_for
from core.tables.sheets import SHEETS
from core.tables.shift import read_shift
from core.tables.values.form import KNOWN, Form
from tests.tables.files import MACHINES

TEXT = st.text(min_size=1, max_size=12)
FORMS = st.builds(
    Form,
    **{x: st.sampled_from(("", *y)) for x, y in KNOWN.items() if x != "decimal"},
    yes=st.lists(TEXT, max_size=2).map(tuple),
    no=st.lists(TEXT, max_size=2).map(tuple),
)


@st.composite
def mappings(draw):
    """Mappings of any tables, with any headers and forms."""
    tables = []
    for name in draw(st.lists(st.sampled_from(sorted(SHEETS)), max_size=3)):
        ours = st.sampled_from((*SHEETS[name].columns, ""))
        unique = st.lists(ours, max_size=4, unique=True)
        columns = tuple(ColumnMap(draw(TEXT), x, draw(FORMS)) for x in draw(unique))
        rows = tuple(draw(st.lists(st.integers(1, 99), max_size=3)))
        tables.append(TableMap(name, columns, draw(st.just("") | TEXT), rows))
    return Mapping(tuple(tables))


@given(mappings())
def test_a_mapping_reads_back_from_its_file(mapping):
    """Whatever the headers: quotes, backslashes, line breaks."""
    assert mapping_from_toml(mapping_to_toml(mapping)) == mapping


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[table", "not a TOML file"),
        ("[[tables]]", "has no 'tables'"),
        ('[[table]]\ntable = "job"', "no table 'job'"),
        ('[[table]]\ntable = "jobs"\nskip_rows = ["a"]', "row numbers"),
        ('[[table]]\ntable = "jobs"\n[[table.column]]\nours = "due"', "'theirs'"),
        ('[[table]]\ntable = "jobs"\n[[table.column]]\ntheirs = "x"\nours = "dew"',
         "no column 'dew'"),
        ('[[table]]\ntable = "jobs"\n[[table.column]]\ntheirs = "x"\nunit = "d"',
         "jobs, column 'x': unit is 'd', expected one of s, min, h"),
        ('[[table]]\ntable = "jobs"\n[[table.column]]\ntheirs = "x"\ncolour = "d"',
         "has no 'colour'"),
        ('[[table]]\ntable = "jobs"\n[[table.column]]\ntheirs = "x"\nours = "due"\n'
         '[[table.column]]\ntheirs = "y"\nours = "due"', "are both 'due'"),
    ],
)  # fmt: skip
def test_a_mapping_that_says_nothing_is_refused(text, says):
    """With the table, the column and what is known."""
    with pytest.raises(ValueError, match=re.escape(says)):
        mapping_from_toml(text)


def read(jobs, mapping=None, machines=MACHINES):
    """Read two tables through a mapping in TOML or as it is."""
    files = {"jobs.csv": jobs.encode(), "machines.csv": machines.encode()}
    if isinstance(mapping, str):
        mapping = mapping_from_toml(mapping)
    return read_shift(files, None, mapping=mapping)


def mapped(jobs, *columns):
    """Read jobs with some columns decided on."""
    return read(jobs, Mapping((TableMap("jobs", columns),)))


@pytest.mark.parametrize(
    ("jobs", "column", "wanted"),
    [
        ("job_id;minutes\nA;1.200\n", {"decimal": ","}, 1200.0),
        ("job_id;minutes\nA;1.200\n", {"decimal": "."}, 1.2),
        ("job_id;minutes\nA;1.200\n", {"thousands": "."}, 1200.0),
        ("job_id;duration\nA;5400\n", {"unit": "s"}, 90.0),
        ("job_id;duration\nA;5400\n", {"unit": "min"}, 5400.0),
        ("job_id;duration\nA;1,5\n", {"unit": "h"}, 90.0),
        ("job_id;duration\nA;90:30\n", {"durations": "mm:ss"}, 90.5),
        ("job_id;duration\nA;30:30\n", {"durations": "h:mm"}, 1830.0),
    ],
)
def test_a_choice_answers_what_was_asked(jobs, column, wanted):
    """Nothing is asked again."""
    theirs = "Minutes" if "minutes" in jobs else "Duration"
    reading = mapped(jobs, ColumnMap(theirs, "processing_minutes", Form(**column)))
    assert reading.shift is not None, [str(x) for x in reading.issues]
    assert reading.shift.problem.processing[0, 0] / 60 == pytest.approx(wanted)
    assert not reading.issues.warnings


@pytest.mark.parametrize(
    ("form", "cell", "due"),
    [
        ("day.month.year", "01/02/2026 10:00", "2026-02-01T10:00"),
        ("month/day/year", "01/02/2026 10:00", "2026-01-02T10:00"),
        ("serial", "46027.5", "2026-01-05T12:00"),
    ],
)
def test_a_form_of_dates_is_chosen(form, cell, due):
    """The plan starts at the last 06:00 before it."""
    jobs = f"job_id,processing_minutes,due\nA,60,{cell}\n"
    shift = mapped(jobs, ColumnMap("due", "due", Form(dates=form))).shift
    hours = 4 if "10:00" in cell else 6
    assert shift.problem.due.tolist() == [hours * 3600]
    assert shift.start.isoformat()[:10] == due[:10]


def test_bare_numbers_may_be_minutes_after_all():
    """46,027.5 minutes after the plan start."""
    jobs = "job_id,processing_minutes,due\nA,60,46027.5\n"
    shift = mapped(jobs, ColumnMap("due", "due", Form(dates="minutes"))).shift
    assert shift.problem.due.tolist() == [46027.5 * 60]


def test_a_column_is_another_one():
    """A delivery date is due, and 'due' is what the planner keeps beside it."""
    jobs = (
        "job_id,processing_minutes,Delivery date,due,Done\n"
        "A,60,2026-01-05T08:00,soon,2026-01-01\n"
    )
    reading = mapped(jobs, ColumnMap("delivery_date", "due"), ColumnMap("done"))
    assert reading.shift.problem.due.tolist() == [7200.0]
    assert reading.shift.extras == {"due": ("soon",), "Done": ("2026-01-01",)}
    assert [x.column for x in reading.issues.warnings] == []


def test_words_for_yes_and_rows_to_skip():
    """Row 3 is left out; 'hot' is important."""
    table = TableMap(
        "jobs",
        (ColumnMap("important", "important", Form(yes=("hot",), no=("cold",))),),
        skip_rows=(3,),
    )
    jobs = "job_id,processing_minutes,important\nA,60,Hot\nB,x,hot\nC,60,cold\n"
    found = read(jobs, Mapping((table,))).shift.problem
    assert found.job_ids == ("A", "C")
    assert found.important.tolist() == [True, False]


def test_a_mapping_is_for_files_with_its_headers():
    """In any order and spelling; for others it is not used, which is a warning."""
    digest = headers_digest(["Job ID", "Duration"])
    assert digest == headers_digest(["duration", "job_id", ""])
    table = TableMap(
        "jobs", (ColumnMap("duration", "processing_minutes", Form(unit="h")),), digest
    )
    mapping = Mapping((table,))
    same = read("duration,job id\n1,A\n", mapping)
    assert same.shift.problem.processing[0, 0] == 3600
    other = read("job_id,duration,due\nA,10,\n", mapping)
    assert other.shift.problem.processing[0, 0] == 600
    assert "made for other headers" in other.issues.warnings[0].fault


def test_a_mapping_for_a_column_that_is_not_there_is_an_error():
    """It would be silence otherwise."""
    reading = mapped("job_id,processing_minutes\nA,1\n", ColumnMap("Fällig", "due"))
    assert "does not have" in reading.issues.errors[0].fault


def propose(jobs, machines=MACHINES):
    """Propose a mapping of two tables."""
    return proposal_for({"jobs.csv": jobs.encode(), "machines.csv": machines.encode()})


GERMAN = (
    "Auftrag;Arbeitsgang;Maschine;Dauer (h);Fälligkeit;Lieferdatum;Kunde\n"
    "4711;10;M-1;1,5;30.11.2026 13:00;1.12.2026;Nord\n"
    "4711;20;M-2;0,5;30.11.2026 15:00;1.12.2026;Nord\n"
)


def test_a_proposal_shows_ours_and_theirs_with_samples():
    """A German list: what is sure, and the delivery date that is not."""
    found = {x.theirs: x for x in propose(GERMAN) if x.table == "jobs"}
    assert {x: y.ours for x, y in found.items()} == {
        "Auftrag": "family",
        "Arbeitsgang": "sequence",
        "Maschine": "machine_id",
        "Dauer (h)": "processing_minutes",
        "Fälligkeit": "due",
        "Lieferdatum": "",
        "Kunde": "",
    }
    assert found["Dauer (h)"].samples == ("1,5", "0,5")
    assert found["Dauer (h)"].form == Form(unit="h", decimal=",")
    assert found["Fälligkeit"].form.dates == "day.month.year"
    assert "30.11.2026 occurs" in found["Fälligkeit"].why
    assert [x for x, y in found.items() if not y.sure] == ["Lieferdatum"]


@pytest.mark.parametrize(
    ("jobs", "machines", "theirs", "choices"),
    [
        ("job_id;minutes\nA;1.200\n", MACHINES, "minutes",
         {("decimal", ","), ("decimal", ".")}),
        ("job_id;duration\nA;5400\n", MACHINES, "duration",
         {("unit", "s"), ("unit", "min"), ("unit", "h")}),
        ("job_id,minutes,due\nA,1,01/02/2026\n", MACHINES, "due",
         {("dates", "day.month.year"), ("dates", "month/day/year")}),
        ("job_id,minutes,due\nA,1,46027.5\n", MACHINES, "due",
         {("dates", "serial"), ("dates", "minutes")}),
        ("job_id,minutes\nA,1\n", "machine_id,machine_type,speed\nM,T,100\n", "speed",
         {("unit", "percent"), ("unit", "factor")}),
        ("job_id,minutes,Delivery\nA,1,2026-01-05\n", MACHINES, "Delivery",
         {("ours", "due")}),
    ],
)  # fmt: skip
def test_each_choice_that_is_proposed_answers_the_question(
    jobs, machines, theirs, choices
):
    """Taken into the mapping, the files are read; as proposed, it is asked again."""
    proposal = propose(jobs, machines)
    (asked,) = proposal.unsure
    assert (asked.theirs, set(asked.choices)) == (theirs, choices)
    for name, value in asked.choices:
        column = (
            ColumnMap(theirs, value)
            if name == "ours"
            else ColumnMap(theirs, asked.ours, Form(**{name: value}))
        )
        table = TableMap(asked.table, (column,), proposal.headers[asked.table])
        reading = read(jobs, proposal.mapping.with_table(table), machines)
        assert not reading.issues.errors, [str(x) for x in reading.issues]
    if asked.ours:
        assert len(read(jobs, proposal.mapping, machines).issues.errors) == 1


@pytest.mark.parametrize("jobs", [GERMAN, "job_id,duration,due\nA,1,01/02/2026\n"])
def test_a_proposal_as_a_file_is_its_mapping(jobs):
    """With the questions as comments."""
    proposal = propose(jobs)
    text = proposal.to_toml()
    assert mapping_from_toml(text) == proposal.mapping
    for column in proposal.unsure:
        for name, value in column.choices:
            assert f'{name} = "{value}"' in text
