"""The planning lead compares, takes over, keeps and tries; in a real browser."""

import re

import pytest
from playwright.sync_api import expect

SOON = 30_000
LONG = 240_000  # milliseconds: workers give way to whatever else is running


@pytest.fixture
def compare_page(page, server, settled):
    """The page on the small sample shift."""
    page.goto(server)
    settled(page)
    page.goto(f"{server}/compare")
    settled(page)
    page.get_by_label("Sample shift").click()
    page.get_by_role("option", name=re.compile("24 jobs")).click()
    settled(page)
    return page


def compare(page, settled):
    """Press Compare, and wait for the plans."""
    page.get_by_role("button", name="Compare", exact=True).click()
    expect(page.get_by_text("What each could see")).to_be_visible(timeout=LONG)
    settled(page)


def test_two_schedulers_side_by_side_and_one_taken_over(
    compare_page, settled, screenshot
):
    """Batch and hierarchical by default; the better plan is a press away."""
    page = compare_page
    compare(page, settled)
    expect(page.locator(".js-plotly-plot").nth(1)).to_be_visible(timeout=LONG)
    screenshot("compare")
    page.get_by_role("button", name=re.compile("Take over")).first.click()
    expect(page.get_by_text("is now the plan in hand")).to_be_visible(timeout=SOON)
    settled(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Plan", exact=True).click()
    settled(page)
    expect(page.locator(".st-key-figures")).to_be_visible(timeout=SOON)


def test_a_scenario_is_kept_reloaded_renamed_and_deleted(compare_page, server, settled):
    """A new session finds it, opens it, and has its plan in hand."""
    page = compare_page
    compare(page, settled)
    page.get_by_role("button", name=re.compile("Take over")).first.click()
    settled(page)
    page.get_by_text("Scenarios", exact=True).click()
    page.get_by_role("textbox", name="Keep the plan in hand as").fill("Monday *early*")
    page.get_by_role("textbox", name="Keep the plan in hand as").press("Enter")
    settled(page)
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_text("Kept as “Monday *early*”.")).to_be_visible(timeout=SOON)

    page.goto(f"{server}/compare")  # a new session
    settled(page)
    page.get_by_text("Scenarios", exact=True).click()
    page.get_by_role("button", name="Open the scenario").click()
    expect(page.get_by_text("Scenario: Monday *early*")).to_be_visible(timeout=SOON)
    settled(page)
    page.get_by_role("button", name="Rename", exact=True).click()
    page.get_by_role("textbox", name="New name").fill("Tuesday")
    page.get_by_role("textbox", name="New name").press("Enter")
    settled(page)
    page.get_by_role("button", name="Rename it").click()
    expect(page.get_by_text("It is “Tuesday” now.")).to_be_visible(timeout=SOON)
    settled(page)
    page.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.get_by_text("Nothing kept yet.")).to_be_visible(timeout=SOON)


def test_trials_run_in_the_background_and_stop(compare_page, settled, screenshot):
    """What is done by then is kept, and can be taken along."""
    page = compare_page
    page.get_by_role("spinbutton", name="Trials").fill("300")
    page.get_by_role("spinbutton", name="Trials").press("Enter")
    settled(page)
    page.get_by_role("button", name="Run trials").click()
    expect(page.get_by_role("button", name="Trials as CSV")).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Stop the trials, keep those done").click()
    expect(page.get_by_text(re.compile(r"Stopped: \d+ of 300 trials"))).to_be_visible(
        timeout=LONG
    )
    screenshot("trials")
    with page.expect_download() as download:
        page.get_by_role("button", name="Trials as CSV").click()
    text = download.value.path().read_text()
    assert text.startswith("trial,scheduler,cost")
    assert "hierarchical" in text
