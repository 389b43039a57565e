"""Seconds and memory, a process each."""

import pytest

from core.benchmarking.speed import TASKS, in_its_process, measure, speed_report
from tests.models import untrained


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Folder of a policy without training."""
    folder = tmp_path_factory.mktemp("model")
    untrained(folder)
    return folder


@pytest.mark.parametrize("task", TASKS)
def test_every_task_runs(model, task):
    """It takes some time, none of it negative."""
    assert measure(task, 6, 3, model) >= 0


def test_an_unknown_task_is_refused(model):
    """Before anything is measured."""
    with pytest.raises(ValueError, match="Expected a task of nothing"):
        measure("sleep", 6, 3, model)


def test_a_process_of_its_own_reports_back(model):
    """Seconds, and memory that an interpreter with NumPy needs at least."""
    (row,) = speed_report([(6, 3)], model, tasks=["nothing"]).detail.rows
    assert row[:4] == ("shift_calendar", 6, 3, "nothing")
    assert row[5] is None
    assert row[6] > 20


def test_a_process_that_fails_says_why(model):
    """The last line of what the process said."""
    with pytest.raises(RuntimeError, match="sleep at 6x3 failed: ValueError: Expected"):
        in_its_process("sleep", 6, 3, model)
