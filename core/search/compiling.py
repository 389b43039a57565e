"""The machine code of the local search: compiled once per computer, in good time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait

from core.planning.stopping import Stop, peek
from core.problem.measures.stability import Home
from core.problem.model import Problem
from core.problem.objective import Objective
from core.problem.rows import Job, Machine
from core.search.arrays import arrays
from core.search.chains import Chain, LoadChain, OrderChain, chain_for

_COMPILING = threading.Lock()
_COMPILED: dict[type[Chain], Future[None]] = {}


def get_ready(
    problem: Problem, objective: Objective, stop: Stop, home: Home | None = None
) -> None:
    """Wait for the machine code that the local search of a problem runs, or a stop."""
    ready(chain_for(problem, objective, home), stop)


def ready(kind: type[OrderChain] | type[LoadChain], stop: Stop) -> bool:
    """
    Wait until the machine code of a chain is there; False when stopped before.

    Compiling takes seconds once per computer, loading what was compiled a fraction
    of one. It goes on in the background after a stop, for the next time.
    """
    with _COMPILING:
        done = _COMPILED.get(kind)
        if done is None:
            done = _COMPILED[kind] = Future()
            threading.Thread(target=_compile, args=(kind, done), daemon=True).start()
    while not done.done():
        if peek(stop):
            return False
        wait([done], timeout=0.02)
    done.result()  # a fault of the compiler is not kept to itself
    return True


def _compile(kind: type[OrderChain] | type[LoadChain], done: Future[None]) -> None:
    """Run a chain on the smallest problem, so that everything is compiled."""
    try:
        one = Problem.from_rows([Job("job", {"machine": 1})], [Machine("machine")])
        kind(one, arrays(one, Objective()), [[0]], 0).run(1, 1.0, 0.5)
    except BaseException as fault:  # handed on to whoever waits
        done.set_exception(fault)
        raise
    done.set_result(None)
