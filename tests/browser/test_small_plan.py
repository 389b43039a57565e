"""What a planner does with a plan: window, filter, clicks, downloads."""

import re
from datetime import datetime

import openpyxl
import pytest
from playwright.sync_api import expect

from core.problem.verifier.verify import violations
from core.tables.plan_file import read_schedule
from core.tables.writing.samples import read_sample
from tests.browser.conftest import emptied
from tests.browser.test_plan import BAR, choose, download, press_plan


@pytest.fixture(scope="module")
def small_page(window, server, settled, by_rule):
    """One page for every test here: the small sample, planned by a rule."""
    page = emptied(window)
    page.goto(server)
    settled(page)
    choose(page, "Sample shift", "24 jobs on 6 machines")
    by_rule(page)
    press_plan(page, settled)
    return page


def bars(page):
    """Bounding boxes of the bars that can be hit."""
    boxes = [bar.bounding_box() for bar in page.locator(BAR).all()]
    return [box for box in boxes if box and box["width"] > 20 and box["height"] > 9]


def expect_shown(page, text):
    """What of the chart is in view is said in words; wait until they are these."""
    said = page.locator(".st-key-window_span [data-testid=stCaptionContainer]")
    expect(said).to_have_text(text)


def test_a_narrow_screen_holds_it_all(small_page, settled, screenshot):
    """At 800 px nothing is wider than the screen."""
    page = small_page
    page.set_viewport_size({"width": 800, "height": 1000})
    settled(page)
    too_wide = page.evaluate(
        "() => document.querySelector('.stMain').scrollWidth"
        " - document.querySelector('.stMain').clientWidth"
    )
    assert too_wide <= 0
    expect(page.get_by_role("button", name="Plan", exact=True)).to_be_in_viewport()
    screenshot(page, "small-800")
    page.set_viewport_size({"width": 1440, "height": 900})
    settled(page)


def test_filter_window_and_a_click_on_a_bar(small_page, settled):
    """Each does what it says, and the chart keeps to it."""
    page = small_page
    everything = page.locator(BAR).count()
    expect_shown(page, re.compile("^Mon 06:00 – "))
    page.get_by_text("4 h", exact=True).click()
    settled(page)
    expect_shown(page, "Mon 06:00 – 10:00")
    # The clock on the wall, whatever the browser's time zone.
    expect(page.locator(".xtick text").first).to_have_text(re.compile("^06:00"))
    assert page.locator(BAR).count() < everything
    page.get_by_role("button", name="Later").click()
    settled(page)
    expect_shown(page, "Mon 08:00 – 12:00")

    page.get_by_role("button", name="Machines", exact=True).click()
    choose(page, "Machines", "LATHE-01")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    settled(page)
    expect(page.locator(".ytick text")).to_have_text(["LATHE-01"])

    page.locator(".js-plotly-plot").scroll_into_view_if_needed()
    box = max(bars(page), key=lambda box: box["width"])
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    settled(page)
    facts = page.locator(".st-key-panel")
    facts.get_by_text("Waited for").wait_for()
    facts.get_by_text("LATHE-01").wait_for()
    expect_shown(page, "Mon 08:00 – 12:00")  # a click moves nothing

    page.get_by_label("Find a job").click()
    page.keyboard.type("J-0020")
    page.keyboard.press("Enter")
    settled(page)
    facts.get_by_text("J-0020").wait_for()


def test_what_is_downloaded_reads_back(small_page, settled, tmp_path):
    """The plan is valid for the shift; the template plans as it is."""
    page = small_page
    page.get_by_role("tab", name="Files").click()
    settled(page)  # what is in a tab is drawn when it is opened
    shift = read_sample("small-24x6").shift
    reading = read_schedule(download(page, "CSV"), shift)
    assert reading.schedule is not None, list(reading.issues)
    assert violations(shift.problem, reading.schedule) == ()

    book = tmp_path / "schedule.xlsx"
    book.write_bytes(download(page, "Workbook"))
    plan = openpyxl.load_workbook(book)["Plan"]
    assert plan.max_row == 25
    assert isinstance(plan["D2"].value, datetime)

    page.get_by_role("button", name="Upload", exact=True).or_(
        page.get_by_role("radio", name="Upload", exact=True)
    ).first.click()
    settled(page)
    page.get_by_text("Templates", exact=True).click()
    template = tmp_path / "template.xlsx"
    template.write_bytes(download(page, "Workbook with all tables"))
    page.locator("input[type=file]").set_input_files(template)
    settled(page)
    page.get_by_role("button", name="Plan", exact=True).wait_for()
