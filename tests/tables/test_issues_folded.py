"""Issues folded: by sheet and kind, their rows listed."""

from core.tables.issues import Issue, Issues, Severity


def issue(row, fault, sheet="jobs.csv", **others):
    """An error in the column ``due``."""
    fields = {"column": "due", "value": "", "mend": "Mend it."} | others
    return Issue(sheet, row, fault=fault, **fields)


def test_repeats_are_one_line_with_their_rows():
    """Three unknown machines are one kind, whatever they are called."""
    found = [issue(x, f"'M{x}' is no machine.", value=f"M{x}") for x in (2, 3, 7)]
    (group,) = Issues(tuple(found)).folded()
    assert group.where == "3 rows: 2-3, 7"
    assert group.values == "M2 · M3 · M7"
    assert group.faults == (
        "'M2' is no machine. · 'M3' is no machine. · 'M7' is no machine."
    )
    assert group.mends == "Mend it."


def test_other_columns_severities_and_faults_are_other_kinds():
    """Nothing but repeats is folded."""
    found = (
        issue(2, "Late."),
        issue(2, "Late.", column="release"),
        issue(2, "Late.", severity=Severity.WARNING),
        issue(2, "Early."),
        issue(2, "Late.", mend="Otherwise."),
    )
    assert [len(x.found) for x in Issues(found).folded()] == [1, 1, 1, 1, 1]


def test_sheets_stand_together_those_with_errors_first():
    """The errors of a sheet come before its warnings; no row is no number."""
    found = (
        issue(None, "Odd.", "a.csv", severity=Severity.NOTE),
        issue(5, "Wrong.", "b.csv"),
        issue(4, "Odd.", "b.csv", severity=Severity.WARNING),
    )
    groups = Issues(found).folded()
    assert [(x.first.sheet, x.where) for x in groups] == [
        ("b.csv", "5"),
        ("b.csv", "4"),
        ("a.csv", ""),
    ]


def test_only_the_first_values_are_shown():
    """Four different cells: three and a sign that there are more."""
    found = tuple(issue(x, "Wrong.", value=str(x)) for x in (1, 1, 2, 3, 4))
    (group,) = Issues(found).folded()
    assert group.values == "1 · 2 · 3 …"
    assert group.where == "4 rows: 1-4"
