"""
A program that judges plans by itself, asked again and again.

It stays a program of its own that reads files: nothing of it is imported here. It is
begun anew for every plan, but in one process: to start Python takes longer than to
judge a small shop.
"""

import json
import subprocess
import sys
from pathlib import Path
from types import TracebackType

# Runs a program from its beginning for every line of arguments; answers with a line.
SERVER = """
import argparse, bisect, contextlib, csv, datetime, io, json, re, sys, traceback

with open(sys.argv[1], encoding="utf-8") as file:
    program = compile(file.read(), sys.argv[1], "exec")
answers = sys.stdout
for line in sys.stdin:
    sys.argv[1:], said, status = json.loads(line), io.StringIO(), 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            exec(program, {"__name__": "__main__", "__doc__": None})
        except SystemExit as end:
            status = int(end.code or 0)
        except BaseException:
            status = 1
            traceback.print_exc()
    print(json.dumps([status, said.getvalue()]), file=answers, flush=True)
"""


class SecondReader:
    """
    A program as a function of its arguments; end it with ``with``.

    Parameters
    ----------
    program
        A Python program, standard library only, that ends with 0 where files and
        plan agree.
    """

    def __init__(self, program: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(program)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def judged(self, *arguments: object) -> list[str]:
        """Lines that the program prints; one more where it ends with a fault."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([str(x) for x in arguments]) + "\n")
        self._process.stdin.flush()
        status, said = json.loads(self._process.stdout.readline())
        return said.splitlines() + ([f"ends with {status}"] if status else [])

    def __enter__(self) -> "SecondReader":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the process."""
        self._process.communicate()
