"""Small files of a shift, to be broken one cell at a time."""

from datetime import datetime

from core.tables.shift import read_shift

START = datetime(2026, 1, 5, 6, 0)  # a Monday

JOBS = """job_id,processing_minutes,machine_types,family,sequence,due
J-1,60,CNC,WO-1,1,2026-01-05T10:00
J-2,30,CNC|Laser,WO-1,2,2026-01-05T12:00
J-3,45,,,,
"""
MACHINES = """machine_id,machine_type,speed
M-1,CNC,1
M-2,Laser,2
"""


def read(jobs=JOBS, machines=MACHINES, **more):
    """Read tables given as text or bytes; ``None`` leaves one out."""
    texts = {"jobs": jobs, "machines": machines, **more}
    files = {
        f"{name}.csv": text if isinstance(text, bytes) else text.encode()
        for name, text in texts.items()
        if text is not None
    }
    return read_shift(files, START)


def problem(*arguments, **more):
    """Problem of tables that have no errors."""
    reading = read(*arguments, **more)
    assert reading.shift is not None, [str(issue) for issue in reading.issues]
    return reading.shift.problem


def only(reading):
    """The one issue of a reading, beside notes of what was assumed."""
    found = (*reading.issues.errors, *reading.issues.warnings)
    assert len(found) == 1, [str(issue) for issue in reading.issues]
    return found[0]
