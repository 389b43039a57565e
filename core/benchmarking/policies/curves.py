"""Learning curves as a drawing that any browser shows."""

from __future__ import annotations

from html import escape
from math import isfinite

from core.benchmarking.table import ResultTable

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 56
COLORS = {
    "set": "#0f6fb5",
    "fixed": "#2a9d63",
    "flat": "#c2571a",
    "maskable": "#7d5ba6",
}
NAMES = {
    "set": "two steps, any size",
    "fixed": "two steps, fixed size",
    "flat": "flat",
    "maskable": "flat, MaskablePPO",
}


def curves_svg(detail: ResultTable) -> str:
    """
    Draw cost over decisions: a thin line per run, its best so far.

    Parameters
    ----------
    detail
        Of :func:`core.benchmarking.policies.learning.learning_report`: columns way,
        seed, decisions, cost.

    Returns
    -------
    str
        An SVG; empty axes where nothing was measured.
    """
    runs: dict[tuple[str, int], list[tuple[float, float]]] = {}
    for way, seed, decisions, cost in detail.rows:
        if not isinstance(decisions, int) or not isinstance(cost, float):
            continue
        if not isfinite(cost) or not isinstance(seed, int):
            continue
        points = runs.setdefault((str(way), seed), [])
        best = min(cost, points[-1][1]) if points else cost
        points.append((float(decisions), best))
    xs = [x for points in runs.values() for x, _ in points] or [0.0, 1.0]
    ys = [y for points in runs.values() for _, y in points] or [0.0, 1.0]
    x_high, y_low, y_high = max(*xs, 1.0), min(ys), max(ys)
    spread = y_high - y_low or 1.0

    def at(x: float, y: float) -> str:
        across = LEFT + (WIDTH - LEFT - RIGHT) * x / x_high
        down = TOP + (HEIGHT - TOP - BOTTOM) * (y_high - y) / spread
        return f"{across:.1f},{down:.1f}"

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" fill="#333">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<path d="M{at(0, y_high)} L{at(0, y_low)} L{at(x_high, y_low)}" '
        'fill="none" stroke="#999"/>',
    ]
    for i in range(5):
        x, y = x_high * i / 4, y_low + spread * i / 4
        left, low = at(x, y_low).split(",")
        parts.append(
            f'<text x="{left}" y="{float(low) + 18:.1f}" text-anchor="middle">'
            f"{x:,.0f}</text>"
        )
        left, low = at(0, y).split(",")
        parts.append(
            f'<text x="{float(left) - 8:.1f}" y="{float(low) + 4:.1f}" '
            f'text-anchor="end">{y:.3f}</text>'
        )
    for (way, _), points in runs.items():
        line = " ".join(at(x, y) for x, y in points)
        parts.append(
            f'<polyline points="{line}" fill="none" stroke-width="1.5" '
            f'stroke="{COLORS.get(way, "#333")}"/>'
        )
    for i, way in enumerate(dict.fromkeys(way for way, _ in runs)):
        parts.append(
            f'<text x="{WIDTH - RIGHT}" y="{TOP + 16 * (i + 1)}" text-anchor="end" '
            f'fill="{COLORS.get(way, "#333")}">{escape(NAMES.get(way, way))}</text>'
        )
    parts.append(
        f'<text x="{WIDTH / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        "decisions; upwards: cost of the greedy plan, the best so far</text></svg>"
    )
    return "\n".join(parts) + "\n"
