"""The orders of a plan as a file."""

import csv
import io
from dataclasses import replace
from datetime import datetime
from math import nan

from core.instances.generator import generate
from core.instances.kinds import KINDS
from core.problem.measures.orders import Order, OrderLine
from core.problem.shift import Shift
from core.tables.writing.write_orders import order_rows, orders_csv

PROBLEM = generate(KINDS["shift_open"].resized(4, 2), 0)
SHIFT = Shift(
    replace(PROBLEM, job_ids=("A", "=B", "C", "D"), machine_ids=("M1", "M2")),
    datetime(2026, 1, 5, 6),
    "Four jobs",
)
DATED = Order("=1+1", (0, 1), 3600.0, True)
UNDATED = Order("free", (2,), float("inf"), False)


def rows():
    """An order 30 minutes late with half of it done, and one without due date, done."""
    lines = [
        OrderLine(DATED, 1, 5400, 0.5, 1, 1),
        OrderLine(UNDATED, 2, 600, 1.0, None, None),
    ]
    chances = {DATED: 0.25, UNDATED: nan}
    return order_rows(SHIFT, lines, chances, {DATED: "machine", UNDATED: None})


def test_a_row_says_where_the_plan_leaves_an_order():
    """Moments as text, minutes and shares as numbers, nothing where there is none."""
    assert rows() == [
        {
            "order": "=1+1",
            "due": "2026-01-05T07:00:00",
            "end": "2026-01-05T07:30:00",
            "late_minutes": 30.0,
            "spare_minutes": -30.0,
            "share_done": 0.5,
            "on_time_chance": 0.25,
            "next_job": "=B",
            "next_machine": "M2",
            "worst_cause": "machine",
            "important": True,
        },
        {
            "order": "free",
            "due": None,
            "end": "2026-01-05T06:10:00",
            "late_minutes": None,
            "spare_minutes": None,
            "share_done": 1.0,
            "on_time_chance": None,
            "next_job": None,
            "next_machine": None,
            "worst_cause": None,
            "important": False,
        },
    ]


def test_no_name_is_run_by_a_spreadsheet():
    """What begins like a formula gets an apostrophe in the file."""
    first, second = csv.DictReader(io.StringIO(orders_csv(rows()).decode("utf-8-sig")))
    assert (first["order"], first["next_job"]) == ("'=1+1", "'=B")
    assert (second["due"], second["late_minutes"]) == ("", "")
