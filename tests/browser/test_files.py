"""A planner's own files in a real browser: read as meant, mended, edited."""

import pytest
from playwright.sync_api import expect

LONG = 120_000  # milliseconds; a first plan loads the policy
BAR = ".barlayer .point path"
JOBS = """\
Auftrag;Dauer;Maschinentyp;Liefertermin;Kunde;Wichtig
A1;1,5;Fräse;30.11.2026 14:00;Huber;ja
A2;2,25;Fräse;01.12.2026 10:00;Mayer;nein
A3;0,75;Drehbank;30.11.2026 13:00;Huber;
"""
MACHINES = """\
Maschine;Maschinentyp
M1;Fräse
M2;Drehbank
"""


@pytest.fixture
def bring(page, server, settled, tmp_path):
    """Open the dashboard and upload files, given as ``name=text``."""

    def bring(**texts):
        page.goto(server)
        settled(page)
        page.get_by_role("radio", name="Upload", exact=True).or_(
            page.get_by_role("button", name="Upload", exact=True)
        ).first.click()
        settled(page)
        paths = []
        for name, text in texts.items():
            paths.append(tmp_path / f"{name}.csv")
            paths[-1].write_text(text, "utf-8")
        page.locator("input[type=file]").set_input_files(paths)
        settled(page)
        return page

    return bring


def press(page, settled, name):
    """Press a button."""
    page.get_by_role("button", name=name, exact=True).click()
    settled(page)


def choose(page, label, option):
    """Choose in a box of the page."""
    box = page.get_by_role("combobox", name=label).first
    box.scroll_into_view_if_needed()
    box.click()
    page.get_by_role("option", name=option, exact=True).click()


def type_into_cell(page, settled, row, column, text):
    """
    Type into a cell of the table that is edited, both counted from 0.

    The grid is a canvas: cells are reached with the arrow keys from the first one.
    """
    grid = page.get_by_test_id("stDataFrame").last
    grid.scroll_into_view_if_needed()
    page.wait_for_timeout(600)  # a grid that was just drawn takes no click
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 190, box["y"] + 52)  # the first cell
    page.wait_for_timeout(300)  # it takes the keyboard
    for key, times in (("ArrowDown", row), ("ArrowRight", column)):
        for _ in range(times):
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    page.wait_for_timeout(300)  # the cell's own field opens
    page.keyboard.press("Control+A")
    page.keyboard.type(text, delay=30)
    page.keyboard.press("Enter")
    settled(page)


def plan(page, settled, by_rule):
    """Plan by a quick rule, and wait for the chart."""
    by_rule(page)
    page.get_by_role("button", name="Plan", exact=True).click()
    page.locator(BAR).first.wait_for(state="attached", timeout=LONG)
    settled(page)


def test_a_german_file_needs_one_answer_once(bring, settled, screenshot, by_rule):
    """
    Hours or minutes is asked; the rest is read, the start from the dates, planned.

    Brought again in a new session the answer is known.
    """
    page = bring(jobs=JOBS, machines=MACHINES)
    page.get_by_role("heading", name="How your columns are read").wait_for()
    page.get_by_text("1 question").wait_for()
    confirm = page.get_by_role("button", name="Read my files like this")
    expect(confirm).to_be_disabled()
    screenshot(page, "mapping-1440")
    choose(page, "Unit", "hours")
    settled(page)
    expect(confirm).to_be_enabled()
    press(page, settled, "Read my files like this")
    page.get_by_text("3 jobs on 2 machines, from Mon 30 Nov").wait_for()
    sidebar = page.get_by_test_id("stSidebarUserContent")
    sidebar.get_by_text(
        "the last 06:00 before the first date (jobs.csv, row 4"
    ).wait_for()
    plan(page, settled, by_rule)
    screenshot(page, "german-plan-1440")
    # 1.5 h, 2.25 h on one machine: the last job ends at 09:45.
    page.get_by_text("Mon 30 Nov 09:45").first.wait_for()

    page = bring(jobs=JOBS, machines=MACHINES)
    page.get_by_text("3 jobs on 2 machines").wait_for()


def test_a_fault_is_mended_on_the_page_and_an_edit_is_undone(
    bring, settled, screenshot, by_rule
):
    """``forty`` becomes 40 and the shift is read; then a due date comes and goes."""
    page = bring(
        jobs="job_id,processing_minutes,due\nA,30,2026-01-05 12:00\nB,forty,\n",
        machines="machine_id,machine_type\nM1,mill\n",
    )
    page.get_by_text("1 error to mend").wait_for()
    page.get_by_role("cell", name="forty", exact=True).wait_for()
    screenshot(page, "mend-1440")
    type_into_cell(page, settled, 1, 1, "40")
    page.get_by_text("Changed, not applied: jobs.").wait_for()
    press(page, settled, "Read again")
    page.get_by_text("2 jobs on 1 machine, from Mon 5 Jan").wait_for()

    type_into_cell(page, settled, 1, 1, "oops")  # in the tab Files, which is open
    press(page, settled, "Apply")
    page.get_by_text("Not applied.").wait_for()
    page.get_by_role("cell", name="oops", exact=True).wait_for()
    screenshot(page, "edit-faults-1440")
    press(page, settled, "Drop these changes")
    expect(page.get_by_text("Not applied.")).to_have_count(0)
    type_into_cell(page, settled, 1, 1, "90")
    press(page, settled, "Apply")
    page.get_by_text("Applied.", exact=True).wait_for()
    plan(page, settled, by_rule)
    page.get_by_text("Mon 5 Jan 08:00").first.wait_for()
    page.get_by_role("tab", name="Files").click()
    settled(page)
    screenshot(page, "files-1440")
    press(page, settled, "Undo the last edit")
    page.get_by_text("Undone.").wait_for()
    plan(page, settled, by_rule)
    page.get_by_text("Mon 5 Jan 07:10").first.wait_for()
