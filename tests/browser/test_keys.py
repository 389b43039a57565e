"""What is pressed often, without a mouse: plan, next, previous, play."""

import re

from playwright.sync_api import expect

LONG = 120_000  # milliseconds; a first plan loads the policy
BAR = ".barlayer .point path"
WHERE = "() => document.activeElement.closest('[data-testid=stMain]') !== null"


def test_a_plan_is_made_and_stepped_through_by_keys(dashboard_page, settled, by_rule):
    """The first Tab offers the main area; then p, the arrows, and the space bar."""
    page = dashboard_page
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # over the sidebar
    page.keyboard.press("Tab")
    assert page.evaluate(WHERE)
    by_rule(page)
    page.locator("h1").first.click()
    page.keyboard.press("p")
    page.locator(BAR).first.wait_for(state="attached", timeout=LONG)
    settled(page)

    page.get_by_test_id("stSidebarNav").get_by_text("Step through").click()
    decided = page.locator(".st-key-decided")
    expect(decided).to_contain_text(re.compile(r"\d+ of"), timeout=LONG)
    settled(page)
    page.locator("h1").first.click()
    first = decided.inner_text()
    page.keyboard.press("ArrowRight")
    expect(decided).not_to_have_text(first)
    settled(page)
    page.keyboard.press("ArrowLeft")
    settled(page)
    assert decided.inner_text() == first
    page.keyboard.press(" ")
    expect(decided).to_contain_text(re.compile(r"Decision\s*([3-9]|\d\d+) of"))
    page.keyboard.press(" ")
