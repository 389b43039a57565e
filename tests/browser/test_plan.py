"""The plan page as a planner uses it, in a real browser."""

import re
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import expect

from core.problem.verifier.verify import violations
from core.tables.plan_file import read_schedule
from core.tables.writing.samples import read_sample
from tests.browser.conftest import desktop

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "assets" / "samples" / "small-24x6"
LONG = 120_000  # milliseconds; a first plan loads the policy
BAR = ".barlayer .point path"


@pytest.fixture(scope="module")
def small_page(browser, server, settled, by_rule):
    """One page for every test that asks: the small sample, planned by a rule."""
    with desktop(browser) as page:
        page.goto(server)
        settled(page)
        choose(page, "Sample shift", "24 jobs on 6 machines")
        by_rule(page)
        press_plan(page, settled)
        yield page


def choose(page, label, option):
    """Choose in a box."""
    box = page.get_by_role("combobox", name=label).first
    box.scroll_into_view_if_needed()
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def press_plan(page, settled):
    """Press Plan, and wait for the chart."""
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.locator(BAR).first).to_be_attached(timeout=LONG)
    settled(page)


def upload(page, settled, *files):
    """Choose files of one's own."""
    page.get_by_role("button", name="Upload", exact=True).or_(
        page.get_by_role("radio", name="Upload", exact=True)
    ).first.click()
    settled(page)
    page.locator("input[type=file]").set_input_files(files)
    settled(page)


def download(page, label):
    """Press a download button; returns the file's content."""
    with page.expect_download() as started:
        page.get_by_role("button", name=label, exact=True).click()
    return started.value.path().read_bytes()


def bars(page):
    """Bounding boxes of the bars that can be hit."""
    boxes = [bar.bounding_box() for bar in page.locator(BAR).all()]
    return [box for box in boxes if box and box["width"] > 20 and box["height"] > 9]


def expect_shown(page, text):
    """What of the chart is in view is said in words; wait until they are these."""
    said = page.locator(".st-key-window_span [data-testid=stCaptionContainer]")
    expect(said).to_have_text(text)


def test_first_visit_plan_and_chart(dashboard_page, settled, screenshot):
    """The large sample is there, one press plans it, every job is a bar."""
    page = dashboard_page
    expect(page.get_by_text("411 jobs on 30 machines, from Mon 5 Jan")).to_be_visible()
    press_plan(page, settled)
    expect(page.locator(".st-key-figures")).to_be_visible()
    expect(page.locator(".st-key-figures")).to_contain_text("from best")
    expect(page.locator(".stException")).to_have_count(0)
    assert page.locator(BAR).count() >= 411
    screenshot("plan-1440")


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
    screenshot("small-800")
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
    expect(facts.get_by_text("Waited for")).to_be_visible()
    expect(facts.get_by_text("LATHE-01")).to_be_visible()
    expect_shown(page, "Mon 08:00 – 12:00")  # a click moves nothing

    page.get_by_label("Find a job").click()
    page.keyboard.type("J-0020")
    page.keyboard.press("Enter")
    settled(page)
    expect(facts.get_by_text("J-0020")).to_be_visible()


def test_both_formats_are_read(dashboard_page, settled, by_rule):
    """The CSV files of the small sample, on every page; then its workbook instead."""
    page = dashboard_page
    upload(page, settled, *sorted(SMALL.glob("*.csv")))
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_be_visible()
    for name in ("Compare", "Plan"):
        page.get_by_role("link", name=name, exact=True).click()
        settled(page)
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
        expect(
            page.get_by_text("calendars.csv, downtime.csv, jobs.csv")
        ).to_be_visible()
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_be_visible()
    page.get_by_text("Start over", exact=True).click()
    page.get_by_role("button", name="Drop them and start over").click()
    settled(page)
    upload(page, settled, SMALL / "small-24x6.xlsx")
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_be_visible()
    by_rule(page)
    press_plan(page, settled)
    expect(page.locator(".st-key-figures")).to_be_visible()


def test_a_bad_file_is_a_table_of_faults(dashboard_page, settled, tmp_path, screenshot):
    """All at once, downloadable, and nothing to press until they are gone."""
    page = dashboard_page
    bad = tmp_path / "jobs.csv"
    bad.write_text(
        "job_id,processing_minutes,machine_types,due,predecessors\n"
        "A,30,Lathe,2026-01-05 12:00,\n"
        "A,-5,Lathe,tomorrow,B\n"
        "C,forty,Lahte,2026-01-05 14:00,D\n"
        "D,20,Lathe,,C\n"
    )
    upload(page, settled, bad, SMALL / "machines.csv", SMALL / "calendars.csv")
    expect(page.get_by_text(re.compile(r"\d+ errors to mend"))).to_be_visible()
    expect(page.get_by_role("button", name="Plan", exact=True)).to_have_count(0)
    screenshot("issues-1440")
    listed = download(page, "Download this list").decode("utf-8-sig")
    for value in ("-5", "tomorrow", "forty", "Lahte"):
        assert value in listed
    assert re.search(r"jobs\.csv,3,", listed)

    page.reload()
    settled(page)
    good = [SMALL / "jobs.csv", SMALL / "machines.csv", SMALL / "calendars.csv"]
    upload(page, settled, *good)
    expect(page.get_by_role("button", name="Plan", exact=True)).to_be_visible()


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
    expect(page.get_by_role("button", name="Plan", exact=True)).to_be_visible()


@pytest.mark.parametrize(
    ("path", "title"), [("training", "Training"), ("compare", "Compare")]
)
def test_a_bookmark_opens_the_app_on_a_cold_server(cold_server, page, path, title):
    """The first address ever asked for: the page in its frame, not its bare file."""
    page.goto(f"{cold_server}/{path}")
    frame = page.get_by_test_id("stSidebarNav")
    expect(frame.get_by_text("Step through", exact=True)).to_be_visible(timeout=LONG)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    expect(frame.get_by_text("app", exact=True)).to_have_count(0)
    expect(page.locator(".stException")).to_have_count(0)
    assert page.url == f"{cold_server}/{path}"
