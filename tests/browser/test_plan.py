"""A planner's first day: the sample, own files, a bad one, the plan taken along."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from core.problem.verify import violations
from core.tables.plan_file import read_schedule
from core.tables.shift import DEFAULT_START, read_shift

SAMPLE = Path(__file__).parents[2] / "assets" / "samples" / "small-24x6"
SOON = 60_000  # milliseconds


def plan(page, settled):
    """Press Plan, and wait for the chart."""
    page.get_by_role("button", name="Plan", exact=True).click()
    expect(page.get_by_text("Last job ends").first).to_be_visible(timeout=SOON)
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=SOON)
    settled(page)


def upload(page, settled, files):
    """Choose files of one's own in the sidebar."""
    page.get_by_text("Upload", exact=True).click()
    settled(page)
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    settled(page)


@pytest.fixture
def planned(dashboard_page, settled):
    """The first visit, with the sample planned by one press."""
    plan(dashboard_page, settled)
    return dashboard_page


def test_the_first_visit_ends_in_a_plan_with_one_press(planned, screenshot):
    """The sample is there already; its plan says how far from the best it can be."""
    screenshot("plan")
    expect(planned.get_by_text("411 jobs on 30 machines").first).to_be_visible()
    expect(planned.get_by_text("above the best possible plan")).to_be_visible()


def test_window_and_job_search_keep_the_chart(planned, settled):
    """A window of eight hours moves later; a job that is found shows its facts."""
    planned.get_by_text("8 h", exact=True).click()
    settled(planned)
    shown = planned.get_by_text(re.compile("Mon 5 Jan 06:00 –")).first
    expect(shown).to_be_visible(timeout=SOON)
    planned.get_by_role("button", name="Later").click()
    settled(planned)
    expect(planned.get_by_text(re.compile("Mon 5 Jan 06:00 –"))).to_have_count(0)
    expect(planned.locator(".js-plotly-plot").first).to_be_visible()


def test_a_click_on_a_bar_shows_its_facts(planned, settled):
    """Before the click there is a hint; after it, the job and why it runs then."""
    hint = planned.get_by_text("Click a bar, or find a job")
    expect(hint).to_be_visible()
    bar = planned.locator(".js-plotly-plot .barlayer .point path").nth(200)
    bar.scroll_into_view_if_needed()
    bar.click(force=True)
    settled(planned)
    expect(hint).to_have_count(0, timeout=SOON)
    expect(planned.get_by_text(re.compile(r"J-\d{4}")).first).to_be_visible()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_own_files_of_both_forms_are_planned(dashboard_page, settled, ending):
    """Four CSV files, or one workbook: 24 jobs on 6 machines either way."""
    files = sorted(SAMPLE.glob(f"*.{ending}"))
    upload(dashboard_page, settled, files)
    expect(dashboard_page.get_by_text("24 jobs on 6 machines").first).to_be_visible(
        timeout=SOON
    )
    plan(dashboard_page, settled)


def test_a_bad_file_is_named_and_nothing_is_planned(
    dashboard_page, settled, screenshot, tmp_path
):
    """The table says row and column; there is no plan before it is mended."""
    jobs = (SAMPLE / "jobs.csv").read_text(encoding="utf-8-sig").splitlines()
    cells = jobs[1].split(",")
    cells[1] = "an hour"
    bad = tmp_path / "jobs.csv"
    bad.write_text("\n".join([jobs[0], ",".join(cells), *jobs[2:]]), encoding="utf-8")
    others = [file for file in SAMPLE.glob("*.csv") if file.name != "jobs.csv"]
    upload(dashboard_page, settled, [bad, *others])
    expect(dashboard_page.get_by_text(re.compile("error")).first).to_be_visible(
        timeout=SOON
    )
    screenshot("issues")
    expect(dashboard_page.get_by_text("Last job ends")).to_have_count(0)
    expect(dashboard_page.get_by_text("Traceback")).to_have_count(0)


def test_the_plan_taken_along_is_valid_and_reads_back(dashboard_page, settled):
    """The downloaded CSV is a plan of the same shift without a violation."""
    upload(dashboard_page, settled, sorted(SAMPLE.glob("*.xlsx")))
    plan(dashboard_page, settled)
    dashboard_page.get_by_role("tab", name="Download").click()
    with dashboard_page.expect_download(timeout=SOON) as download:
        buttons = dashboard_page.locator(".st-key-downloads")
        buttons.get_by_role("button", name=re.compile("CSV$")).click()
    content = Path(download.value.path()).read_bytes()
    book = next(iter(SAMPLE.glob("*.xlsx")))
    shift = read_shift({book.name: book.read_bytes()}, DEFAULT_START, "sample").shift
    schedule = read_schedule(content, shift).schedule
    assert violations(shift.problem, schedule) == ()
