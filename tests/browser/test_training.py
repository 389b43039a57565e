"""A planner trains on a shift, makes the model the default, and takes it back."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import dashboard
from tests.browser.test_plan import expect_in_frame

SOON = 60_000
LONG = 400_000  # milliseconds: a worker gives way to whatever else is running
NAME = "Night *shift*"


@pytest.fixture(scope="module")
def own_server(tmp_path_factory):
    """A dashboard whose default model no other test plans with."""
    with dashboard(tmp_path_factory.mktemp("training") / "data") as url:
        yield url


@pytest.fixture
def training_page(page: Page, own_server: str, settled) -> Page:
    """
    The page on the small sample shift.

    Its address is the first that the server is ever asked for.
    """
    page.goto(f"{own_server}/training")
    expect_in_frame(page, "Training")
    assert page.url == f"{own_server}/training"
    settled(page)
    page.get_by_label("Sample shift").click()
    page.get_by_role("option", name=re.compile("24 jobs")).click()
    settled(page)
    return page


def button(page: Page, name: str):
    """A button by its words."""
    return page.get_by_role("button", name=name, exact=True)


def go_to(page: Page, name: str, settled) -> None:
    """Open another page from the navigation, in the same session."""
    page.get_by_test_id("stSidebarNav").get_by_text(name, exact=True).click()
    settled(page)


def planned_by(page: Page, settled) -> str:
    """Plan the shift; what the page says about who did."""
    go_to(page, "Plan", settled)
    page.get_by_test_id("stMain").get_by_role("button", name="Plan").first.click()
    settled(page)
    page.locator(".st-key-figures").get_by_role("button", name="Help").hover()
    said = page.get_by_text(re.compile(r"The policy .* (took the most|made \d+ plans)"))
    said.wait_for(timeout=SOON)
    words = said.inner_text()
    page.mouse.move(0, 0)
    return words


def test_train_watch_stop_resume_evaluate_promote_plan_and_roll_back(
    training_page: Page, settled, screenshot
):
    """The whole way, with a real worker, on one page that is never reloaded."""
    page = training_page
    minutes = page.get_by_role("spinbutton", name="Minutes")
    minutes.fill("30")
    minutes.press("Enter")
    settled(page)
    page.get_by_label("Name of the model").fill(NAME)
    page.get_by_label("Name of the model").press("Enter")
    settled(page)
    button(page, "Start training").click()

    # Watch: the curve comes by itself. Then stop.
    chart = page.locator(".js-plotly-plot").first
    chart.wait_for(timeout=LONG)
    page.get_by_text("best rule").first.wait_for(timeout=SOON)
    page.get_by_text("Log", exact=True).click()
    page.get_by_text(re.compile(r"iteration \d+ of")).first.wait_for(timeout=LONG)
    page.get_by_role(
        "heading", name="Training", exact=True
    ).scroll_into_view_if_needed()
    settled(page)
    screenshot(page, "training-1440")
    button(page, "Stop, keep the model").click()
    expect(button(page, "Resume")).to_be_enabled(timeout=LONG)

    # Resume, and stop once more: the run goes on where it was. The log, once unfolded,
    # stays so.
    button(page, "Resume").click()
    page.get_by_text(re.compile("Goes on after iteration")).first.wait_for(timeout=LONG)
    button(page, "Stop, keep the model").click()
    expect(button(page, "Resume")).to_be_enabled(timeout=LONG)
    settled(page)

    # Finish: evaluated, promoted on the planner's word where that is needed.
    button(page, "Evaluate on this shift").click()
    page.get_by_text(re.compile("^shift 24 jobs.*cost")).wait_for(timeout=LONG)
    button(page, "Evaluate on held-out problems").click()
    page.get_by_text(re.compile("^held-out.*cost")).first.wait_for(timeout=LONG)
    settled(page)
    if not button(page, "Make it the default").is_enabled():
        page.get_by_text("Promote it nevertheless").click()
        settled(page)
    button(page, "Make it the default").click()
    page.get_by_text("is the default from now on").wait_for(timeout=SOON)

    assert "Night *shift*" in planned_by(page, settled)
    go_to(page, "Training", settled)
    button(page, "Roll back").click()
    page.get_by_text("“default” is the default again").wait_for(timeout=SOON)
    assert "Night" not in planned_by(page, settled)


def test_what_another_session_started_is_there_after_a_reload(
    page: Page, own_server: str, settled, screenshot
):
    """A closed browser loses nothing: the run of the test before is in the table."""
    page.set_viewport_size({"width": 800, "height": 1000})
    page.goto(f"{own_server}/training")
    settled(page)
    page.get_by_text(re.compile(r"Night \*shift\* · ")).first.wait_for(timeout=SOON)
    screenshot(page, "training-800")
