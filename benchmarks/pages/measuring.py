"""Four clients at once, page by page; and an export, whose server must not grow with it."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from random import Random

import sqlalchemy as sa

from benchmarks import floor
from benchmarks.crowd import Sizes, filled
from benchmarks.crowd.filling import PASSWORD
from benchmarks.floor import Row
from benchmarks.pages import bare
from benchmarks.pages.asked import ANYBODY, CLIENTS, COORDINATORS, LIST, Asking, Client, own_tasks
from benchmarks.pages.browser import Browser
from benchmarks.pages.serving import Served, served

MEDIAN, SLOW = 100.0, 250.0
"""Milliseconds: the bars of half of all answers, and of all but one in a hundred."""
GROWN = 25.0
"""Megabytes that a server may grow by between two megabytes of an export and a hundred."""
FIRST, LAST = 2_000_000, 100_000_000
TIMES = 60
EXPORT = "export"
WARM = 3


def rows(
    sizes: Sizes | None = None,
    filled_already: list[str] | None = None,
    times: int = TIMES,
    only: str = "",
) -> Iterator[Row]:
    """The median and the 99th of a hundred for each page and kind of database.

    `only` narrows to pages with this in their name.
    """
    if filled_already:
        for url in filled_already:
            yield from _of(url, times, only)
        return
    with floor.databases() as addresses:
        for url in addresses.values():
            filled(url, sizes or Sizes())
            yield from _of(url, times, only)


def _of(url: str, times: int, only: str) -> Iterator[Row]:
    is_sqlite = sa.make_url(url).get_backend_name() == "sqlite"
    kind = "SQLite" if is_sqlite else "PostgreSQL"
    processes = 1 if is_sqlite else os.cpu_count() or 1
    last = _last(url)
    beside = bare.seconds(url, last, only)
    with served(url, processes) as server:
        for name, seconds in _measured(server, last, times, only):
            yield from _rows(f"{name}, {kind}", seconds, beside.get(name))
        if only in EXPORT:
            yield _export(server, kind)


def _last(url: str) -> int:
    engine = sa.create_engine(sa.make_url(url))
    with engine.connect() as connection:
        found = connection.scalar(sa.text("SELECT max(id) FROM incident_request"))
    engine.dispose()
    return int(found or 0)


def _rows(name: str, seconds: list[float], bare_seconds: float | None) -> Iterator[Row]:
    median = statistics.median(seconds) * 1000
    slow = statistics.quantiles(seconds, n=100)[98] * 1000
    told = f"{len(seconds)} answers"
    if bare_seconds is not None:
        limit = bare_seconds * 1000
        told = f"{median / limit:.1f} times the bare driver's {limit:.1f}"
    yield Row(f"{name}: median, ms", median, MEDIAN, told, at_most=True)
    yield Row(f"{name}: 99 of 100, ms", slow, SLOW, at_most=True)


def _measured(
    server: Served, last: int, times: int, only: str
) -> Iterator[tuple[str, list[float]]]:
    anybody = [_client(server, login, last) for login in CLIENTS]
    for name, ask in ANYBODY.items():
        if only not in name:
            continue
        yield name, _at_once(anybody, ask, times)
    coordinators = [_client(server, f"coordinator-{place}", last) for place in range(1, 5)]
    for name, ask in COORDINATORS.items():
        if only not in name:
            continue
        for client in coordinators:
            client.tasks = iter(_tasks(client, times + WARM))
        yield name, _at_once(coordinators, ask, times)


def _client(server: Served, login: str, last: int) -> Client:
    browser = Browser(server.port)
    browser.log_in(login, PASSWORD)
    return Client(browser, login, last, Random(login))


def _tasks(client: Client, wanted: int) -> list[int]:
    """So many open tasks of somebody's group, as My work tells them, page by page."""
    found: list[int] = []
    while len(found) < wanted:
        more = own_tasks(client.browser.get(f"/?which=groups&after={max(found, default=0)}").text)
        assert more, f"{client.login} has too few tasks"
        found += more
    return found[:wanted]


def _at_once(clients: list[Client], ask: Asking, times: int) -> list[float]:
    """Seconds of each answer, while all clients ask again and again."""

    def work(client: Client) -> list[float]:
        seconds = []
        for turn in range(WARM + times):
            answer = ask(client)
            assert answer.status in {200, 302}, (answer.status, answer.text[:2000])
            if turn >= WARM:
                seconds.append(answer.seconds)
        return seconds

    with ThreadPoolExecutor(len(clients)) as pool:
        return [one for found in pool.map(work, clients) for one in found]


def _export(server: Served, kind: str) -> Row:
    """What the largest server process grows by over an export."""
    client = _client(server, "analyst-1", 1)
    answer = client.browser.opened(f"{LIST}export/csv/")
    read, before = 0, 0.0
    while read < LAST and (part := answer.read(1 << 20)):
        read += len(part)
        if not before and read >= FIRST:
            before = server.megabytes()
    grown = server.megabytes() - before if before else 0.0
    client.browser.close()
    told = f"over {read / 1e6:.0f} MB of CSV, from {before:.0f} MB"
    return Row(f"{EXPORT}, {kind}: megabytes grown", grown, GROWN, told, at_most=True)
