"""Gaps to best known makespans."""

import pytest

from core.benchmarking.public import (
    MissingInstancesError,
    instances_root,
    public_report,
)
from tests.models import untrained


@pytest.fixture
def folder(tmp_path):
    """One instance: two jobs of 3 and 5 minutes on two like machines, best known 4."""
    (tmp_path / "pmp").mkdir()
    (tmp_path / "pmp" / "1.txt").write_text("2\n2\n3 3\n5 5\n")
    (tmp_path / "best_known.csv").write_text(
        "category,instance,best_known_makespan\nRuben,1.txt,4\n"
    )
    return tmp_path


def test_a_gap_is_makespan_over_best_known(folder, tmp_path):
    """5 minutes over 4 is a quarter too long, whoever plans; nothing was refined."""
    model = untrained(tmp_path / "model")
    report = public_report(folder, "pmp", model, samples=3, seconds=0.0)
    (row,) = report.detail.rows
    assert row[:9] == ("pmp", "1", 2, 2, 4.0, 0.25, 0.25, 0.25, None)
    means = report.summaries[0].rows[-1]
    assert means == ("pmp", "mean of 1", "25.0", "25.0", "25.0", None)


def test_the_mean_is_over_the_instances(folder, tmp_path):
    """Gaps of 25 % and 0 % make 12.5 %; without samples there is no figure for them."""
    (folder / "pmp" / "2.txt").write_text("1\n1\n7\n")
    with (folder / "best_known.csv").open("a") as file:
        file.write("Ruben,2.txt,7\n")
    model = untrained(tmp_path / "model")
    report = public_report(folder, "pmp", model, samples=1, seconds=0.0)
    assert [row[6] for row in report.detail.rows] == [0.25, 0.0]
    assert report.summaries[0].rows[-1][3:] == ("12.5", None, None)


def test_the_folder_of_one_format_will_do(folder):
    """Its parent holds the best known values."""
    assert instances_root(folder / "pmp", "pmp") == folder.resolve()
    assert instances_root(folder, "pmp") == folder


@pytest.mark.parametrize(
    ("name", "kind", "message"),
    [
        (None, "pmp", "needs the folder of public instances"),
        ("nowhere", "pmp", "There are no pmp instances in"),
        (".", "fjsp", "There are no fjsp instances in"),
    ],
)
def test_a_wrong_folder_is_refused(folder, name, kind, message):
    """The message says what was expected."""
    with pytest.raises(MissingInstancesError, match=message):
        instances_root(None if name is None else folder / name, kind)


def test_best_known_values_are_needed(folder):
    """Without them there is no gap."""
    (folder / "best_known.csv").unlink()
    with pytest.raises(MissingInstancesError, match=r"no best_known\.csv"):
        instances_root(folder, "pmp")
