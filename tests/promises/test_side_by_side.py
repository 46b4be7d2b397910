"""G12 and G13: runs exclude themselves, not each other; branches join once; no deadlock is told."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from server.domain.actor import APPLICATION
from server.domain.refusals import Refusal
from server.storage.database import Database
from server.storage.runs import Runs
from server.usecases import records, runs, tasks
from tests.promises.shop import Shop, open_shop
from tests.promises.sound import assert_sound

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ROUNDS = 25


def test_branches_that_end_at_the_same_instant_join_once(database) -> None:
    shop = open_shop(database)
    for number in range(ROUNDS):
        shop.bring(f"Clock {number}")
    for line in tasks.my_work(shop.app, shop.actor("Max")).items:
        complete(shop, "Max", line.id, {"price": "1", "parts_there": False, "hours": 1})
    for line in tasks.my_work(shop.app, shop.actor("Cleo"), which="groups").items:
        complete(shop, "Cleo", line.id, {"name": "Spring"})
    waiting = tasks.my_work(shop.app, shop.actor("Cleo"), which="groups", limit=200).items
    branches = {
        step: [line.id for line in waiting if line.step == step] for step in ("receive", "tell")
    }
    ready = threading.Barrier(2)
    failed: list[Exception] = []

    def end(name: str, step: str, outcome: str | None) -> None:
        for task in branches[step]:
            ready.wait()
            try:
                complete(shop, name, task, {}, outcome)
            except Exception as error:  # noqa: BLE001  told to the test
                failed.append(error)

    threads = [
        threading.Thread(target=end, args=arguments)
        for arguments in (("Cleo", "receive", None), ("Cora", "tell", "goes_on"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    opened = tasks.my_work(shop.app, shop.actor("Max"), limit=200).items
    assert [line.step for line in opened] == ["estimate"] * ROUNDS
    assert len({line.run_id for line in opened}) == ROUNDS
    assert_sound(shop.app)


def complete(
    shop: Shop, name: str, task: int, answers: dict[str, Any], outcome: str | None = None
) -> Any:
    return tasks.complete(shop.app, shop.actor(name), task, outcome=outcome, answers=answers)


def test_runs_that_hand_over_to_each_others_records_meet_no_deadlock(database) -> None:
    """Each changes a record that the other's run is about, in the opposite order."""
    shop = open_shop(database)
    items = [shop.bring(f"Clock {number}").line.about.record for number in range(4)]
    told: Counter[str] = Counter()

    def change(order: list[Any], who: str) -> None:
        for number in range(15):
            for item in order:
                try:
                    records.update(
                        shop.app, shop.actor(who), item, {"fault": f"{who} {number}"}, reason="x"
                    )
                    told["changed"] += 1
                except Refusal as refusal:
                    told[type(refusal).__name__] += 1

    def come_and_go() -> None:
        # a person's absence is looked at in all runs that wait for the role, in one command
        for number in range(10):
            values = {
                "away_from": "2026-03-01",
                "away_until": None if number % 2 else "2026-03-09",
            }
            records.update(shop.app, APPLICATION, shop.records["Mia"], values)
            told["came or went"] += 1

    threads = [
        threading.Thread(target=change, args=(items, "Moritz")),
        threading.Thread(target=change, args=(items[::-1], "Moritz")),
        threading.Thread(target=come_and_go),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert told["came or went"] == 10
    assert told["changed"] + told["Conflict"] == 120
    assert told["Conflict"] == 0
    assert_sound(shop.app)


def test_a_run_that_is_held_holds_up_its_own_commands_only(postgresql_url) -> None:
    database = Database(postgresql_url.render_as_string(hide_password=False))
    shop = open_shop(database)
    held, free = shop.bring("Held"), shop.bring("Free")
    ended: list[str] = []

    def estimate(line: Any, name: str) -> None:
        complete(shop, "Max", line.id, {"price": "1", "parts_there": True, "hours": 1})
        ended.append(name)

    waits = threading.Thread(target=estimate, args=(held.tasks[0], "held"))
    with database.write() as connection:
        Runs(connection).load(held.line.id)
        waits.start()
        estimate(free.tasks[0], "free")
        waits.join(timeout=0.5)
        while_held = list(ended)
    waits.join(timeout=20)

    assert while_held == ["free"]
    assert ended == ["free", "held"]
    database.dispose()


def test_one_to_eight_processes_work_on_one_postgresql(postgresql_url) -> None:
    url = postgresql_url.render_as_string(hide_password=False)
    database = Database(url)
    shop = open_shop(database)
    for processes in (1, 2, 4, 8):
        begun = time.monotonic()
        crowd = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.promises.crowd", url, f"{processes}-{number}", "4"],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(processes)
        ]
        reports = [json.loads(process.communicate(timeout=120)[0]) for process in crowd]
        assert [process.returncode for process in crowd] == [0] * processes
        assert not [line for report in reports for line in report["faults"]]
        assert all(report["done"] for report in reports)
        assert time.monotonic() - begun < 100

    with database.read() as connection:
        deadlocks = connection.scalar(
            sa.text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        )
    done = runs.page(shop.app, APPLICATION, limit=1)
    assert done.items
    assert_sound(shop.app)
    database.dispose()
    # those that there were have been tried again, unseen by anybody
    assert deadlocks is not None
    assert deadlocks < 200, deadlocks
