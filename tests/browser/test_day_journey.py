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
    "job_id, processing_minutes, machine_types, due\nHOT-1, 45, Lathe, 2026-01-05 14:00"
)
MOST_TABS = 90


def at_version(page: Page, number: int, settled) -> None:
    """Wait until a version is in force, and the page is at rest."""
    shown = page.get_by_role("button", name=f"Version {number}", exact=True)
    shown.wait_for(timeout=LONG)
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
    expect(target.first).to_be_enabled()
    look = """(all) => [
        all.some((one) => one.contains(document.activeElement)),
        document.activeElement.outerHTML.slice(0, 200),
    ]"""
    passed = []
    for _ in range(MOST_TABS):
        there, at = target.evaluate_all(look)
        if there:
            return
        passed.append(at)
        page.keyboard.press("Tab")
    way = "\n".join(passed[:12])
    raise AssertionError(f"{target} is not reached by Tab. On the way:\n{way}")


def enter(page: Page, target: Locator) -> None:
    """Press a control by keyboard."""
    tab_to(page, target)
    page.keyboard.press("Enter")


def choose(page: Page, group: Locator, name: str) -> None:
    """Choose one of a row of buttons by keyboard: Tab, arrow keys, space."""
    tab_to(page, group.get_by_role("radio").first)
    wanted = group.get_by_role("radio", name=name)
    for _ in range(group.get_by_role("radio").count()):
        if wanted.evaluate("(one) => one === document.activeElement"):
            break
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    expect(wanted).to_be_checked()


def press_key(page: Page, key: str) -> None:
    """Press a key of the page, whatever was written into before."""
    page.evaluate("() => document.activeElement?.blur()")
    page.keyboard.press(key)


def find_job(page: Page, job: str, settled) -> None:
    """Put a job into focus by its name."""
    press_key(page, "/")
    page.keyboard.type(job)
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    settled(page)


