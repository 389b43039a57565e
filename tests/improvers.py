"""An improver that is told what to answer, and the smallest problem to improve."""

from core.problem.model import Problem
from core.problem.rows import Job, Machine


class Puts:
    """An improver that answers with fixed sequences and keeps what it was given."""

    name = "puts"

    def __init__(self, sequences):
        self.sequences, self.given, self.stop = sequences, None, None

    def improve(self, problem, objective, sequences, *, seed, stop, progress):
        self.given, self.stop = sequences, stop
        progress(1.0, self.name)
        return self.sequences


def three_jobs() -> Problem:
    """Jobs of 1, 2 and 3 s, the last due at once; two machines, the second unused."""
    jobs = [Job(f"J{i}", {"M0": i + 1, "M1": i + 1}) for i in range(2)]
    jobs.append(Job("J2", {"M0": 3, "M1": 3}, due=0.0))
    return Problem.from_rows(jobs, [Machine("M0"), Machine("M1")])
