"""Measures of the screen: what is in sight, in light and dark, and nothing twice."""

import re

from playwright.sync_api import expect

LONG = 120_000  # milliseconds; a first plan compiles
MEASURES = """() => {
  const seen = (selector, fits) => [...document.querySelectorAll(selector)]
    .map((x) => x.getBoundingClientRect()).filter(fits);
  const main = document.querySelector('.stMain');
  const bars = seen('.barlayer .point path', (r) => r.height > 4 && r.width > 1);
  return {
    first: Math.min(...bars.map((r) => r.top)),
    rows: seen('.st-key-chart_place .ytick text',
      (r) => r.bottom <= innerHeight).length,
    over: main.scrollWidth - main.clientWidth,
    legend: Math.max(...seen('.st-key-chart_place .legend', () => true)
      .map((r) => r.bottom)),
    hours: Math.min(...seen('.st-key-chart_place .xtick text', () => true)
      .map((r) => r.top)),
  };
}"""


def planned(page, settled, by_rule):
    """The large sample, planned by a rule."""
    by_rule(page)
    page.get_by_role("button", name="Plan", exact=True).click()
    page.get_by_role("button", name="Prove harder").wait_for(timeout=LONG)
    settled(page)


def test_the_chart_is_in_sight(dashboard_page, settled, by_rule, screenshot):
    """First bar, rows, legend above hours, nothing too wide; narrow, and wide again."""
    page = dashboard_page
    planned(page, settled, by_rule)
    for width, height, first, rows in ((800, 1000, 800, 10), (1440, 900, 360, 20)):
        page.set_viewport_size({"width": width, "height": height})
        settled(page)
        found = page.evaluate(MEASURES)
        assert found["first"] <= first, found
        assert found["rows"] >= rows, found
        assert found["over"] <= 0, found
        assert found["legend"] <= found["hours"], found
        screenshot(page, f"look-{width}")
        page.keyboard.press("/")
        page.keyboard.type("J-0107")
        page.keyboard.press("Enter")
        settled(page)
        page.locator(".st-key-panel").get_by_text("Waited for").wait_for()
        assert page.evaluate(MEASURES)["over"] <= 0
        page.locator("h1").first.click()
        page.keyboard.press("Escape")
        expect(page.locator(".st-key-panel")).to_have_count(0)
        settled(page)


def test_dark_follows_the_system(page, server, settled):
    """Page and chart are dark, and light as soon as the system is."""
    page.emulate_media(color_scheme="dark")
    page.goto(server)
    settled(page)
    chart = page.locator(".st-key-chart_place .js-plotly-plot")
    chart.wait_for(timeout=LONG)
    ground = "e => getComputedStyle(e).backgroundColor"
    assert page.locator(".stApp").evaluate(ground) == "rgb(18, 24, 31)"
    paper = chart.locator(".main-svg").first.evaluate("e => e.style.background")
    assert paper == "rgb(18, 24, 31)"
    ink = chart.locator(".xtick text").first.evaluate("e => e.style.fill")
    assert ink == "rgb(228, 234, 240)"
    page.emulate_media(color_scheme="light")
    expect(chart.locator(".xtick text").first).to_have_css("fill", "rgb(27, 39, 51)")


def test_a_plan_grows_is_stopped_and_stepped_through(dashboard_page, settled):
    """Press, first plan, Stop: one line of figures; then how it was made."""
    page = dashboard_page
    page.get_by_role("combobox", name="Effort").click()
    page.get_by_role("option", name="Until I stop", exact=True).click()
    settled(page)
    page.evaluate(
        """() => { window.most = 0; const look = () => {
          window.most = Math.max(window.most,
            document.querySelectorAll('.st-key-figures').length);
          requestAnimationFrame(look); }; look(); }"""
    )
    page.get_by_role("button", name="Plan", exact=True).click()
    figures = page.locator(".st-key-figures")
    expect(figures).to_contain_text("Ends", timeout=LONG)
    stop = page.get_by_role("button", name="Stop, keep this")
    stop.wait_for()
    page.locator(".st-key-growth").wait_for()
    stop.click()
    page.get_by_role("button", name="Plan", exact=True).wait_for(timeout=LONG)
    settled(page)
    expect(figures).to_contain_text(re.compile(r"from\sbest|best\spossible"))
    assert page.evaluate("window.most") == 1
    page.get_by_test_id("stSidebarNav").get_by_text("Step through").click()
    expect(page.locator(".st-key-decided")).to_contain_text("of 411", timeout=LONG)
    page.get_by_text("Which job?").wait_for()
    page.get_by_text(re.compile(r"[Tt]he rules made \d+ plans?")).wait_for()
