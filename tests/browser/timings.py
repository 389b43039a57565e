"""
Time on the screen, in Chromium: press to drawn plan, and a step.

A benchmark, run by ``python -m tests.browser.timings``; nothing here is a test.
"""

import re
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.conftest import CHROMIUM_ARGUMENTS, chromium_path, dashboard

TIMES = 8
IDLE = """async () => {
  const app = document.querySelector('[data-testid=stApp]');
  let since = performance.now();
  while (performance.now() - since < 800) {
    await new Promise(r => setTimeout(r, 50));
    if (!/^notrunning$/i.test(app.dataset.testScriptState)) since = performance.now();
  }
}"""
PLAN = """async () => {
  const press = [...document.querySelectorAll('button[kind=primary]')]
    .find(x => x.innerText.trim().endsWith('Plan'));
  const began = performance.now();
  press.click();
  const bars = '[data-testid=stPlotlyChart] .barlayer .point';
  while (document.querySelectorAll(bars).length < 300)
    await new Promise(requestAnimationFrame);
  await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
  return performance.now() - began;
}"""
STEP = """async () => {
  const app = document.querySelector('[data-testid=stApp]');
  const said = () => document.querySelector('.st-key-decided').innerText;
  const before = said(), began = performance.now();
  [...document.querySelectorAll('.st-key-steps button')]
    .find(x => x.innerText.includes('Next')).click();
  while (said() === before || !/^notrunning$/i.test(app.dataset.testScriptState))
    await new Promise(requestAnimationFrame);
  await new Promise(r => requestAnimationFrame(() => requestAnimationFrame(r)));
  return performance.now() - began;
}"""


def main() -> None:
    """Measure the large sample and a shift of 1,000 jobs; print medians in seconds."""
    write = sys.stdout.write
    write(f"Seconds on the screen, {TIMES} times: median, first, largest\n")
    with (
        tempfile.TemporaryDirectory() as data,
        dashboard(Path(data)) as url,
        sync_playwright() as p,
    ):
        browser = p.chromium.launch(
            executable_path=chromium_path(p), args=CHROMIUM_ARGUMENTS
        )
        for jobs, machines in ((411, 30), (1000, 60)):
            plans = []
            for time in range(TIMES):
                page = open_shift(browser, url, jobs, machines)
                plans.append(page.evaluate(PLAN) / 1000)
                if time < TIMES - 1:
                    page.close()
            page.evaluate(IDLE)
            steps = measure_steps(page, jobs)
            page.close()
            for name, taken in (("press to drawn plan", plans), ("a step", steps)):
                name = f"{name}, {jobs} x {machines}"
                write(
                    f"{name:32}{median(taken):8.2f}{taken[0]:8.2f}{max(taken):8.2f}\n"
                )
        browser.close()


def open_shift(browser: Browser, url: str, jobs: int, machines: int) -> Page:
    """Open the Plan page on the large sample or, of any other size, a random shift."""
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.set_default_timeout(120_000)
    page.goto(url)
    page.get_by_role("button", name="Plan", exact=True).wait_for()
    page.evaluate(IDLE)
    if (jobs, machines) != (411, 30):
        sidebar = page.get_by_test_id("stSidebar")
        sidebar.get_by_text("Random", exact=True).click()
        page.evaluate(IDLE)
        for label, value in (("Jobs", jobs), ("Machines", machines)):
            box = sidebar.get_by_label(label, exact=True)
            box.fill(str(value))
            box.press("Enter")
            page.evaluate(IDLE)
    return page


def measure_steps(page: Page, jobs: int) -> list[float]:
    """Seconds of some steps of the plan in hand, one after the other."""
    page.get_by_test_id("stSidebarNav").get_by_text("Step through").click()
    decided = page.locator(".st-key-decided")
    decided.get_by_text(re.compile(f"1 of {jobs:,}")).wait_for()
    steps = []
    for _ in range(TIMES):
        page.evaluate(IDLE)
        steps.append(page.evaluate(STEP) / 1000)
    return steps


if __name__ == "__main__":
    main()
