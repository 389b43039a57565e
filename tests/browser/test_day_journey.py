"""A whole day on the Plan page: once by mouse, once by keyboard alone."""

import csv
import io
import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.test_day import CHART, LONG, bar_of, drag, planned

__all__ = ["planned"]

DOWN = "LATHE-01"
RUSH = (
    "job_id\tprocessing_minutes\tmachine_types\tdue\nHOT-1\t45\tLathe\t2026-01-05 14:00"
)
MOST_TABS = 90


def at_version(page: Page, number: int, settled) -> None:
    """Wait until a version is in force, and the page is at rest."""
    shown = page.get_by_role("button", name=f"Version {number}", exact=True)
    expect(shown).to_be_visible(timeout=LONG)
    settled(page)


def ways(page: Page) -> None:
    """Wait for the previews of all four ways to go on."""
    expect(page.get_by_role("button", name="Take this one")).to_have_count(
        4, timeout=LONG
    )


def chart_is_ready(page: Page) -> None:
    """Wait until bars can be dragged."""
    page.locator(f"{CHART}[data-drag=ready]").wait_for()
    page.locator(CHART).scroll_into_view_if_needed()


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until a control has the focus, as someone without a mouse does."""
    expect(target).to_be_enabled()
    for _ in range(MOST_TABS):
        if target.evaluate("(one) => one.contains(document.activeElement)"):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by Tab")


def enter(page: Page, target: Locator) -> None:
    """Press a control by keyboard."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def press_key(page: Page, key: str) -> None:
    """Press a key of the page, whatever was written into before."""
    page.evaluate("() => document.activeElement?.blur()")
    page.keyboard.press(key)


def find_job(page: Page, job: str, settled) -> None:
    """Put a job into focus by its name."""
    press_key(page, "/")
    page.keyboard.type(job)
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("Enter")
    settled(page)


def edited(path: Path) -> bytes:
    """Return an exported plan with one job where it may not run, one moved over."""
    rows = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"))))
    machine = rows[0].index("machine_id")
    of = {row[machine][:3]: row for row in reversed(rows[1:])}
    of["LAT"][machine] = "LASER-02"
    of["CNC"][machine] = "CNC-02" if of["CNC"][machine] == "CNC-01" else "CNC-01"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def test_a_day_by_mouse(planned, settled, screenshot):
    """Down, gentle, drag, illegal drop, lock, rush, undo, redo, export, back, on."""
    page: Page = planned
    page.get_by_role("button", name="What happened?").click()
    page.get_by_role("combobox", name="Machine", exact=True).click()
    page.get_by_role("option", name=DOWN, exact=True).click()
    ways(page)
    page.locator(".st-key-happened_form").get_by_text("3 h", exact=True).click()
    expect(page.get_by_text(f"{DOWN} is down until Mon 09:00.")).to_be_visible()
    ways(page)
    screenshot("journey-ways")
    page.locator(".st-key-take_gentle button").first.dblclick()  # taken once
    at_version(page, 2, settled)

    chart_is_ready(page)
    dragged = bar_of(page)
    drag(page, dragged, 60, 0)
    at_version(page, 3, settled)
    expect(page.get_by_text("Moved by you, and locked")).to_be_visible()
    chart_is_ready(page)
    other = bar_of(page, but=dragged["job"])
    drag(page, other, other["left"] - other["x"] + 4, 0)
    expect(page.get_by_text(re.compile("cannot start"))).to_be_visible()
    at_version(page, 3, settled)
    screenshot("journey-refused")

    chart_is_ready(page)
    other = bar_of(page, but=dragged["job"])
    page.mouse.click(other["x"], other["y"])
    page.locator(".st-key-lock_start button").first.click()
    at_version(page, 4, settled)
    screenshot("journey-locked")

    page.get_by_role("button", name="What happened?").click()
    page.locator(".st-key-happened").get_by_text("Rush order", exact=True).click()
    page.get_by_role("textbox", name="Rows of your list").fill(RUSH)
    page.keyboard.press("Control+Enter")
    ways(page)
    expect(page.get_by_text("Without moving anyone")).to_be_visible()
    screenshot("journey-rush")
    page.locator(".st-key-take_gentle button").first.click()
    at_version(page, 5, settled)
    expect(page.get_by_text("25 jobs on 6 machines")).to_be_visible()

    for number in (4, 3):
        page.get_by_role("button", name="Undo").click()
        at_version(page, number, settled)
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_be_visible()
    page.get_by_role("button", name="Redo").click()
    at_version(page, 4, settled)

    page.get_by_role("tab", name="Files", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).first.click()
    content = edited(download.value.path())
    page.get_by_text("Bring an edited plan back").click()
    page.locator(".st-key-returned_plan input[type=file]").set_input_files(
        {"name": "edited.csv", "mimeType": "text/csv", "buffer": content}
    )
    expect(page.get_by_role("button", name="Take it as it is")).to_be_disabled()
    screenshot("journey-back")
    page.get_by_role("button", name="Take the nearest valid one").click()
    at_version(page, 6, settled)

    page.get_by_role("tab", name="Changes", exact=True).click()
    page.locator(".st-key-two_figures").wait_for()
    screenshot("journey-changes")
    page.get_by_role("tab", name="Files", exact=True).click()
    settled(page)
    page.locator("summary").get_by_text("Go on from here", exact=True).click()
    page.locator(".st-key-press_go_on button").first.click()
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_have_count(0)
    settled(page)
    screenshot("journey-tomorrow")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_day_by_keyboard(planned, settled, screenshot):
    """The same by keys, Tab and Enter; what is written is typed."""
    page: Page = planned
    press_key(page, "w")
    expect(page.locator(".st-key-happened_form")).to_be_visible()
    settled(page)
    press_key(page, "w")  # into its first field
    page.keyboard.type(DOWN)
    expect(page.get_by_role("option", name=DOWN, exact=True)).to_be_visible()
    page.keyboard.press("Enter")
    ways(page)
    enter(page, page.locator(".st-key-take_gentle button").first)
    at_version(page, 2, settled)

    find_job(page, "J-0019", settled)
    enter(page, page.locator(".st-key-panel").get_by_role("button", name="Move …"))
    form = page.locator(".st-key-press_move button").first
    expect(form).to_be_visible()
    enter(page, form)
    at_version(page, 3, settled)
    expect(page.get_by_text("Moved by you, and locked")).to_be_visible()
    find_job(page, "J-0023", settled)
    press_key(page, "l")
    at_version(page, 4, settled)
    for key, number in (("u", 3), ("u", 2), ("r", 3)):
        press_key(page, key)
        at_version(page, number, settled)
    screenshot("keys-redone")
    expect(page.get_by_test_id("stException")).to_have_count(0)
