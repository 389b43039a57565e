"""Trials as a table to read and as a file to take along."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from math import isfinite

from core.comparison.paired import Paired, paired
from core.comparison.trials import FIGURES, Score, Trial
from core.problem import phrases
from core.problem.measures.figure_words import value_words
from core.problem.measures.figures import Figure, Unit

COLUMNS = ("trial", "scheduler", *(figure.name for figure in FIGURES))


def trials_csv(done: Sequence[Trial]) -> bytes:
    """One row per trial and scheduler; empty cells where there was no plan."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in sorted(done, key=lambda one: one.index):
        for name, score in one.scores.items():
            figures = [score[figure.name] for figure in FIGURES]
            cells = [f"{x:.6g}" if isfinite(x) else "" for x in figures]
            writer.writerow([one.index + 1, name, *cells])
    return text.getvalue().encode()


def mean_table(done: Sequence[Trial], names: Sequence[str]) -> list[list[str]]:
    """
    Return the mean of each figure, and what the differences in cost are.

    Parameters
    ----------
    done, names
        The trials, and their schedulers; the first is the yardstick of the others.

    Returns
    -------
    list
        The head, then one row per figure: its label, and a cell per scheduler.
    """
    scores = [
        [one.scores[name] for one in done if name in one.scores] for name in names
    ]
    rows = [["", *names]]
    for figure in FIGURES:
        means = [_mean(column, figure.name) for column in scores]
        rows.append([figure.label, *(_mean_words(figure, x) for x in means)])
    pairs = [paired(done, names[0], name) for name in names[1:]]
    lost = [str(sum(not isfinite(x.cost) for x in column)) for column in scores]
    return [
        *rows,
        ["Cost against the first", "", *map(_difference, pairs)],
        ["95 % interval", "", *map(_interval, pairs)],
        ["Cheaper in", "", *(f"{pair.wins} of {pair.trials}" for pair in pairs)],
        ["No plan", *lost],
    ]


def _mean(scores: Sequence[Score], name: str) -> float | None:
    """Mean over the trials that have the figure."""
    known = [score[name] for score in scores if isfinite(score[name])]
    return sum(known) / len(known) if known else None


def _mean_words(figure: Figure, value: float | None) -> str:
    """Return a mean in words and units; with the decimals that means have."""
    if value is not None and figure.unit is Unit.JOBS:
        return f"{value:,.1f}"
    if value is not None and figure.unit is Unit.SECONDS:
        return f"{value:,.2f} s"
    return value_words(figure, value)


def _difference(pair: Paired) -> str:
    return f"{pair.percent:+.1f} %" if isfinite(pair.percent) else phrases.NOTHING


def _interval(pair: Paired) -> str:
    if not isfinite(pair.low):
        return phrases.NOTHING
    return f"{pair.low:+.1f} … {pair.high:+.1f} %"
