"""The plan page as a planner uses it, in a real browser."""

import re
from pathlib import Path

from playwright.sync_api import expect

ROOT = Path(__file__).parents[2]
SMALL = ROOT / "assets" / "samples" / "small-24x6"
LONG = 120_000  # milliseconds; a first plan loads the policy
BAR = ".barlayer .point path"


def choose(page, label, option):
    """Choose in a box."""
    box = page.get_by_role("combobox", name=label).first
    box.scroll_into_view_if_needed()
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def press_plan(page, settled):
    """Press Plan, and wait for the chart."""
    page.get_by_role("button", name="Plan", exact=True).click()
    page.locator(BAR).first.wait_for(state="attached", timeout=LONG)
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


def expect_in_frame(page, title):
    """A page of the app is shown, beside the links to the others."""
    frame = page.get_by_test_id("stSidebarNav")
    frame.get_by_text("Step through", exact=True).wait_for(timeout=LONG)
    page.get_by_role("heading", name=title, exact=True).wait_for()
    expect(frame.get_by_text("app", exact=True)).to_have_count(0)
    expect(page.locator(".stException")).to_have_count(0)


def test_first_visit_plan_and_chart(dashboard_page, settled, screenshot):
    """The large sample is there, one press plans it, every job is a bar."""
    page = dashboard_page
    page.get_by_text("411 jobs on 30 machines, from Mon 5 Jan").wait_for()
    press_plan(page, settled)
    page.locator(".st-key-figures").wait_for()
    expect(page.locator(".st-key-figures")).to_contain_text("from best")
    expect(page.locator(".stException")).to_have_count(0)
    assert page.locator(BAR).count() >= 411
    screenshot(page, "plan-1440")


def test_both_formats_are_read(dashboard_page, settled, by_rule):
    """The CSV files of the small sample, on every page; then its workbook instead."""
    page = dashboard_page
    upload(page, settled, *sorted(SMALL.glob("*.csv")))
    page.get_by_text("24 jobs on 6 machines, from").wait_for()
    for name in ("Compare", "Plan"):
        page.get_by_role("link", name=name, exact=True).click()
        settled(page)
        page.get_by_role("heading", name=name, exact=True).wait_for()
        page.get_by_text("calendars.csv, downtime.csv, jobs.csv").wait_for()
    page.get_by_text("24 jobs on 6 machines, from").wait_for()
    page.get_by_text("Start over", exact=True).click()
    page.get_by_role("button", name="Drop them and start over").click()
    settled(page)
    upload(page, settled, SMALL / "small-24x6.xlsx")
    page.get_by_text("24 jobs on 6 machines, from").wait_for()
    by_rule(page)
    press_plan(page, settled)
    page.locator(".st-key-figures").wait_for()


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
    page.get_by_text(re.compile(r"\d+ errors to mend")).wait_for()
    expect(page.get_by_role("button", name="Plan", exact=True)).to_have_count(0)
    screenshot(page, "issues-1440")
    listed = download(page, "Download this list").decode("utf-8-sig")
    for value in ("-5", "tomorrow", "forty", "Lahte"):
        assert value in listed
    assert re.search(r"jobs\.csv,3,", listed)

    page.reload()
    settled(page)
    good = [SMALL / "jobs.csv", SMALL / "machines.csv", SMALL / "calendars.csv"]
    upload(page, settled, *good)
    page.get_by_role("button", name="Plan", exact=True).wait_for()


def test_a_bookmark_opens_the_app_on_a_cold_server(cold_server, page):
    """The first address ever asked for: the page in its frame, not its bare file."""
    page.goto(f"{cold_server}/compare")
    expect_in_frame(page, "Compare")
    assert page.url == f"{cold_server}/compare"
