"""A planner asks why an order is late and what would help, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

LONG = 120_000  # milliseconds
FIRST_LINE = {"x": 60, "y": 52}  # of a table, below its header


@pytest.fixture
def orders_page(dashboard_page, settled, by_rule):
    """The page on the large sample, planned by a rule that leaves orders late."""
    page = dashboard_page
    by_rule(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Orders").click()
    settled(page)
    page.get_by_role("button", name="Plan the shift").click()
    page.get_by_text("late as planned").first.wait_for(timeout=LONG)
    settled(page)
    return page


def facts(page):
    """What is said of the order that is opened, in a line."""
    return page.locator(".st-key-order_facts").inner_text().replace("\n", " ")


def test_the_latest_order_is_explained_helped_and_put_back(
    orders_page, settled, screenshot
):
    """Why, then ways, then the first of them: it is on time; back, it is late again."""
    page = orders_page
    screenshot(page, "orders")
    page.get_by_test_id("stDataFrame").first.click(position=FIRST_LINE)
    settled(page)
    late = facts(page)
    assert "late by" in late
    expect(page.get_by_test_id("stCode")).to_contain_text(re.compile("is .* late: "))
    page.locator(".st-key-order .barlayer .point").first.wait_for(state="attached")
    screenshot(page, "orders_why")

    page.get_by_role("tab", name="What would it take?").click()
    settled(page)
    page.get_by_role("button", name="Look for ways").click()
    apply = page.get_by_role("button", name="Apply", exact=True)
    apply.wait_for(timeout=LONG)
    settled(page)
    screenshot(page, "orders_remedies")
    apply.click()
    page.get_by_text("Taken over.").wait_for()
    settled(page)
    assert "to spare" in facts(page)
    screenshot(page, "orders_applied")

    page.get_by_role("button", name="Take the plan before back").click()
    page.get_by_text("Taken over.").wait_for(state="hidden")
    settled(page)
    assert facts(page) == late
