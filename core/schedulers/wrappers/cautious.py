"""Any scheduler, with the plan of many chosen that is safe when times vary."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.alternatives.cautious import Caution, caution
from core.futures.spread import Spread
from core.planning.scheduler import Progress, Result, Stopwatch, silent
from core.planning.stopping import Stop, never
from core.problem import phrases
from core.problem.model import Problem
from core.problem.objective import Objective
from core.schedulers.wrappers.refined import traced_anew
from core.schedulers.wrappers.wrapper import Wrapper

OF_FIRST = 0.4  # share of the progress that the first plan has


@dataclass(frozen=True)
class Cautious(Wrapper):
    """
    Scheduler whose plans cost least over possible futures, not as planned.

    Parameters
    ----------
    inner
        Makes the first plan, from which other plans are looked for.
    """

    def schedule(
        self,
        problem: Problem,
        objective: Objective,
        *,
        seed: int = 0,
        stop: Stop = never,
        progress: Progress = silent,
    ) -> Result:
        """Plan every job; the reason says what caution costs, and what it brings."""
        first = self.inner.schedule(
            problem,
            objective,
            seed=seed,
            stop=stop,
            progress=lambda share, what: progress(OF_FIRST * share, what),
        )
        watch = Stopwatch()
        found = caution(
            problem,
            objective,
            first.schedule,
            Spread.of(problem),
            seed=seed,
            stop=stop,
            progress=lambda x, what: progress(OF_FIRST + (1 - OF_FIRST) * x, what),
        )
        chosen = found.cautious.schedule
        same = chosen is first.schedule
        return replace(
            first,
            schedule=chosen,
            seconds=first.seconds + watch.seconds,
            trace=first.trace if same else traced_anew(first, chosen),
            reason=f"{first.reason} {caution_words(found)}",
        )


def caution_words(found: Caution) -> str:
    """Say what caution gives away and what it gains, for planners."""
    planned, cautious = found.planned, found.cautious
    many = f"Cautious, of {phrases.many(found.candidates, 'plan')}"
    if cautious.schedule is planned.schedule:
        return f"{many}: the cheapest as planned is the safest, too."
    gained = phrases.percent(found.gained)
    given = phrases.percent(found.given_away)
    return (
        f"{many}: it costs {given} more as planned, and {gained} less in the mean of "
        f"possible futures ({phrases.count(cautious.late_jobs)} jobs late as planned, "
        f"{phrases.count(cautious.expected_late)} expected; else "
        f"{phrases.count(planned.late_jobs)} and "
        f"{phrases.count(planned.expected_late)})."
    )
