"""Nothing leaves the machine, and every address that people try opens the app."""

from contextlib import contextmanager
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.browser.conftest import desktop
from tests.browser.test_plan import choose, press_plan

PAGES = {
    "": "Plan",
    "orders": "Orders",
    "step_through": "Step through",
    "compare": "Compare",
    "training": "Training",
}
# As people note them, or have noted them once.
BOOKMARKS = {
    **PAGES,
    "plan": "Plan",
    "plan/": "Plan",
    "orders?shift=gone": "Orders",
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


@contextmanager
def noted(browser):
    """Yield a page and every address that it asks for, pictures of its tab included."""
    with desktop(browser) as page:
        asked = []
        page.add_init_script(TAB_PICTURES)
        page.context.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        yield page, asked


def test_every_address_opens_and_no_request_leaves(browser, server, settled, by_rule):
    """
    Each page by its bookmarks, none a dead end; then with a plan, each by its link.

    The pages' icons are drawn by the font that the app brings: a word would be wider.
    """
    pictures = []
    with noted(browser) as (page, asked):
        for path, title in BOOKMARKS.items():
            page.goto(f"{server}/{path}")
            settled(page)
            page.get_by_role("heading", name=title, exact=True).wait_for()
            expect(page.get_by_text("Page not found")).to_have_count(0)
            pictures += page.evaluate("window.tabPictures")

        links = page.get_by_test_id("stSidebarNavLink")
        expect(links).to_have_count(len(PAGES))
        page.wait_for_function(
            """() => [...document.querySelectorAll("[data-testid=stSidebarNavLink]")]
            .every((link) => parseFloat(getComputedStyle(link, "::before").width) < 30)
            """
        )
        font = '20px "Material Symbols Rounded"'
        assert page.evaluate("font => document.fonts.check(font)", font)

        links.get_by_text("Plan", exact=True).click()
        settled(page)
        choose(page, "Sample shift", "24 jobs on 6 machines")
        settled(page)
        by_rule(page)
        press_plan(page, settled)
        for title in [*list(PAGES.values())[1:], "Plan"]:
            links.get_by_text(title, exact=True).click()
            page.get_by_role("heading", name=title, exact=True).wait_for()
            settled(page)
        pictures += page.evaluate("window.tabPictures")
    assert len(asked) > 20
    assert pictures
    assert [url for url in (*asked, *pictures) if not is_here(url)] == []
