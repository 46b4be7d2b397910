"""G2: nothing that somebody wrote is written over by one who had not seen it."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server.domain.refusals import Conflict, Refusal
from server.usecases import records, tasks
from tests.promises.shop import Shop, open_shop

FIELDS = ("age", "fault", "name")


@pytest.fixture
def shop(database) -> Shop:
    return open_shop(database)


def new_item(shop: Shop) -> Any:
    return records.create(shop.app, shop.actor("Moritz"), "item", {"name": "Clock", "age": 0})


def test_of_two_who_write_what_they_saw_the_second_is_told_what_differs(shop) -> None:
    seen = new_item(shop)
    item = seen.title.record
    first = {"name": "Grandfather's clock", "age": 120}

    records.update(shop.app, shop.actor("Cleo"), item, first, expecting=seen.revision)
    with pytest.raises(Conflict) as conflict:
        records.update(
            shop.app,
            shop.actor("Cora"),
            item,
            {"age": 5, "fault": "It stops"},
            expecting=seen.revision,
        )

    assert conflict.value.fields["age"] == 120
    assert shop.value(item, "age") == 120
    assert shop.value(item, "fault") is None


@pytest.mark.parametrize("writers", [8])
def test_increments_by_many_at_once_are_all_there(shop, writers) -> None:
    item = new_item(shop).title.record
    rounds, lost = 5, []

    def increment() -> None:
        actor = shop.actor("Moritz")
        for _ in range(rounds):
            while True:
                seen = records.view(shop.app, actor, item)
                age = int(str(seen.values["age"])) + 1
                try:
                    records.update(shop.app, actor, item, {"age": age}, expecting=seen.revision)
                    break
                except Conflict:
                    continue
                except Refusal as refusal:
                    lost.append(refusal)
                    return

    threads = [threading.Thread(target=increment) for _ in range(writers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lost == []
    assert shop.value(item, "age") == writers * rounds
    assert records.view(shop.app, shop.actor("Moritz"), item).revision == writers * rounds + 1


def test_two_who_complete_one_task_at_once_one_does_and_one_is_told(shop) -> None:
    for number in range(6):
        shop.bring(f"Clock {number}")
    open_tasks = [line.id for line in tasks.my_work(shop.app, shop.actor("Max")).items]
    outcomes: dict[int, list[str]] = {task: [] for task in open_tasks}
    ready = threading.Barrier(2)

    def work(name: str, price: str) -> None:
        for task in open_tasks:
            ready.wait()
            try:
                tasks.complete(
                    shop.app,
                    shop.actor(name),
                    task,
                    outcome=None,
                    answers={"price": price, "parts_there": True, "hours": 1},
                )
                outcomes[task].append(f"{name} did")
            except Refusal as refusal:
                outcomes[task].append(type(refusal).__name__)

    threads = [
        threading.Thread(target=work, args=arguments) for arguments in (("Max", "1"), ("Mia", "2"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    for told in outcomes.values():
        assert min(told) in {"Max did", "Mia did"}
        assert sorted(told)[1] == "WrongState"
    done = {view.line.about.record: view.completed_by for view in views(shop, open_tasks)}
    for record, person in done.items():
        assert str(shop.value(record, "price")) == {"Max": "1", "Mia": "2"}[str(person)]


def views(shop: Shop, ids: list[int]) -> list[Any]:
    return [tasks.view(shop.app, shop.actor("Max"), task) for task in ids]


writes = st.lists(
    st.tuples(
        st.sampled_from(["Cleo", "Cora", "Moritz"]),
        st.booleans(),
        st.dictionaries(st.sampled_from(FIELDS), st.integers(1, 3), min_size=1),
    ),
    max_size=8,
)


@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(writes)
def test_however_reads_and_writes_interleave_only_what_was_seen_is_replaced(sqlite, acts) -> None:
    shop = open_shop_once(sqlite)
    view = new_item(shop)
    item = view.title.record
    seen = dict.fromkeys(("Cleo", "Cora", "Moritz"), view)
    expected = dict(view.values)
    revision = view.revision

    for who, looks, written in acts:
        if looks:
            seen[who] = records.view(shop.app, shop.actor(who), item)
            continue
        values = {key: number if key == "age" else str(number) for key, number in written.items()}
        fresh = seen[who].revision == revision
        try:
            after = records.update(
                shop.app, shop.actor(who), item, values, expecting=seen[who].revision
            )
        except Conflict:
            assert not fresh
        else:
            assert fresh
            expected |= values
            revision = after.revision
            seen[who] = after

    now = records.view(shop.app, shop.actor("Moritz"), item)
    assert {key: now.values[key] for key in FIELDS} == {key: expected[key] for key in FIELDS}
    assert now.revision == revision


_shops: dict[str, Shop] = {}


def open_shop_once(database: Any) -> Shop:
    """The workshop of this test, opened by its first example."""
    name = str(database.url)
    if name not in _shops:
        _shops[name] = open_shop(database)
    return _shops[name]
