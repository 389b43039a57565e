"""Nothing leaves the machine, and every address that people try opens the app."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.test_plan import choose, press_plan

PAGES = {
    "": "Plan",
    "orders": "Orders",
    "step_through": "Step through",
    "compare": "Compare",
    "training": "Training",
}
TAB_PICTURES = """
    window.tabPictures = [];
    const note = () => document.querySelectorAll("link[rel~=icon]").forEach(
        (link) => window.tabPictures.push(link.href)
    );
    new MutationObserver(note).observe(
        document, {subtree: true, childList: true, attributes: true}
    );
"""


def is_here(url):
    """Whether an address is the dashboard's own, or no address of a server at all."""
    parts = urlsplit(url)
    return parts.scheme in {"data", "blob", "about"} or parts.hostname == "127.0.0.1"


@pytest.fixture
def asked(page):
    """Every address that the page asks for, pictures of its tab included."""
    asked = []
    page.add_init_script(TAB_PICTURES)
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    return asked


def test_no_request_leaves_the_machine(page, asked, server, settled, by_rule):
    """Each page opened by its address, then with a plan, each reached by its link."""
    pictures = []
    for path in PAGES:
        page.goto(f"{server}/{path}")
        settled(page)
        pictures += page.evaluate("window.tabPictures")
    page.goto(server)
    settled(page)
    choose(page, "Sample shift", "24 jobs on 6 machines")
    settled(page)
    by_rule(page)
    press_plan(page, settled)
    for title in [*list(PAGES.values())[1:], "Plan"]:
        page.get_by_test_id("stSidebarNav").get_by_text(title, exact=True).click()
        heading = page.get_by_role("heading", name=title, exact=True)
        expect(heading).to_be_visible()
        settled(page)
    pictures += page.evaluate("window.tabPictures")
    assert len(asked) > 20
    assert pictures
    assert [url for url in (*asked, *pictures) if not is_here(url)] == []


def test_every_bookmark_opens_on_a_warm_server(dashboard_page, server, settled):
    """
    Somebody has opened the app before; no address is a dead end.

    The pages' icons are drawn by the font that the app brings: a word would be wider.
    """
    page = dashboard_page
    links = page.get_by_test_id("stSidebarNavLink")
    expect(links).to_have_count(len(PAGES))
    page.wait_for_function(
        """() => [...document.querySelectorAll("[data-testid=stSidebarNavLink]")].every(
            (link) => parseFloat(getComputedStyle(link, "::before").width) < 30
        )"""
    )
    font = '20px "Material Symbols Rounded"'
    assert page.evaluate("font => document.fonts.check(font)", font)
    for path in ("plan", "training", "plan/", "orders?shift=gone"):
        page.goto(f"{server}/{path}")
        settled(page)
        title = PAGES.get(path.strip("/").partition("?")[0], "Plan")
        expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
        expect(page.get_by_text("Page not found")).to_have_count(0)
