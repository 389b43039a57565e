"""``warm-up``: the machine code that planning needs, compiled once per computer."""

from __future__ import annotations


def warm_up() -> None:
    """Compile what planning needs, so that nobody's first plan waits for a compiler."""
    from core.cli.border import say
    from core.futures.futures import futures
    from core.planning.scheduler import Stopwatch
    from core.planning.stopping import never
    from core.problem.model import Problem
    from core.problem.rows import Job, Machine
    from core.schedulers.warm_up import warm_up as compile_plans
    from core.schedulers.warm_up import warm_up_simulators
    from core.search.chains import LoadChain, OrderChain
    from core.search.compiling import ready
    from core.timing.retime import retime

    watch = Stopwatch()
    compile_plans()
    warm_up_simulators()
    for kind in (OrderChain, LoadChain):
        ready(kind, never)
    one = Problem.from_rows([Job("job", {"machine": 1})], [Machine("machine")])
    futures(one, retime(one, [[0]]), count=1)
    say(f"The machine code is there ({watch.seconds:.0f} s).")
