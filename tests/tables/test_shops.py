"""Shops that use all that files can say: read, planned, written, read again."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from core.planning.settings import PlanSettings
from core.problem.verifier.verify import violations
from core.schedulers.registry import plan
from core.tables.shift import read_shift
from core.tables.writing.write import shift_files
from core.tables.writing.write_plan import schedule_csv
from tests.tables.shops import START, files_of, random_shop

SECOND_READER = Path(__file__).parents[3] / "shared" / "verify.py"
SHOPS = 25


def shop_files(seed):
    """Files of a shop, the same for the same seed."""
    return files_of(random_shop(random.Random(seed)))


def read(files):
    """The shift that files hold; they have no errors."""
    reading = read_shift(files, START)
    assert reading.shift is not None, [str(x) for x in reading.issues.errors]
    return reading.shift


@pytest.mark.parametrize("seed", range(SHOPS))
def test_a_shop_comes_back_from_its_workbook_as_it_was(seed):
    """Units, dates, materials, waits: the same problem, and the same names."""
    shift = read(shop_files(seed))
    book = shift_files(shift)["shift.xlsx"]
    again = read_shift({"shift.xlsx": book}, None, shift.name)
    assert not again.issues.errors
    assert again.shift.content_hash == shift.content_hash


def test_plans_of_shops_keep_every_rule():
    """By the rules that planned them; a rule takes no time to speak of."""
    for seed in range(SHOPS):
        shift = read(shop_files(seed))
        made = plan(shift, PlanSettings(scheduler="rule:atcs"))
        assert violations(shift.problem, made.result.schedule) == ()


@pytest.mark.skipif(not SECOND_READER.exists(), reason="no second reader here")
@pytest.mark.parametrize("seed", range(8))
def test_a_second_reader_of_the_files_finds_no_fault(seed, tmp_path):
    """It reads the same files by itself, and checks the plan as it was written."""
    files = shop_files(seed)
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    made = plan(read(files), PlanSettings(scheduler="rule:atcs"))
    written = tmp_path / "schedule.csv"
    written.write_bytes(schedule_csv(made))
    command = [sys.executable, SECOND_READER, tmp_path, written, "--start"]
    done = subprocess.run(
        [*map(str, command), START.isoformat()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "0 faults")
