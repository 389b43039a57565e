"""The shift in hand stays in hand through every page and a refresh."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import emptied

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "assets" / "samples" / "small-24x6"
LONG = 120_000  # milliseconds; a first plan loads the policy
BAR = ".barlayer .point path"


def go(page, settled, title):
    """Follow the link to a page."""
    page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True).click()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    settled(page)


def go_back(page, settled, title):
    """The browser's own way back: one press."""
    page.go_back()
    page.get_by_role("heading", name=title, exact=True).wait_for()
    settled(page)


def end_of(page):
    """What the page says of the last job's end, and of the other figures."""
    return page.locator(".st-key-figures").inner_text()


@pytest.fixture(scope="module")
def planned(window, server, settled, by_rule):
    """The small sample's workbook, uploaded and planned by a rule, for both tests."""
    page = emptied(window)
    page.goto(server)
    settled(page)
    page.get_by_role("button", name="Upload", exact=True).or_(
        page.get_by_role("radio", name="Upload", exact=True)
    ).first.click()
    settled(page)
    page.locator("input[type=file]").set_input_files(SMALL / "small-24x6.xlsx")
    page.get_by_text("24 jobs on 6 machines, from").wait_for()
    by_rule(page)
    page.get_by_role("button", name="Plan", exact=True).click()
    page.locator(BAR).first.wait_for(state="attached", timeout=LONG)
    settled(page)
    return page


def test_one_shift_through_all_pages_and_a_refresh(planned, settled):
    """Upload, plan, step through, refresh, compare, training, back: one shift."""
    page = planned
    end, files = end_of(page), page.get_by_text("small-24x6.xlsx")
    expect(page).to_have_url(re.compile(r"/\?shift=[0-9a-f]{32}$"))
    go(page, settled, "Orders")
    files.first.wait_for()
    go(page, settled, "Step through")
    expect(page.get_by_text("Every decision of a plan")).to_have_count(0)

    page.reload()
    settled(page)
    expect(page).to_have_url(re.compile(r"/step_through\?shift=[0-9a-f]{32}$"))
    files.first.wait_for()
    expect(page.get_by_text("Plan the shift first")).to_have_count(0)
    go(page, settled, "Compare")
    files.first.wait_for()
    expect(page.get_by_text("Keep the plan in hand as")).to_have_count(1)

    page.reload()
    settled(page)
    go(page, settled, "Training")
    files.first.wait_for()
    go(page, settled, "Plan")
    page.get_by_text("24 jobs on 6 machines, from").wait_for()
    page.locator(BAR).first.wait_for(state="attached", timeout=LONG)
    assert end_of(page) == end
    expect(page.get_by_text("have changed since this plan")).to_have_count(0)

    go_back(page, settled, "Training")
    go_back(page, settled, "Compare")
    files.first.wait_for()


def test_start_over_shows_a_fresh_start(planned, settled):
    """What the browser shows in the sidebar is what is planned with."""
    page = planned
    go(page, settled, "Plan")
    page.get_by_text("Start over", exact=True).click()
    page.get_by_role("button", name="Drop them and start over").click()
    settled(page)
    page.get_by_text("411 jobs on 30 machines, from").wait_for()
    expect(page.get_by_text("small-24x6.xlsx")).to_have_count(0)
    page.get_by_text("Nothing is planned yet").wait_for()
    expect(page.get_by_text("Rule: earliest due date")).to_have_count(0)
    assert "shift=" not in page.url
    page.reload()
    settled(page)
    page.get_by_text("411 jobs on 30 machines, from").wait_for()
