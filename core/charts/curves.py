"""How training goes: curves of one run, or of several on top of each other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from core.charts import theme

Metrics = Sequence[tuple[int, Mapping[str, float | None]]]

HEIGHT, SMALL_HEIGHT = 300, 520
COLUMNS = 3
MOST_POINTS = 400  # of a curve; more are thinned out, evenly
COLORS = tuple(theme.PALETTE[i] for i in (0, 4, 2, 3, 6, 7, 5, 1))
PANELS = {
    "reward": "Reward",
    "cost": "Training cost",
    "job_entropy": "Job entropy",
    "machine_entropy": "Machine entropy",
    "approx_kl": "KL of an update",
    "clipfrac": "Clip fraction",
    "value": "Value loss",
    "explained_variance": "Explained variance",
    "stage": "Curriculum stage",
}


@dataclass(frozen=True, eq=False)
class RunCurves:
    """
    The figures of one run.

    Parameters
    ----------
    name
        Of the run; shown as it is, never as markup.
    metrics
        Figures by iteration, in order; a missing one is left out of its curve.
    """

    name: str
    metrics: Metrics

    def points(self, figure: str) -> tuple[list[float], list[float]]:
        """Decisions trained on, and the values of a figure there; thinned out."""
        found = [
            (values.get("decisions") or 0.0, value)
            for _, values in self.metrics
            if (value := values.get(figure)) is not None
        ]
        step = max(1, -(-len(found) // MOST_POINTS))
        # Counted from the end, so that the newest point is always there.
        kept = found[::-1][::step][::-1]
        return [x for x, _ in kept], [y for _, y in kept]

    def newest(self, figure: str) -> float | None:
        """Last value of a figure; ``None``: there is none yet."""
        values = self.points(figure)[1]
        return values[-1] if values else None


def held_out_chart(runs: Sequence[RunCurves]) -> go.Figure:
    """
    Draw held-out cost over decisions, with the best rule and the default model.

    Parameters
    ----------
    runs
        In the order of their colours. Runs on different data have different rules;
        each has its own two lines in its colour.
    """
    figure = go.Figure()
    for i, run in enumerate(runs):
        color = COLORS[i % len(COLORS)]
        x, y = run.points("held_out")
        name = theme.plain(run.name)
        figure.add_scatter(
            x=x,
            y=y,
            mode="lines+markers",
            name=name,
            line={"color": color, "width": 2.5},
            marker={"size": 6},
            hovertemplate="%{y:.4f} after %{x:,.0f} decisions<extra></extra>",
        )
        # The yardsticks hold for the whole run, also before its second validation.
        ends = [0.0, max([*x, run.newest("decisions") or 0.0], default=0.0)]
        for kind, words, dash in (
            ("held_out_rule", "best rule", "dash"),
            ("held_out_default", "default model", "dot"),
        ):
            level = run.newest(kind)
            if level is not None:
                label = words if len(runs) == 1 else f"{words}, {name}"
                figure.add_scatter(
                    x=ends,
                    y=[level, level],
                    mode="lines",
                    name=label,
                    line={"color": color, "width": 1.5, "dash": dash},
                    hovertemplate=f"{words}: %{{y:.4f}}<extra></extra>",
                )
    _style(figure, HEIGHT)
    figure.update_layout(
        legend=theme.LEGEND,
        margin={"l": 60, "r": 16, "t": 40, "b": 44},
    )
    figure.update_yaxes(title_text="cost")
    figure.update_xaxes(title_text="decisions")
    return figure


def learning_curves(runs: Sequence[RunCurves]) -> go.Figure:
    """Draw what tells whether learning is sound: one small panel per figure."""
    rows = -(-len(PANELS) // COLUMNS)
    figure = make_subplots(
        rows,
        COLUMNS,
        subplot_titles=list(PANELS.values()),
        horizontal_spacing=0.07,
        vertical_spacing=0.11,
    )
    for i, run in enumerate(runs):
        color = COLORS[i % len(COLORS)]
        for panel, name in enumerate(PANELS):
            row, column = divmod(panel, COLUMNS)
            x, y = run.points(name)
            figure.add_scatter(
                x=x,
                y=y,
                mode="lines",
                line={
                    "color": color,
                    "width": 1.5,
                    "shape": "hv" if name == "stage" else "linear",
                },
                name=theme.plain(run.name),
                showlegend=False,
                hovertemplate="%{y:.4g}<extra></extra>",
                row=row + 1,
                col=column + 1,
            )
    _style(figure, SMALL_HEIGHT)
    figure.update_layout(margin={"l": 44, "r": 12, "t": 28, "b": 28})
    figure.update_annotations(font={"size": 12, "color": theme.MUTED_INK})
    return figure


def _style(figure: go.Figure, height: int) -> None:
    """Give a figure the project's looks."""
    figure.update_layout(
        height=height,
        plot_bgcolor=theme.BACKGROUND,
        paper_bgcolor=theme.BACKGROUND,
        font={"family": theme.FONT, "size": 12, "color": theme.INK},
        hovermode="closest",
    )
    figure.update_xaxes(
        gridcolor=theme.GRID, zeroline=False, rangemode="tozero", fixedrange=True,
        exponentformat="SI", minexponent=3,  # 20k, and never 200m for a fifth
    )  # fmt: skip
    figure.update_yaxes(
        gridcolor=theme.GRID, zeroline=False, fixedrange=True, exponentformat="e"
    )
