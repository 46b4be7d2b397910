"""Completed tasks a second: the use case, and HTTP, beside a bare driver that writes the same rows.

    python -m benchmarks.transactions

The bare loop sends the very statements that completing one task sends to change rows, recorded
from the use case itself, through sqlite3 or psycopg: no engine, no rules, no reading.
"""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from benchmarks import floor
from benchmarks.floor import Row

SECONDS = 2.0
ROUNDS = 3
BARS = {"SQLite": 0.06, "PostgreSQL": 0.12}
Written = list[tuple[str, list[dict[str, Any]]]]


def rows() -> list[Row]:
    """One row for each database and number of clients, and one through HTTP."""
    found = []
    with floor.databases() as addresses:
        for kind, url in addresses.items():
            actors = floor.prepare(url, people=4)
            written = _recorded(url, actors[0])
            for clients in (1, 4):
                bare = _rate(_bare, url, clients, written)
                ours = _rate(_use_case, url, clients, [actor.id for actor in actors])
                detail = f"{ours:,.0f} a second, bare driver {bare:,.0f}"
                plural = "s" if clients > 1 else ""
                name = f"complete a task, {kind}, {clients} client{plural}"
                found.append(Row(name, ours / bare, BARS[kind], detail))
                if clients == 1:
                    http = _rate(_http, url, 1, [actors[0].id])
                    detail = f"{http:,.0f} a second through HTTP"
                    found.append(Row(f"{name}, through HTTP", http / bare, None, detail))
    return found


def _rate(work: Callable[..., None], url: str, clients: int, given: Any) -> float:
    """Completions a second of this many processes together; the median of some rounds."""
    context = multiprocessing.get_context("spawn")
    rates = []
    for _ in range(ROUNDS):
        results: Any = context.Queue()
        barrier = context.Barrier(clients)
        processes = [
            context.Process(target=work, args=(url, number, given, barrier, results))
            for number in range(clients)
        ]
        for process in processes:
            process.start()
        rates.append(sum(results.get(timeout=120) for _ in processes))
        for process in processes:
            process.join()
    return statistics.median(rates)


def _timed(step: Callable[[], None], barrier: Any, results: Any) -> None:
    for _ in range(20):
        step()
    barrier.wait()
    done, begun = 0, time.perf_counter()
    while (passed := time.perf_counter() - begun) < SECONDS:
        step()
        done += 1
    results.put(done / passed)


def _use_case(url: str, number: int, persons: list[int], barrier: Any, results: Any) -> None:
    app = floor.application(url)
    actor = floor.Actor(f"Worker {number}", floor.RecordRef("person", persons[number]))
    task = [floor.begin(app, actor, "round")]
    rounds = [0]

    def step() -> None:
        rounds[0] += 1
        following = floor.complete(
            app, actor, task[0], outcome="again", rounds=rounds[0], hurry=rounds[0] % 2 == 0
        )
        assert following is not None
        task[0] = following

    _timed(step, barrier, results)


def _http(url: str, number: int, persons: list[int], barrier: Any, results: Any) -> None:
    """Through Flask's whole stack, without a socket between."""
    from flask import Flask

    from server import api
    from server.usecases import access

    app = floor.application(url)
    actor = floor.Actor(f"Worker {number}", floor.RecordRef("person", persons[number]))
    login = f"worker-{time.time_ns()}"
    access.create_account(app, login, persons[number], "a long pass phrase")
    token = access.create_token(
        app, access.log_in(app, login, "a long pass phrase"), "bench", None
    )
    flask = Flask("bench")
    api.mount(flask, app)
    client = flask.test_client()
    task = [floor.begin(app, actor, "round")]
    rounds = [0]

    def step() -> None:
        rounds[0] += 1
        answer = client.post(
            f"{api.PREFIX}/tasks/{task[0]}/complete",
            json={"outcome": "again", "answers": {"rounds": rounds[0], "hurry": True}},
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code == 200, answer.text
        task[0] = answer.json["opened"][0]["id"]

    _timed(step, barrier, results)


def _recorded(url: str, actor: Any) -> Written:
    """The statements that change rows, with what they were given, of one completion."""
    app = floor.application(url)
    task = floor.begin(app, actor, "round")
    for rounds in (1, 2):
        following = floor.complete(app, actor, task, outcome="again", rounds=rounds, hurry=False)
        assert following is not None
        task = following
    written: Written = []
    dialect: Any = app.database.writing.dialect
    one, many = dialect.do_execute, dialect.do_executemany

    def note(statement: str, given: list[Any]) -> None:
        if statement.lstrip().upper().startswith(("INSERT", "UPDATE")):
            written.append((statement, given))

    def execute(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        note(statement, [parameters])
        one(cursor, statement, parameters, context)

    def executemany(cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        note(statement, list(parameters))
        many(cursor, statement, parameters, context)

    dialect.do_execute, dialect.do_executemany = execute, executemany
    floor.complete(app, actor, task, outcome="again", rounds=3, hurry=False)
    app.database.dispose()
    return written


def _bare(url: str, number: int, written: Written, barrier: Any, results: Any) -> None:
    """The recorded statements again and again, with fresh places in the run's history."""
    connection = _raw(url)
    fresh = iter(range(1_000_000 * (number + 1) + time.time_ns() % 1_000_000, 2**31))
    begin = "BEGIN IMMEDIATE" if url.startswith("sqlite") else "BEGIN"

    def step() -> None:
        connection.execute(begin)
        for statement, given in written:
            for parameters in given:
                connection.execute(statement, _moved(statement, parameters, fresh))
        connection.execute("COMMIT")

    _timed(step, barrier, results)
    connection.close()


def _moved(statement: str, parameters: Any, fresh: Any) -> Any:
    """History is unique by run and sequence: each line gets a place of its own."""
    if "procedura_history" not in statement:
        return parameters
    if isinstance(parameters, dict):
        changed = dict(parameters)
        for key in changed:
            if key.startswith("sequence"):
                changed[key] = next(fresh)
        return changed
    place = (
        statement[statement.index("(") + 1 : statement.index(")")].split(", ").index("sequence")
    )
    return (*parameters[:place], next(fresh), *parameters[place + 1 :])


def _raw(url: str) -> Any:
    address = sa.make_url(url)
    if address.get_backend_name() == "sqlite":
        import sqlite3

        assert address.database
        raw = sqlite3.connect(address.database, timeout=30, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            raw.execute(f"PRAGMA {pragma}")
        return raw
    import psycopg

    plain = address.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, prepare_threshold=1)


if __name__ == "__main__":
    for row in rows():
        print(row)
