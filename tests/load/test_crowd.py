"""Several users at once, through Streamlit's own protocol."""

import asyncio
import time
from contextlib import AsyncExitStack

import pytest

from pages.parts.planning import QUIET_SECONDS
from tests.browser.conftest import dashboard
from tests.load.client import User
from tests.load.crowd import cpu_seconds, faults, server_of, with_own_shift

USERS = 6
REST_SECONDS = 5


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Address of a dashboard of their own."""
    with dashboard(tmp_path_factory.mktemp("crowd") / "data") as address:
        yield address


async def used_in(server, seconds):
    """Share of a core that the server uses, in the next seconds."""
    used, began = cpu_seconds(server), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_seconds(server) - used) / (time.monotonic() - began)


def test_nobody_sees_anothers_shift_or_waits_for_good(url):
    """Each plans a shift of a size of its own, all at once, and goes to other pages."""

    async def act():
        async with AsyncExitStack() as stack:
            users = [await stack.enter_async_context(User(url)) for _ in range(USERS)]
            await asyncio.gather(
                *(with_own_shift(user, 20 + i) for i, user in enumerate(users))
            )
            await asyncio.gather(*(user.plan() for user in users))
            found = faults(users)
            for title in ("Compare", "Plan"):
                await asyncio.gather(*(user.go(title) for user in users))
            return found + faults(users)

    assert asyncio.run(act()) == []


def test_the_app_uses_no_processor_at_rest(url):
    """With a window open, and nobody at it: under 5 % of a core."""

    async def act():
        async with User(url) as user:
            await user.open()
            await user.run()
            server = server_of(url)
            await asyncio.sleep(2 * QUIET_SECONDS)
            while await used_in(server, 1.0) > 0.05:  # it loads in the background
                pass
            return await used_in(server, REST_SECONDS)

    assert asyncio.run(act()) < 0.05
