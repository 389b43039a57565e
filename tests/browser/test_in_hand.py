"""The shift in hand stays in hand through every page and a refresh."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "assets" / "samples" / "small-24x6"
LONG = 120_000  # milliseconds; a first plan loads the policy
BAR = ".barlayer .point path"


def go(page, settled, title):
    """Follow the link to a page."""
    page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True).click()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    settled(page)


def go_back(page, settled, title):
    """The browser's own way back: one press."""
    page.go_back()
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    settled(page)


def end_of(page):
    """What the page says of the last job's end, and of the other figures."""
    return page.locator(".st-key-figures").inner_text()


@pytest.fixture
def planned(dashboard_page, settled, by_rule):
    """The small sample's workbook, uploaded and planned by a rule."""
    page = dashboard_page
    page.get_by_role("button", name="Upload", exact=True).or_(
        page.get_by_role("radio", name="Upload", exact=True)
    ).first.click()
    settled(page)
    page.locator("input[type=file]").set_input_files(SMALL / "small-24x6.xlsx")
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_be_visible()
    by_rule(page)
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(BAR).first).to_be_attached(timeout=LONG)
    settled(page)
    return page


def test_one_shift_through_all_pages_and_a_refresh(planned, settled):
    """Upload, plan, step through, refresh, compare, training, back: one shift."""
    page = planned
    end, files = end_of(page), page.get_by_text("small-24x6.xlsx")
    expect(page).to_have_url(re.compile(r"/\?shift=[0-9a-f]{32}$"))
    go(page, settled, "Orders")
    expect(files.first).to_be_visible()
    go(page, settled, "Step through")
    expect(page.get_by_text("Every decision of a plan")).to_have_count(0)

    page.reload()
    settled(page)
    expect(page).to_have_url(re.compile(r"/step_through\?shift=[0-9a-f]{32}$"))
    expect(files.first).to_be_visible()
    expect(page.get_by_text("Plan the shift first")).to_have_count(0)
    go(page, settled, "Compare")
    expect(files.first).to_be_visible()
    expect(page.get_by_text("Keep the plan in hand as")).to_have_count(1)

    page.reload()
    settled(page)
    go(page, settled, "Training")
    expect(files.first).to_be_visible()
    go(page, settled, "Plan")
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_be_visible()
    expect(page.locator(BAR).first).to_be_attached(timeout=LONG)
    assert end_of(page) == end
    expect(page.get_by_text("have changed since this plan")).to_have_count(0)

    go_back(page, settled, "Training")
    go_back(page, settled, "Compare")
    expect(files.first).to_be_visible()


def test_start_over_shows_a_fresh_start(planned, settled):
    """What the browser shows in the sidebar is what is planned with."""
    page = planned
    page.get_by_text("Start over", exact=True).click()
    page.get_by_role("button", name="Drop them and start over").click()
    settled(page)
    expect(page.get_by_text("411 jobs on 30 machines, from")).to_be_visible()
    expect(page.get_by_text("small-24x6.xlsx")).to_have_count(0)
    expect(page.get_by_text("Nothing is planned yet")).to_be_visible()
    expect(page.get_by_text("Rule: earliest due date")).to_have_count(0)
    assert "shift=" not in page.url
    page.reload()
    settled(page)
    expect(page.get_by_text("411 jobs on 30 machines, from")).to_be_visible()
