"""The dashboard as a planner meets it: a real server and a real browser."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    Page,
    Playwright,
    ViewportSize,
    expect,
    sync_playwright,
)

ROOT = Path(__file__).parents[2]
START_SECONDS = 90  # generous: a first import from a cold disk is slow
ANSWER_MILLISECONDS = 40_000  # a failing test's wait; a page answers far sooner
REST_MILLISECONDS = 300  # at rest for so long: nothing more is coming
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # tests may run as root
    "--disable-gpu",
    # Nothing but the dashboard is to be talked to.
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Of several such lists the last counts: here are those that Playwright turns off
    # for tests, and the address bar's suggestions, a page of their own in every window.
    "--disable-features="
    "AimEnabled,DestroyProfileOnBrowserClose,HttpsUpgrades,MediaRouter,"
    "NetworkTimeServiceQuerying,OptimizationHints,PaintHolding,PreconnectToSearch,"
    "WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,WebUIOmniboxPopup",
]
DESKTOP: ViewportSize = {"width": 1440, "height": 900}

# Nothing moves by itself: a page that shimmers while it waits is painted sixty times a
# second, by the processor that the dashboard needs.
STILL = """document.addEventListener("DOMContentLoaded", () => {
    const style = document.createElement("style");
    style.textContent = `*, *::before, *::after {
        animation: none !important; transition: none !important;
    }`;
    document.head.append(style);
});"""


# The files that take longest: begun first, so that nobody waits for them in the end.
LONGEST = ("test_training.py", "test_day_journey.py", "test_day.py", "test_plan.py")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder is a browser test, and says so by itself."""
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.browser)
    order = {folder / name: i - len(LONGEST) for i, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path, 0))


def is_ci() -> bool:
    """Whether a missing browser is a failure."""
    return os.environ.get("CI", "").lower() not in {"", "0", "false"}


# --- The server ---------------------------------------------------------------


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its own words when it does not."""
    give_up = time.monotonic() + START_SECONDS
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    pytest.fail(f"The dashboard did not start. It said:\n{log.read_text()[-4000:]}")


@contextmanager
def dashboard(data: Path) -> Iterator[str]:
    """Serve the dashboard on its own port, with its own data; yields its address."""
    with served(data, free_port()) as (url, _):
        yield url


@contextmanager
def served(data: Path, port: int) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the dashboard; yields its address, and the process that serves it."""
    url = f"http://127.0.0.1:{port}"
    data.mkdir(parents=True, exist_ok=True)
    log = data.with_suffix(".log")
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    # As `make run` starts it, but for the port and the browser that it would open.
    options = ["--server.headless=true", f"--server.port={port}"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command + options,
            cwd=ROOT,
            env=os.environ | {"SHIFTWRIGHT_DATA": str(data)},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until_healthy(url, process, log)
            yield url, process
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a dashboard that all tests share."""
    with dashboard(tmp_path_factory.mktemp("server") / "data") as url:
        yield url


@pytest.fixture
def cold_server(tmp_path: Path) -> Iterator[str]:
    """Address of a dashboard that nobody has opened yet."""
    with dashboard(tmp_path / "data") as url:
        yield url


# --- The browser --------------------------------------------------------------


def chromium_path(playwright: Playwright) -> str:
    """The browser to drive: the one named, the system's, or Playwright's own."""
    named = os.environ.get("SHIFTWRIGHT_CHROMIUM")
    if named:
        if not Path(named).is_file():
            pytest.fail(f"SHIFTWRIGHT_CHROMIUM names {named}, which is no file.")
        return named

    found = shutil.which("chromium") or playwright.chromium.executable_path
    if Path(found).is_file():
        return found

    message = "No Chromium; `make chromium` installs one."
    if is_ci():
        pytest.fail(message)
    pytest.skip(message)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session."""
    expect.set_options(timeout=ANSWER_MILLISECONDS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=chromium_path(playwright), args=CHROMIUM_ARGUMENTS
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def window(browser: Browser) -> Iterator[Page]:
    """
    One window for the session.

    It keeps Streamlit's code compiled, which takes longer than all that a page shows.
    """
    with desktop(browser) as page:
        yield page


@pytest.fixture
def page(window: Page) -> Page:
    """An empty page of a desktop planner who has never been here."""
    return emptied(window)


def emptied(window: Page) -> Page:
    """Close what is open in a window, and forget what it has stored."""
    if window.url.startswith("http"):
        window.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
    window.context.clear_cookies()
    window.goto("about:blank")
    window.set_viewport_size(DESKTOP)
    window.emulate_media(color_scheme="light")
    return window


@contextmanager
def desktop(browser: Browser) -> Iterator[Page]:
    """Yield an empty page of a desktop planner, in a browser profile of its own."""
    context = browser.new_context(
        viewport=DESKTOP,
        locale="en-GB",
        timezone_id="Europe/Berlin",
        accept_downloads=True,
    )
    context.set_default_timeout(ANSWER_MILLISECONDS)
    context.add_init_script(STILL)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def settled() -> Callable[[Page], None]:
    """Wait until a page's script has run and nothing is left to draw."""

    def wait(page: Page) -> None:
        app = page.get_by_test_id("stApp")
        expect(app).to_have_attribute("data-test-connection-state", "CONNECTED")
        # A new page is at rest too, until its first run draws something; and a press
        # starts its run a moment later.
        drawn = page.get_by_test_id("stElementContainer").first
        drawn.wait_for(state="attached")
        page.wait_for_timeout(REST_MILLISECONDS)
        page.evaluate("() => { window.restingSince = undefined; }")
        page.wait_for_function(
            """(milliseconds) => {
                const app = document.querySelector('[data-testid=stApp]');
                const state = app ? app.dataset.testScriptState : '';
                if (!/^notrunning$/i.test(state)) window.restingSince = undefined;
                else window.restingSince ??= Date.now();
                return Date.now() - window.restingSince >= milliseconds;
            }""",
            arg=REST_MILLISECONDS,
            polling=50,
            timeout=ANSWER_MILLISECONDS,
        )

    return wait


@pytest.fixture(scope="session")
def by_rule(settled: Callable[[Page], None]) -> Callable[[Page], None]:
    """Choose, among the details, to plan by a rule that is quick."""

    def choose(page: Page) -> None:
        box = page.get_by_role("combobox", name="Planned by").first
        if not box.is_visible():
            page.get_by_test_id("stSidebar").get_by_text("Details", exact=True).click()
            settled(page)  # it opens slowly
        box.click()
        page.keyboard.type("earliest due date")  # a long list draws its first lines
        page.get_by_role("option", name="Rule: earliest due date", exact=True).click()
        settled(page)

    return choose


@pytest.fixture
def dashboard_page(page: Page, server: str, settled: Callable[[Page], None]) -> Page:
    """The landing page, opened and drawn."""
    page.goto(server)
    settled(page)
    return page


@pytest.fixture(scope="session")
def screenshot() -> Callable[[Page, str], None]:
    """Save a page as NAME.png in SHIFTWRIGHT_SCREENSHOTS, where that is set."""

    def save(page: Page, name: str) -> None:
        folder = os.environ.get("SHIFTWRIGHT_SCREENSHOTS")
        if folder:
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=Path(folder) / f"{name}.png")

    return save
