"""G1: a command happens at most once, and repeating it gives the same answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from server.domain.refusals import Conflict, WrongState
from server.storage import tables
from server.usecases import records, runs, tasks
from server.usecases.app import CRASH_POINTS
from server.usecases.commands import AlreadyDone
from tests.promises.shop import Shop, again, answered, key, open_shop, told

ESTIMATE = {"price": "12.50", "parts_there": True, "hours": 2}
Command = Callable[[Shop, Any], Any]


def start(shop: Shop, named: Any) -> Any:
    answers = {"name": "Clock", "bench": "Clocks"}
    return runs.start(shop.app, shop.actor("Cleo"), "intake", None, answers, key=named)


def claim(shop: Shop, named: Any) -> Any:
    return tasks.claim(shop.app, shop.actor("Max"), 1, key=named)


def complete(shop: Shop, named: Any) -> Any:
    return tasks.complete(
        shop.app, shop.actor("Max"), 1, outcome=None, answers=ESTIMATE, key=named
    )


def cancel(shop: Shop, named: Any) -> Any:
    return runs.cancel(shop.app, shop.actor("Moritz"), 1, "Taken back", key=named)


def create(shop: Shop, named: Any) -> Any:
    return records.create(
        shop.app, shop.actor("Cleo"), "item", {"name": "Violin", "dear": True}, key=named
    )


COMMANDS: dict[str, Command] = {
    "start": start,
    "claim": claim,
    "complete": complete,
    "cancel": cancel,
    "create": create,
}


def everything(shop: Shop) -> dict[str, list[Any]]:
    """All rows of all tables."""
    kept = {**tables.metadata.tables, **shop.app.models.metadata.tables}
    with shop.app.database.read() as connection:
        return {
            name: sorted(map(str, connection.execute(sa.select(table))))
            for name, table in kept.items()
        }


@pytest.fixture
def shop(database) -> Shop:
    shop = open_shop(database)
    shop.bring("Waiting")
    return shop


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_that_is_repeated_gives_the_same_answer_and_does_nothing_more(
    shop, command
) -> None:
    first = told(command(shop, key("one")))
    after = everything(shop)

    with pytest.raises(AlreadyDone) as before:
        command(again(shop), key("one"))

    assert before.value.answer == first
    assert everything(shop) == after


@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_the_same_key_for_another_request_is_a_conflict(shop, command) -> None:
    command(shop, key("one"))
    after = everything(shop)

    with pytest.raises(Conflict, match="The key 'one' was used for another command"):
        command(shop, key("one", "something else"))

    assert everything(shop) == after


def test_a_key_belongs_to_the_person_who_uses_it(shop) -> None:
    start(shop, key("one"))

    other = runs.start(
        shop.app,
        shop.actor("Cora"),
        "intake",
        None,
        {"name": "Radio", "bench": "Radios"},
        key=key("one", "something else"),
    )

    assert other.line.about.label == "Radio"


def test_a_refused_command_leaves_its_key_free(shop) -> None:
    tasks.claim(shop.app, shop.actor("Mia"), 1)
    with pytest.raises(WrongState):
        complete(shop, key("one"))
    tasks.release(shop.app, shop.actor("Mia"), 1)

    assert complete(shop, key("one")).opened


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_the_same_command_sent_at_once_by_many_is_done_once_for_all(shop, command) -> None:
    senders = 6
    ready = threading.Barrier(senders)
    found: list[Any] = []
    failed: list[BaseException] = []

    def send() -> None:
        ready.wait()
        try:
            found.append(answered(lambda: command(shop, key("one"))))
        except BaseException as error:  # noqa: BLE001  told to the test
            failed.append(error)

    before = everything(shop)
    threads = [threading.Thread(target=send) for _ in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    after = everything(shop)
    assert failed == []
    assert len(found) == senders
    assert all(item == found[0] for item in found)
    assert len(after["procedura_command"]) == len(before["procedura_command"]) + 1
    assert len(after["procedura_run"]) - len(before["procedura_run"]) == (
        1 if command in {start, complete, create} else 0
    )


class CrashError(BaseException):
    """The process ends here."""


@pytest.mark.slow
@pytest.mark.parametrize("point", [name for name in CRASH_POINTS if name != "before-failure"])
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS.keys())
def test_a_command_that_crashed_can_be_repeated_and_is_done_once(shop, command, point) -> None:
    def crash(name: str) -> None:
        if name == point:
            raise CrashError

    before = everything(shop)
    with pytest.raises(CrashError):
        command(again(shop, crash=crash), key("one"))
    lost = everything(shop) == before

    first = answered(lambda: command(again(shop), key("one")))
    after = everything(shop)
    second = answered(lambda: command(again(shop), key("one")))

    assert lost == (point != "after-commit")
    assert first == second
    assert everything(shop) == after
    assert len(after["procedura_command"]) == len(before["procedura_command"]) + 1


def test_what_was_lost_by_the_network_after_it_was_done_is_told_again(shop) -> None:
    def crash(name: str) -> None:
        if name == "after-commit":
            raise CrashError

    with pytest.raises(CrashError):
        complete(again(shop, crash=crash), key("one"))
    with pytest.raises(AlreadyDone) as done:
        complete(again(shop), key("one"))

    assert done.value.answer["opened"] == [[2, "mend"]]
