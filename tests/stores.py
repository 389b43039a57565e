"""A store for each test: once on SQLite, once on a real PostgreSQL."""

import hashlib
import json
import os
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psycopg
import pytest
from safetensors.numpy import save

from core.store.background.runs import Runs
from core.store.database import Database, open_database
from core.store.models import Models

FEATURES = {"jobs": ["wait"], "machines": ["end"], "overall": ["done"]}
START_SECONDS = 60


class Clock:
    """A clock that moves when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now


# --- PostgreSQL ---------------------------------------------------------------


def postgresql_program(name: str) -> Path | None:
    """One of PostgreSQL's programs: on the path, or where Debian hides them."""
    found = shutil.which(name)
    if found is not None:
        return Path(found)
    hidden = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    return hidden[-1] if hidden else None


def as_somebody() -> list[str]:
    """What to put before a command that refuses to run as root."""
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups"]


def free_port() -> int:
    """A port of this machine that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def no_postgresql(why: str) -> None:
    """Skip, or fail where everything must be tested."""
    words = f"{why} Install the package postgresql."
    if os.environ.get("CI", "").lower() in {"", "0", "false"}:
        pytest.skip(words)
    pytest.fail(words)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server of our own, without a database name."""
    initdb, server = postgresql_program("initdb"), postgresql_program("postgres")
    if initdb is None or server is None:
        no_postgresql("There is no PostgreSQL here.")
    # Not in pytest's folder: the server is another user, who may not look into it.
    folder = Path(tempfile.mkdtemp(prefix="shiftwright-postgresql-"))
    data, password = folder / "data", secrets.token_hex(16)
    (folder / "password").write_text(password)
    if os.geteuid() == 0:
        for path in (folder, folder / "password"):
            shutil.chown(path, "nobody", "nogroup")
    run = {"cwd": folder, "env": {**os.environ, "LC_ALL": "C"}}
    process = None
    try:
        made = subprocess.run(
            [
                *as_somebody(),
                *(str(initdb), "-D", str(data), "-U", "planner", "-E", "UTF8"),
                *("--auth=scram-sha-256", f"--pwfile={folder / 'password'}"),
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            check=False,
            **run,
        )
        if made.returncode != 0:
            no_postgresql(f"initdb failed: {made.stderr[-2000:]}")
        port = free_port()
        with (folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [
                    *as_somebody(),
                    *(str(server), "-D", str(data), "-p", str(port)),
                    *("-c", "listen_addresses=127.0.0.1"),
                    *("-c", "unix_socket_directories="),
                    *("-c", "fsync=off", "-c", "max_connections=50"),
                ],
                stdout=log,
                stderr=log,
                **run,
            )
        url = f"postgresql://planner:{password}@127.0.0.1:{port}"
        wait_for(url, process, folder / "log")
        yield url
    finally:
        if process is not None:
            process.terminate()
            try:
                process.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        shutil.rmtree(folder, ignore_errors=True)


def wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when the server answers; fail with its own words when it does not."""
    for _ in range(START_SECONDS * 20):
        try:
            psycopg.connect(f"{url}/postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            try:
                process.wait(0.05)
            except subprocess.TimeoutExpired:
                continue
            break
        else:
            return
    pytest.fail(f"PostgreSQL did not start. It said:\n{log.read_text()[-4000:]}")


# --- Stores -------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.db'}"
        return
    url = f"{request.getfixturevalue('postgresql')}/postgres"
    yield url
    # One database for all tests: to empty it is ten times faster than a new one.
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")


@pytest.fixture
def database(address: str, tmp_path: Path) -> Iterator[Database]:
    """An open, empty database of each kind."""
    opened = open_database(tmp_path / "data", address)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An open, empty database in its default place."""
    opened = open_database(tmp_path / "data", "")
    yield opened
    opened.close()


@pytest.fixture
def clock() -> Clock:
    """A clock that moves when a test says so."""
    return Clock()


@pytest.fixture
def runs(database: Database, clock: Clock) -> Runs:
    """The runs of an empty store."""
    return Runs(database, clock)


@pytest.fixture
def models(database: Database, clock: Clock, tmp_path: Path) -> Models:
    """The models of an empty store, with no shipped ones yet."""
    return Models(database, tmp_path / "shipped", clock)


# --- Models -------------------------------------------------------------------


def weights_of(value: float = 0.5) -> bytes:
    """The weights of a tiny network."""
    return save(
        {
            "trunk.weight": np.full((2, 3), value, np.float32),
            "trunk.bias": np.zeros(2, np.float32),
        }
    )


def card_of(weights: bytes, name: str = "tiny", **changes: object) -> dict[str, object]:
    """A card that fits the weights."""
    return {
        "format": 2,
        "name": name,
        "policy": "set",
        "created": "2026-01-05T06:00:00+00:00",
        "parent": None,
        "data": {"kinds": ["shift"]},
        "config": {"hidden": 64},
        "seed": 0,
        "command": "python -m core train",
        "wall_seconds": 1.5,
        "decisions": 100,
        "features": FEATURES,
        "weights": hashlib.sha256(weights).hexdigest(),
        "lookahead": None,
        "figures": {"cost": 1.25},
        **changes,
    }


@pytest.fixture
def ship(tmp_path: Path) -> Callable[[str], None]:
    """Puts a model among those that come with Shiftwright."""

    def put(name: str) -> None:
        folder = tmp_path / "shipped" / name
        folder.mkdir(parents=True)
        weights = weights_of(len(name))
        (folder / "weights.safetensors").write_bytes(weights)
        (folder / "card.json").write_text(json.dumps(card_of(weights, name)))

    return put


@pytest.fixture
def publish(models: Models) -> Callable[..., None]:
    """Publishes a tiny model under a name."""

    def put(name: str, **changes: object) -> None:
        weights = weights_of(float(len(name)))
        models.publish(name, card_of(weights, name, **changes), weights)

    return put
