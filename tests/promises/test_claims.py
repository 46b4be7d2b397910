"""G3: a claim is exclusive."""

from __future__ import annotations

import threading
from collections import Counter

import pytest

from server.domain.refusals import WrongState
from server.usecases import runs, tasks
from tests.builders import acting, stored
from tests.promises.shop import open_shop

pytestmark = pytest.mark.slow

CLAIMANTS = 50


def test_of_fifty_who_claim_a_task_at_once_one_has_it(database) -> None:
    shop = open_shop(database)
    menders = []
    for number in range(CLAIMANTS):
        person = stored(database, shop.app.models, "person", name=f"Mender {number}")
        stored(database, shop.app.models, "holder", person=person, role="mender")
        stored(
            database,
            shop.app.models,
            "membership",
            person=person,
            group=shop.records["Radios"],
        )
        menders.append(acting(person, f"Mender {number}"))
    run = shop.bring(bench="Radios")
    [task] = run.tasks
    ready = threading.Barrier(CLAIMANTS)
    told: list[str] = []

    def claim(actor) -> None:
        ready.wait()
        try:
            tasks.claim(shop.app, actor, task.id)
            told.append("claimed")
        except WrongState as refusal:
            told.append(str(refusal).split(" is ")[1])
        except Exception as error:  # noqa: BLE001  told to the test
            told.append(repr(error))

    threads = [threading.Thread(target=claim, args=(actor,)) for actor in menders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert Counter(told) == {"claimed": 1, "working on this task.": CLAIMANTS - 1}
    view = runs.view(shop.app, shop.actor("Cleo"), run.line.id)
    assert [line.kind for line in view.history].count("task-claimed") == 1
    [winner] = [actor for actor in menders if actor.name == str(view.tasks[0].claimed_by)]
    with pytest.raises(WrongState):
        tasks.claim(shop.app, shop.actor("Rob"), task.id)
    assert tasks.claim(shop.app, winner, task.id).may_complete
