"""
Twenty users at once: how long they wait, whose plan they see, what memory it takes.

A benchmark, run by ``python -m tests.load.crowd [USERS RERUNS]``; nothing here is a
test. Every user plans a random shift of a size of its own.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median

import psutil

from tests.browser.conftest import dashboard
from tests.load.client import User

JOBS, MACHINES = 20, 5
SAMPLE = 411  # jobs of the sample that everybody sees first
TIMES = 5
REST_SECONDS = 10


def server_of(url: str) -> psutil.Process:
    """Return the process that serves an address."""
    port = int(url.rpartition(":")[2])
    for child in psutil.Process().children(recursive=True):
        if any(
            x.laddr.port == port
            for x in child.net_connections()
            if x.status == "LISTEN"
        ):
            return child
    raise RuntimeError(f"Nobody serves {url}.")


def megabytes(server: psutil.Process) -> float:
    """Memory of the server."""
    return float(server.memory_info().rss) / 2**20


def cpu_seconds(server: psutil.Process) -> float:
    """Processor seconds that the server has used."""
    times = server.cpu_times()
    return float(times.user + times.system)


async def with_own_shift(user: User, jobs: int) -> User:
    """Open the app and draw a random shift of so many jobs."""
    await user.open()
    await user.set("source", string_array_value=["Random"])
    await user.set("generated_jobs", double_value=float(jobs))
    await user.set("generated_machines", double_value=float(MACHINES))
    return user


def faults(users: Sequence[User]) -> list[str]:
    """Say who saw another's shift, no plan, or an error."""
    found = []
    for i, user in enumerate(users):
        strange = user.sizes - {SAMPLE, JOBS + i}
        if strange:
            found.append(f"user {i} saw shifts of {sorted(strange)} jobs")
        if not user.planned:
            found.append(f"user {i} has no plan")
        found += user.failed
    return found


async def walk(user: User) -> list[float]:
    """Go to every other page; seconds of each."""
    return [await user.go(title) for title in ("Training", "Compare", "Orders")]


async def walk_on(user: User, over: asyncio.Event) -> list[float]:
    """Walk through the other pages while the others plan; seconds of each."""
    taken: list[float] = []
    while not over.is_set():
        taken += await walk(user)
    return taken


async def measure(url: str, count: int, reruns: int) -> None:
    """Print all figures."""
    server = server_of(url)
    async with AsyncExitStack() as stack:
        users = [await stack.enter_async_context(User(url)) for _ in range(count + 1)]
        first, *crowd = [users[-1], *users[:-1]]
        await with_own_shift(first, JOBS)
        await first.plan()  # loads what planning needs
        await walk(first)
        alone = await walk(first)
        print(f"other pages alone {median(alone):7.2f} s, worst {max(alone):.2f} s")
        await first.go("Plan")
        before, used = megabytes(server), cpu_seconds(server)
        opened = [await first.run() for _ in range(TIMES)]
        each = (cpu_seconds(server) - used) / TIMES
        print(f"open alone        {median(opened):7.2f} s {each:7.2f} CPU s")
        print(f"messages          {first.messages:7d}")
        used = cpu_seconds(server)
        planned = [await first.plan() for _ in range(TIMES)]
        each = (cpu_seconds(server) - used) / TIMES
        print(f"plan alone        {median(planned):7.2f} s {each:7.2f} CPU s")

        begun, used = time.perf_counter(), cpu_seconds(server)
        await asyncio.gather(
            *(with_own_shift(u, JOBS + i) for i, u in enumerate(crowd))
        )
        runs = 4 * count
        each = (cpu_seconds(server) - used) / runs
        wall = (time.perf_counter() - begun) / runs
        print(f"{runs} runs, {count} users {wall:7.2f} s {each:7.2f} CPU s each")

        over = asyncio.Event()
        walking = asyncio.create_task(walk_on(first, over))
        used = cpu_seconds(server)
        together = await asyncio.gather(*(user.plan() for user in crowd))
        over.set()
        pages = await walking
        each = (cpu_seconds(server) - used) / count
        print(
            f"plan, {count} at once {median(together):7.2f} s {each:7.2f} CPU s each, "
            f"{median(together) / median(planned):.1f} x alone, worst "
            f"{max(together):.2f} s"
        )
        print(f"other pages       {median(pages):7.2f} s, worst {max(pages):.2f} s")
        print("faults           ", faults(crowd) or "none")
        print(
            f"memory            {before:7.0f} MB, {megabytes(server):.0f} MB with all"
        )
        for _ in range(reruns // 10):
            await first.run()
        steady = megabytes(server)
        for _ in range(reruns):
            await first.run()
        print(f"{reruns} reruns        {megabytes(server) - steady:+7.0f} MB")
    await asyncio.sleep(REST_SECONDS)
    print(f"all have left     {megabytes(server):7.0f} MB")
    used = cpu_seconds(server)
    await asyncio.sleep(REST_SECONDS)
    print(
        f"at rest           {(cpu_seconds(server) - used) / REST_SECONDS:7.3f} CPU s/s"
    )


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:]]
    count, reruns = [*numbers, *(20, 500)[len(numbers) :]]
    with (
        tempfile.TemporaryDirectory() as folder,
        dashboard(Path(folder) / "data") as at,
    ):
        asyncio.run(measure(at, count, reruns))
