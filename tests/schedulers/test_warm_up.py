"""What is loaded ahead is what a first plan needs, and no more."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
FIRST_PLAN = """
import sys, threading
from core.instances.generator import KINDS, generate
from core.problem.shift import DEFAULT_START, Shift
from core.schedulers import warm_up
from core.schedulers.registry import plan

warm_up.LOADING_SECONDS = 1e6  # however slow this computer is
ahead = threading.Thread(target=warm_up.warm_up)
ahead.start()
made = plan(Shift(generate(KINDS["loose"].resized(9, 3), 0), DEFAULT_START, "x"))
ahead.join()
print("torch" in sys.modules, made.result.model is not None)
"""


def test_a_first_plan_waits_for_its_machine_code_and_loads_no_tensors():
    """Pressed while it is loaded: tensors would take longer than the plan itself."""
    process = subprocess.run(
        [sys.executable, "-c", FIRST_PLAN],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == ["False", "True"]
