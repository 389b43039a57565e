"""The planning lead compares, takes over, keeps and tries; in a real browser."""

import re

import pytest

from tests.browser.conftest import emptied

SOON = 30_000
LONG = 240_000  # milliseconds: workers give way to whatever else is running


@pytest.fixture(scope="module")
def compared_page(window, server, settled):
    """The page on the small sample shift, its plans compared, for every test here."""
    page = emptied(window)
    page.goto(f"{server}/compare")
    settled(page)
    page.get_by_label("Sample shift").click()
    page.get_by_role("option", name=re.compile("24 jobs")).click()
    settled(page)
    page.get_by_role("button", name="Compare", exact=True).click()
    page.get_by_text("What each could see").wait_for(timeout=LONG)
    settled(page)
    return page


@pytest.fixture
def compare_page(compared_page, settled):
    """The same page, wherever the test before has gone to."""
    go_to(compared_page, settled, "Compare")
    return compared_page


def go_to(page, settled, title):
    """Follow the link to a page."""
    page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True).click()
    settled(page)


def take_over(page, settled):
    """Take one of the plans over."""
    page.get_by_role("button", name=re.compile("Take over")).first.click()
    page.get_by_text("is now the plan in hand").wait_for(timeout=SOON)
    settled(page)


def test_two_schedulers_side_by_side_and_one_taken_over(
    compare_page, settled, screenshot
):
    """Batch and hierarchical by default; the better plan is a press away."""
    page = compare_page
    page.locator(".js-plotly-plot").nth(1).wait_for(timeout=LONG)
    screenshot(page, "compare")
    take_over(page, settled)
    go_to(page, settled, "Plan")
    page.locator(".st-key-figures").wait_for(timeout=SOON)


def test_a_scenario_is_kept_reloaded_renamed_and_deleted(compare_page, server, settled):
    """A new session finds it, opens it, and has its plan in hand."""
    page = compare_page
    take_over(page, settled)
    page.get_by_text("Scenarios", exact=True).click()
    page.get_by_role("textbox", name="Keep the plan in hand as").fill("Monday *early*")
    page.get_by_role("textbox", name="Keep the plan in hand as").press("Enter")
    settled(page)
    page.get_by_role("button", name="Keep", exact=True).click()
    page.get_by_text("Kept as “Monday *early*”.").wait_for(timeout=SOON)

    page.goto(f"{server}/compare")  # a new session
    settled(page)
    page.get_by_text("Scenarios", exact=True).click()
    page.get_by_role("button", name="Open the scenario").click()
    page.get_by_text("Scenario: Monday *early*").wait_for(timeout=SOON)
    settled(page)
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_role("textbox", name="New name").fill("Tuesday")
    page.get_by_role("textbox", name="New name").press("Enter")
    settled(page)
    page.get_by_role("button", name="Rename it").click()
    page.get_by_text("It is “Tuesday” now.").wait_for(timeout=SOON)
    settled(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    page.get_by_text("Nothing kept yet.").wait_for(timeout=SOON)


def test_trials_run_in_the_background_and_stop(compare_page, settled, screenshot):
    """What is done by then is kept, and can be taken along."""
    page = compare_page
    page.get_by_role("spinbutton", name="Trials").fill("300")
    page.get_by_role("spinbutton", name="Trials").press("Enter")
    settled(page)
    page.get_by_role("button", name="Run trials").click()
    page.get_by_role("button", name="Trials as CSV").wait_for(timeout=LONG)
    page.get_by_role("button", name="Stop the trials, keep those done").click()
    page.get_by_text(re.compile(r"Stopped: \d+ of 300 trials")).wait_for(timeout=LONG)
    screenshot(page, "trials")
    with page.expect_download() as download:
        page.get_by_role("button", name="Trials as CSV").click()
    text = download.value.path().read_text()
    assert text.startswith("trial,scheduler,cost")
    assert "hierarchical" in text
