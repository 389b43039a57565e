"""A sceptical planner goes through the decisions, in a real browser."""

import csv
import io
import json
import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import emptied

LONG = 240_000  # milliseconds; a first plan loads the policy


@pytest.fixture(scope="module")
def planned_page(window, server, settled):
    """The page on the small sample, planned by the policy, for every test here."""
    page = emptied(window)
    page.goto(server)
    settled(page)
    page.get_by_label("Sample shift").first.click()
    page.get_by_role("option", name=re.compile("24 jobs")).click()
    settled(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Step through").click()
    heading = page.get_by_role("heading", name="Step through")
    heading.wait_for(timeout=LONG)
    settled(page)
    page.get_by_role("button", name="Plan the shift").click()
    page.get_by_text("Which job?").wait_for(timeout=LONG)
    settled(page)
    return page


@pytest.fixture
def step_page(planned_page, settled):
    """The same page at its first decision."""
    go_to(planned_page, settled, 1)
    return planned_page


def expect_step(page, number):
    """The decision that is shown is this one; a number, or a pattern."""
    said = page.locator(".st-key-decided")
    expect(said).to_contain_text(
        re.compile(rf"Decision\s*{number} of 24"), timeout=LONG
    )


def step_of(page):
    """Number of the decision that is shown."""
    return int(
        re.search(r"(\d+) of 24", page.locator(".st-key-decided").inner_text())[1]
    )


def press(page, settled, name, within=None):
    """Press a button, once it can be pressed."""
    button = (within or page).get_by_role("button", name=name, exact=True)
    expect(button).to_be_enabled(timeout=LONG)
    button.click()
    settled(page)


def open_tab(page, settled, name):
    """Open one of the tabs below the tables."""
    page.get_by_role("tab", name=name).click()
    settled(page)


def go_to(page, settled, number):
    """Type the number of a decision, unless it is the one shown."""
    if step_of(page) == number:
        return
    box = page.get_by_role("spinbutton", name="Decision")
    expect(box).to_be_enabled(timeout=LONG)
    box.fill(str(number))
    box.press("Enter")
    expect_step(page, number)
    settled(page)


def download(page, label):
    """Press a download button; returns the file's text."""
    with page.expect_download(timeout=LONG) as started:
        page.get_by_role("button", name=label, exact=True).click()
    return started.value.path().read_text(encoding="utf-8-sig")


def test_it_plays_and_pauses(step_page, settled):
    """By itself, forward; it stops where it is told to."""
    page = step_page
    play = page.get_by_role("button", name="Play", exact=True)
    play.click()
    expect_step(page, "([3-9]|1[0-9]|2[0-4])")
    page.get_by_role("button", name="Pause", exact=True).click()
    play.wait_for(timeout=LONG)
    settled(page)
    here = step_of(page)
    page.wait_for_timeout(2500)  # longer than a tick
    expect_step(page, here)


def test_buttons_and_jumps(step_page, settled):
    """Next, +10, back, first; to a step, a job, the next setup, late job, doubt."""
    page = step_page
    press(page, settled, "Next")
    expect_step(page, 2)
    press(page, settled, "+10")
    expect_step(page, 12)
    press(page, settled, "Back")
    expect_step(page, 11)
    press(page, settled, "First")
    expect_step(page, 1)
    go_to(page, settled, 24)
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_disabled()

    page.get_by_label("Decision of job").click()
    page.keyboard.type("J-0005")
    page.keyboard.press("Enter")
    expect(page.locator(".st-key-decided")).to_contain_text("J-0005 on")
    settled(page)

    go_to(page, settled, 1)
    press(page, settled, "Next setup")
    expect(page.locator(".st-key-decided")).to_contain_text("setup ")
    press(page, settled, "First")
    expect_step(page, 1)
    # The small sample may have no late job; then there is nowhere to jump to.
    late = page.get_by_role("button", name="Next late job", exact=True)
    if late.is_enabled():
        press(page, settled, "Next late job")
        expect(page.locator(".st-key-decided")).to_contain_text("late by")
    go_to(page, settled, 1)
    press(page, settled, "Next in doubt")
    expect_step(page, "([2-9]|1[0-9]|2[0-4])")


def test_a_click_on_the_strip_goes_to_its_decision(step_page, settled):
    """Also the same decision a second time, after having gone elsewhere."""
    page = step_page
    strip = page.locator(".st-key-strip .nsewdrag").first
    strip.wait_for(timeout=LONG)
    mark = page.locator(".st-key-strip .step-mark")
    for _ in range(2):
        expect_step(page, 1)
        before = mark.bounding_box()["x"]
        box = strip.bounding_box()
        # The middle of the tenth of 24 decisions.
        page.mouse.click(box["x"] + box["width"] * 9.5 / 24, box["y"] + 20)
        expect_step(page, 10)
        settled(page)
        there = mark.bounding_box()
        assert there["x"] > before
        middle = there["x"] + there["width"] / 2
        assert abs(middle - (box["x"] + box["width"] * 9.5 / 24)) < 3
        press(page, settled, "First")


def test_a_machine_is_overridden_kept_exported_and_undone(
    step_page, settled, screenshot
):
    """The override is marked in the plan and in both logs; undone, it is gone."""
    page = step_page
    open_tab(page, settled, "What if?")
    keep = page.get_by_role("button", name="Keep the alternative", exact=True)
    for number in range(1, 25):
        go_to(page, settled, number)
        machine = page.get_by_label("on machine")
        machine.scroll_into_view_if_needed()  # scrolling would close its list
        settled(page)
        machine.click()
        options = page.get_by_role("option")
        options.first.wait_for()
        names = options.all_inner_texts()
        shown = page.locator(".st-key-decided").inner_text()
        other = [x for x in names[1:] if not re.search(rf"on {re.escape(x)}\b", shown)]
        if not other:
            page.keyboard.press("Escape")
            continue
        page.get_by_role("option", name=other[0], exact=True).click()
        settled(page)
        press(page, settled, "Plan on from here")
        page.get_by_text(f"Alternative from step {number}: ").wait_for(timeout=LONG)
        if keep.is_enabled():
            break
    page.get_by_text("Both plans").wait_for()
    page.get_by_text(re.compile(r"\d+ jobs? moved")).wait_for()
    screenshot(page, "step-what-if")
    press(page, settled, "Keep the alternative")
    marked = page.get_by_text("1 decision of this plan chosen by the planner")
    marked.wait_for(timeout=LONG)
    expect(page.locator(".st-key-decided")).to_contain_text("chosen by you")
    expect(page.locator(".st-key-decided")).to_contain_text(f"on {other[0]}")

    # It survives a visit to another page, and a press of Plan: the keyboard says no.
    page.get_by_test_id("stSidebarNav").get_by_text("Plan", exact=True).click()
    page.locator(".st-key-figures").wait_for(timeout=LONG)
    settled(page)
    page.get_by_role("button", name="Plan", exact=True).press("Enter")
    anew = page.get_by_role("button", name="Plan anew, 1 choice of yours is dropped")
    expect(anew).to_be_enabled(timeout=LONG)
    settled(page)
    page.get_by_role("button", name="Keep this plan").press("Enter")
    expect(anew).to_have_count(0, timeout=LONG)
    settled(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Step through").click()
    marked.wait_for(timeout=LONG)
    settled(page)

    open_tab(page, settled, "Decision log")
    rows = list(csv.DictReader(io.StringIO(download(page, "Decision log, CSV"))))
    assert len(rows) == 24
    assert [x["step"] for x in rows if x["chosen_by"] == "planner (machine)"] == [
        str(number)
    ]
    log = json.loads(download(page, "Decision log, JSON"))
    assert [x["job"] for x in log["decisions"]] == [x["job_id"] for x in rows]
    assert log["decisions"][number - 1]["chosen_by"] == "planner (machine)"

    press(page, settled, "Undo the last")
    expect(marked).to_have_count(0, timeout=LONG)
    expect(page.locator(".st-key-decided")).not_to_contain_text("chosen by you")
    expect(page.locator(".stException")).to_have_count(0)
