"""A plan that lives through the day, by mouse: events, repairs, drags, locks, undo."""

import re

import pytest
from playwright.sync_api import Page, expect

CHART = ".st-key-chart .js-plotly-plot"
BAR = ".barlayer .point path"


@pytest.fixture
def planned(dashboard_page, settled, by_rule) -> Page:
    """The small sample, planned by a quick rule."""
    page = dashboard_page
    box = page.get_by_role("combobox", name="Sample shift").first
    box.scroll_into_view_if_needed()
    box.click()
    page.get_by_role("option", name="24 jobs on 6 machines", exact=True).click()
    by_rule(page)
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(BAR).first).to_be_attached(timeout=120_000)
    settled(page)
    return page


def bar_of(page: Page) -> dict[str, float]:
    """Job, middle and size of the last bar that may be dragged, in pixels."""
    return page.evaluate(
        """(chart) => {
            const gd = document.querySelector(chart);
            const { xaxis, yaxis } = gd._fullLayout;
            const box = gd.getBoundingClientRect();
            let best = null;
            for (const trace of gd.data) {
                if (trace.type !== 'bar' || !trace.customdata || trace.width !== 0.62)
                    continue;
                const ids = trace.customdata._inputArray ?? trace.customdata;
                const calc = gd.calcdata[gd.data.indexOf(trace)];
                calc.forEach((point, i) => {
                    const left = xaxis.c2p(point.s0 ?? point.b);
                    const right = xaxis.c2p((point.b ?? 0) + point.s);
                    const y = yaxis.c2p(point.p);
                    if (!best || left > best.left)
                        best = { left, right, y, job: Number(ids[i]) };
                });
            }
            return {
                job: best.job,
                x: box.left + xaxis._offset + (best.left + best.right) / 2,
                y: box.top + yaxis._offset + best.y,
                row: Math.abs(yaxis.d2p(1) - yaxis.d2p(0)),
                left: box.left + xaxis._offset,
            };
        }""",
        CHART,
    )


def drag(page: Page, bar: dict[str, float], dx: float, dy: float) -> None:
    """Drag a bar by some pixels, as a hand does."""
    page.mouse.move(bar["x"], bar["y"])
    page.wait_for_timeout(400)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(bar["x"] + dx * step / 8, bar["y"] + dy * step / 8)
    page.mouse.up()


def test_a_bar_is_dragged_and_comes_back_by_undo(planned, settled, screenshot):
    """Later on its own machine it stays; before everything it goes back, with why."""
    page = planned
    page.locator(f"{CHART}[data-drag=ready]").wait_for()
    page.locator(CHART).scroll_into_view_if_needed()
    bar = bar_of(page)
    drag(page, bar, 60, 0)
    expect(page.get_by_role("button", name="Version 2")).to_be_visible()
    settled(page)
    screenshot("day-dragged")
    expect(page.get_by_text("Moved by you, and locked")).to_be_visible()

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Version 1")).to_be_visible()
    settled(page)
    page.locator(f"{CHART}[data-drag=ready]").wait_for()
    bar = bar_of(page)
    drag(page, bar, bar["left"] - bar["x"] + 4, 0)
    expect(page.get_by_text(re.compile("cannot start|has begun"))).to_be_visible()
    screenshot("day-refused")
    expect(page.get_by_role("button", name="Version 1")).to_be_visible()


def test_a_machine_is_down_in_three_clicks(planned, settled, screenshot):
    """Sheet, machine, way; undo and redo bring plans back; a refresh keeps all."""
    page = planned
    page.get_by_role("button", name="What happened?").click()
    page.get_by_placeholder("Which machine?").or_(
        page.get_by_label("Machine", exact=True)
    ).first.click()
    page.get_by_role("option").first.click()
    expect(page.get_by_role("button", name="Take this one").first).to_be_visible()
    expect(page.get_by_role("button", name="Take this one")).to_have_count(4)
    settled(page)
    screenshot("day-down")
    page.locator(".st-key-take_gentle button").click()
    expect(page.get_by_role("button", name="Version 2")).to_be_visible()
    settled(page)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("button", name="Version 1")).to_be_visible()
    page.get_by_role("button", name="Redo").click()
    expect(page.get_by_role("button", name="Version 2")).to_be_visible()
    page.reload()
    settled(page)
    expect(page.get_by_role("button", name="Version 2")).to_be_visible()