def move_form(page: Page) -> None:
    """Open the form that moves the job in focus, by keyboard."""
    enter(page, page.locator(".st-key-panel").get_by_role("button", name="Move …"))
    page.locator(".st-key-press_move button").first.wait_for()


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
    page.get_by_text(f"{DOWN} is down until Mon 09:00.").wait_for()
    ways(page)
    screenshot(page, "journey-ways")
    page.locator(".st-key-take_gentle button").first.dblclick()  # taken once
    at_version(page, 2, settled)

    chart_is_ready(page)
    dragged = bar_of(page)
    drag(page, dragged, 60, 0)
    at_version(page, 3, settled)
    page.get_by_text("Moved by you, and locked").wait_for()
    chart_is_ready(page)
    other = bar_of(page, but=dragged["job"])
    drag(page, other, other["left"] - other["x"] + 4, 0)
    page.get_by_text(re.compile("cannot start")).wait_for()
    at_version(page, 3, settled)
    screenshot(page, "journey-refused")

    chart_is_ready(page)
    other = bar_of(page, but=dragged["job"])
    page.mouse.click(other["x"], other["y"])
    page.locator(".st-key-lock_start button").first.dblclick()  # locked once
    at_version(page, 4, settled)
    screenshot(page, "journey-locked")

    page.get_by_role("button", name="What happened?").click()
    page.locator(".st-key-happened").get_by_text("Rush order", exact=True).click()
    page.get_by_role("textbox", name="Rows of your list").fill(RUSH)
    page.keyboard.press("Control+Enter")
    ways(page)
    page.get_by_text("Without moving anyone").wait_for()
    screenshot(page, "journey-rush")
    page.locator(".st-key-take_gentle button").first.click()
    at_version(page, 5, settled)
    page.get_by_text("25 jobs on 6 machines").wait_for()

    for number in (4, 3, 2):  # pressed twice at once, it goes back one version
        page.get_by_role("button", name="Undo").dblclick()
        at_version(page, number, settled)
    page.get_by_text("24 jobs on 6 machines, from").wait_for()
    back = bar_of(page)
    assert (back["job"], back["start"]) == (dragged["job"], dragged["start"])
    page.get_by_role("button", name="Redo").dblclick()
    at_version(page, 3, settled)
    assert bar_of(page)["start"] > dragged["start"]
    page.get_by_role("button", name="Undo").dblclick()
    at_version(page, 2, settled)  # without locks, which hold against an edited plan

    page.get_by_role("tab", name="Files", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV", exact=True).first.click()
    content = edited(download.value.path())
    page.get_by_text("Bring an edited plan back").click()
    page.locator(".st-key-returned_plan input[type=file]").set_input_files(
        {"name": "edited.csv", "mimeType": "text/csv", "buffer": content}
    )
    expect(page.get_by_role("button", name="Take it as it is")).to_be_disabled()
    screenshot(page, "journey-back")
    page.get_by_role("button", name="Take the nearest valid one").dblclick()
    at_version(page, 6, settled)

    page.get_by_role("tab", name="Changes", exact=True).click()
    page.locator(".st-key-two_figures").wait_for()
    screenshot(page, "journey-changes")
    page.get_by_role("tab", name="Files", exact=True).click()
    settled(page)
    page.locator("summary").get_by_text("Go on from here", exact=True).click()
    page.locator(".st-key-press_go_on button").first.dblclick()
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_have_count(0)
    settled(page)
    screenshot(page, "journey-tomorrow")
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_day_by_keyboard(planned, settled, screenshot):
    """The same by keys, Tab and Enter; what is written is typed."""
    page: Page = planned
    press_key(page, "w")
    page.locator(".st-key-happened_form").wait_for()
    settled(page)
    press_key(page, "w")  # into its first field
    page.keyboard.type(DOWN)
    page.get_by_role("option", name=DOWN, exact=True).wait_for()
    page.keyboard.press("Enter")
    ways(page)
    enter(page, page.locator(".st-key-take_gentle button").first)
    at_version(page, 2, settled)

    find_job(page, "J-0019", settled)
    move_form(page)
    enter(page, page.locator(".st-key-press_move button").first)
    at_version(page, 3, settled)
    page.get_by_text("Moved by you, and locked").wait_for()

    find_job(page, "J-0024", settled)
    move_form(page)
    tab_to(page, page.get_by_role("dialog").get_by_role("combobox", name="Machine"))
    page.keyboard.type("CNC-01")
    page.get_by_role("option", name="CNC-01").wait_for()
    page.keyboard.press("Enter")
    settled(page)
    choose(page, page.locator("[class*=st-key-move_where]"), "Before")
    other = page.get_by_role("combobox", name="Which job")
    tab_to(page, other)
    page.keyboard.press("ArrowDown")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    settled(page)
    enter(page, page.locator(".st-key-press_move button").first)
    page.get_by_text(re.compile("J-0024.* cannot start")).wait_for()
    at_version(page, 3, settled)
    screenshot(page, "keys-refused")
    page.keyboard.press("Escape")  # the form
    expect(page.get_by_role("dialog")).to_have_count(0)
    press_key(page, "Escape")  # the notice
    expect(page.get_by_text(re.compile("cannot start"))).to_have_count(0)

    find_job(page, "J-0023", settled)
    press_key(page, "l")
    at_version(page, 4, settled)

    press_key(page, "w")
    choose(page, page.locator(".st-key-happened_kind"), "Rush order")
    page.get_by_role("textbox", name="Rows of your list").wait_for()
    settled(page)
    press_key(page, "w")
    page.keyboard.type(RUSH)
    page.keyboard.press("Control+Enter")
    ways(page)
    screenshot(page, "keys-rush")
    enter(page, page.locator(".st-key-take_gentle button").first)
    at_version(page, 5, settled)
    page.get_by_text("25 jobs on 6 machines").wait_for()

    for key, number in (("u", 4), ("u", 3), ("r", 4)):
        press_key(page, key)
        at_version(page, number, settled)
    page.get_by_text("24 jobs on 6 machines, from").wait_for()

    tab_to(page, page.get_by_role("tab", name="Jobs", exact=True))
    page.keyboard.press("End")
    page.keyboard.press("Enter")
    settled(page)
    with page.expect_download() as download:
        enter(page, page.get_by_role("button", name="CSV", exact=True).first)
    content = edited(download.value.path())
    enter(page, page.locator("summary").filter(has_text="Bring an edited plan back"))
    box = page.locator(".st-key-returned_plan").get_by_role("button")
    with page.expect_file_chooser() as chooser:
        enter(page, box)
    chooser.value.set_files(
        {"name": "edited.csv", "mimeType": "text/csv", "buffer": content}
    )
    expect(page.get_by_role("button", name="Take it as it is")).to_be_disabled()
    enter(page, page.get_by_role("button", name="Take the nearest valid one"))
    at_version(page, 6, settled)

    enter(page, page.locator("summary").filter(has_text="Go on from here"))
    enter(page, page.locator(".st-key-press_go_on button").first)
    expect(page.get_by_text("24 jobs on 6 machines, from")).to_have_count(0)
    settled(page)
    screenshot(page, "keys-tomorrow")
    expect(page.get_by_test_id("stException")).to_have_count(0)
