"""
Time on the screen, in Chromium: press to drawn plan, and a step.

A benchmark, run by ``python -m tests.browser.timings``; nothing here is a test.
"""

import re
import sys
import tempfile
from pathlib import Path
from statistics import median

from playwright.sync_api import sync_playwright

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
    """Measure the large sample, and print medians in seconds."""
    with (
        tempfile.TemporaryDirectory() as data,
        dashboard(Path(data)) as url,
        sync_playwright() as p,
    ):
        browser = p.chromium.launch(
            executable_path=chromium_path(p), args=CHROMIUM_ARGUMENTS
        )
        plans = []
        for _ in range(TIMES):
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.set_default_timeout(120_000)
            page.goto(url)
            page.get_by_role("button", name="Plan", exact=True).wait_for()
            page.evaluate(IDLE)
            plans.append(page.evaluate(PLAN) / 1000)
            if len(plans) < TIMES:
                page.close()
        page.evaluate(IDLE)
        page.get_by_test_id("stSidebarNav").get_by_text("Step through").click()
        page.locator(".st-key-decided").get_by_text(re.compile("1 of 411")).wait_for()
        steps = []
        for _ in range(TIMES):
            page.evaluate(IDLE)
            steps.append(page.evaluate(STEP) / 1000)
        browser.close()
    write = sys.stdout.write
    write(f"Seconds on the screen, 411 x 30, {TIMES} times: median, first, largest\n")
    for name, taken in (("press to drawn plan", plans), ("a step", steps)):
        write(f"{name:22}{median(taken):8.2f}{taken[0]:8.2f}{max(taken):8.2f}\n")


if __name__ == "__main__":
    main()
