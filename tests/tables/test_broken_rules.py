"""Rules that a plan breaks are told as faults of files are."""

import pytest

from core.problem.model import Problem
from core.problem.rows import Job, Machine
from core.problem.verifier.verify import Violation
from core.tables.broken_rules import issues_of_rules

SHOP = Problem.from_rows([Job("a", {"M0": 10})], [Machine("M0")])


@pytest.mark.parametrize("rule", range(1, 10))
def test_every_rule_has_its_mend(rule):
    """Where, what and how to mend it; the job by the name that it has in the file."""
    (issue,) = issues_of_rules([Violation(rule, 0, 0, "It is so.")], SHOP, "plan.csv")
    assert (issue.sheet, issue.value, issue.fault) == ("plan.csv", "a", "It is so.")
    assert issue.column in {"machine_id", "start", "end"}
    assert issue.mend.endswith(".")


def test_a_rule_of_no_job_names_none():
    """A frozen machine whose order is another."""
    (issue,) = issues_of_rules([Violation(9, None, 0, "So.")], SHOP, "plan.csv")
    assert issue.value == ""
