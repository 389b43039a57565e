"""A plan that lives through the day, by mouse: events, repairs, drags, locks, undo."""

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import desktop, free_port, served

CHART = ".st-key-chart .js-plotly-plot"
BAR = ".barlayer .point path"
LONG = 120_000  # milliseconds; ways to go on are plans, and a busy machine is slow


def plan_small(page: Page, settled, by_rule) -> Page:
    """Plan the small sample by a quick rule."""
    box = page.get_by_role("combobox", name="Sample shift").first
    box.scroll_into_view_if_needed()
    box.click()
    page.get_by_role("option", name="24 jobs on 6 machines", exact=True).click()
    by_rule(page)
    page.get_by_role("button", name="Plan", exact=True).click()
    page.locator(BAR).first.wait_for(state="attached", timeout=LONG)
    settled(page)
    return page


@pytest.fixture
def planned(dashboard_page, settled, by_rule) -> Page:
    """The small sample, planned by a quick rule."""
    return plan_small(dashboard_page, settled, by_rule)


def tell_down(page: Page, machine: str, way: str) -> None:
    """Tell that a machine is down, and take one of the ways to go on."""
    page.get_by_role("button", name="What happened?").click()
    page.get_by_role("combobox", name="Machine", exact=True).click()
    page.get_by_role("option", name=machine, exact=True).click()
    page.locator(f".st-key-take_{way} button").click(timeout=LONG)


def bar_of(page: Page, but: float | None = None) -> dict[str, float]:
    """Job, start, and place in pixels of the last bar, but for one job's."""
    return page.evaluate(
        """([chart, but]) => {
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
                    const start = point.s0 ?? point.b;
                    const left = xaxis.c2p(start);
                    const right = xaxis.c2p((point.b ?? 0) + point.s);
                    const y = yaxis.c2p(point.p);
                    if (Number(ids[i]) === but) return;
                    if (!best || left > best.left)
                        best = { left, right, y, start, job: Number(ids[i]) };
                });
            }
            return {
                job: best.job,
                start: best.start,
                x: box.left + xaxis._offset + (best.left + best.right) / 2,
                y: box.top + yaxis._offset + best.y,
                row: Math.abs(yaxis.d2p(1) - yaxis.d2p(0)),
                left: box.left + xaxis._offset,
            };
        }""",
        [CHART, but],
    )


def drag(page: Page, bar: dict[str, float], dx: float, dy: float) -> None:
    """Drag a bar by some pixels, as a hand does."""
    page.mouse.move(bar["x"], bar["y"])
    page.wait_for_timeout(400)
    page.mouse.down()
    for step in range(1, 9):
        page.mouse.move(bar["x"] + dx * step / 8, bar["y"] + dy * step / 8)
    page.mouse.up()


def test_the_second_of_two_planners_is_told(planned, browser, settled):
    """Two browsers on one shift: who is second is told and chooses; none is lost."""
    first: Page = planned
    with desktop(browser) as second:
        second.goto(first.url)
        second.get_by_role("button", name="Version 1").wait_for(timeout=LONG)
        settled(second)
        tell_down(first, "LATHE-01", "push")
        first.get_by_role("button", name="Version 2").wait_for()
        tell_down(second, "LATHE-02", "push")
        second.get_by_text("version 2 is in force").wait_for()
        second.get_by_role("button", name="Put mine after it").click()
        second.get_by_role("button", name="Version 3").wait_for()


def test_a_server_that_is_killed_loses_nothing(page, tmp_path, settled, by_rule):
    """Killed at once after a way was taken: the plan is there, and so is undo."""
    port = free_port()
    with served(tmp_path / "data", port) as (url, process):
        page.goto(url)
        settled(page)
        plan_small(page, settled, by_rule)
        tell_down(page, "LATHE-01", "push")
        page.get_by_role("button", name="Version 2").wait_for()
        settled(page)
        address = page.url
        figures = page.locator(".st-key-figures").inner_text()
        process.kill()
        process.wait()
    with served(tmp_path / "data", port):
        page.goto(address)
        page.get_by_role("button", name="Version 2").wait_for(timeout=LONG)
        settled(page)
        assert page.locator(".st-key-figures").inner_text() == figures
        page.get_by_role("button", name="Undo").click()
        page.get_by_role("button", name="Version 1").wait_for()
