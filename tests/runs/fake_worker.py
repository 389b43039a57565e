"""A worker as simple as can be: each state follows from the one before it."""

import hashlib
import sys

from core.store.background.run_writer import RunWriter
from core.store.background.runs import Runs
from core.store.database import open_database

ITERATIONS = 100_000  # never reached: the tests stop it or kill it
BODY = 50_000  # bytes behind the state, so that a file takes a moment to write


def after(state: bytes, iterations: int) -> bytes:
    """The state some iterations later."""
    for _ in range(iterations):
        state = hashlib.sha256(state).digest()
    return state


def checkpoint_of(state: bytes) -> bytes:
    """The content of a checkpoint."""
    return state + bytes(BODY)


def main(run_id: str) -> None:
    """Work on a run until it is asked to stop."""
    runs = Runs(open_database())
    writer = RunWriter.attach(runs, run_id)
    state, begin = runs.get(run_id).seed.to_bytes(32), 0
    newest = runs.intact_checkpoint(run_id)
    if newest is not None:
        begin = newest.iteration
        state = (runs.folder(run_id) / newest.path).read_bytes()[:32]
    for iteration in range(begin, ITERATIONS):
        state = after(state, 1)
        writer.add_metrics(iteration, {"first": state[0], "nothing": float("nan")})
        writer.save_checkpoint(iteration + 1, checkpoint_of(state))
        print("done", iteration + 1, flush=True)
        if writer.heartbeat((iteration + 1) / ITERATIONS, 5.0):
            writer.end("stopped")
            return


if __name__ == "__main__":
    main(sys.argv[1])
