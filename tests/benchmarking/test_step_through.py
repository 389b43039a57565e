"""What stepping through is measured by."""

import pytest

from core.benchmarking.step_through import TARGETS, step_report
from tests.models import untrained


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A policy without training."""
    return untrained(tmp_path_factory.mktemp("model"), hidden=4)


def test_every_figure_is_there(model):
    """A row each, the promised ones with what they may be at most."""
    told = []
    report = step_report([(16, 3)], model, repeats=1, tell=told.append)
    found = {row[2]: row for row in report.detail.rows}
    assert all(row[:2] == (16, 3) for row in found.values())
    assert {name for name, row in found.items() if row[4] is not None} == set(TARGETS)
    seconds = [row[3] for name, row in found.items() if name.endswith(", s")]
    assert len(seconds) == 6
    assert all(x > 0 for x in seconds)
    ratio = found["plan with its trace, s"][3] / found["plain plan, s"][3]
    assert found["trace over plain plan"][3] == ratio
    assert 0 <= found["changed without the topic called decisive"][3] <= 1
    assert len(told) == len(found)


def test_too_many_jobs_for_a_trace_are_refused(model):
    """Before anything is planned."""
    with pytest.raises(ValueError, match="at most 3000 jobs, got 3001"):
        step_report([(3001, 3)], model)
