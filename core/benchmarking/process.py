"""A plan as a process of its own: ``python -m core plan``, from files to a file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from core.benchmarking.table import Cell, Report, ResultTable

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "assets" / "samples"
TABLES = ("jobs", "machines", "setups", "calendars", "downtime")
# A process of a few megabytes: a child's peak is never below what its parent had.
_LAUNCH = """
import json, os, subprocess, sys, time
begun = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
seconds = time.monotonic() - begun
peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e6
print(json.dumps([status, seconds, usage.ru_utime + usage.ru_stime, peak]))
"""


def process_report(
    sample: str, ways: Sequence[str], times: int, tell: Callable[[str], None]
) -> Report:
    """
    Measure processes that plan a sample shift.

    Parameters
    ----------
    sample
        A folder of :data:`SAMPLES`.
    ways
        Schedulers by name, with an effort behind ``+``: ``auto+normal``.
    times
        Processes of each, after one that is not counted, the ways in turn.
    tell
        Called with a line per process.

    Raises
    ------
    ValueError
        When there is no such sample.
    RuntimeError
        When a process fails; says why.
    """
    if not (SAMPLES / sample / "jobs.csv").is_file():
        known = sorted(x.name for x in SAMPLES.iterdir() if x.is_dir())
        raise ValueError(f"Expected a sample of {', '.join(known)}; got {sample!r}.")
    rows: list[tuple[Cell, ...]] = []
    found: dict[str, list[tuple[float, ...]]] = {way: [] for way in ways}
    with tempfile.TemporaryDirectory() as folder:
        for turn in range(times + 1):
            for way in ways:
                figures = planned_apart(SAMPLES / sample, way, Path(folder))
                if turn == 0:
                    continue  # it may have compiled
                found[way].append(figures)
                rows.append((way, turn, *figures))
                clock, cpu, peak = figures
                tell(f"{way}: {clock:.2f} s, {cpu:.2f} CPU s, {peak:.0f} MB")
    columns = ("seconds", "CPU seconds", "peak MB")
    return Report(
        ResultTable("Every process", ("way", "turn", *columns), tuple(rows)),
        (
            ResultTable(
                f"A plan of {sample} as a process: medians",
                ("way", "times", *columns, "largest MB"),
                tuple(
                    (
                        *(way, times, *np.median(figures, axis=0).tolist()),
                        max(peak for *_, peak in figures),
                    )
                    for way, figures in found.items()
                ),
            ),
        ),
    )


def planned_apart(files: Path, way: str, folder: Path) -> tuple[float, float, float]:
    """
    Plan a shift in a process of its own.

    Parameters
    ----------
    files
        Folder of the shift's tables.
    way
        A scheduler, with an effort behind ``+``.
    folder
        Where the plan is written.

    Returns
    -------
    tuple
        Seconds by the clock, processor seconds, and peak megabytes (10^6 bytes).

    Raises
    ------
    RuntimeError
        When it fails; says why.
    """
    name, _, effort = way.partition("+")
    command = [sys.executable, "-m", "core", "plan", "--scheduler", name]
    for table in TABLES:
        if (file := files / f"{table}.csv").is_file():
            command += [f"--{table}", str(file)]
    if effort:
        command += ["--effort", effort]
    command += ["--output", str(folder / "plan.csv")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", _LAUNCH, *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        status, clock, cpu, peak = json.loads(done.stdout)
        if status == 0:
            return float(clock), float(cpu), float(peak)
    why = (done.stderr.strip().splitlines() or ["no word"])[-1]
    raise RuntimeError(f"{way}: planning {files.name} failed: {why}")
