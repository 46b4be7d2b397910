"""One of several processes that work in the workshop at once, for some seconds.

    python -m tests.promises.crowd URL NAME SECONDS

It brings items, completes whatever task it finds, and now and then changes a person, which is
looked at in all runs that wait for a role. What it could not do for another's sake is no fault.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Conflict, NotAllowed, WrongState
from server.storage.database import Database
from server.usecases import App, records, runs, tasks
from tests.promises.shop import serve

ANSWERS: dict[str, tuple[str | None, dict[str, Any]]] = {
    "estimate": (None, {"price": "9", "hours": 1}),
    "order": (None, {"name": "Spring"}),
    "receive": (None, {}),
    "tell": ("goes_on", {}),
    "mend": ("mended", {"minutes": 10}),
    "hand-out": ("fine", {}),
    "look": (None, {}),
}


def main(url: str, name: str, seconds: float) -> None:
    app = serve(Database(url))
    people = {
        str(view.values["name"]): view.title.record
        for view in records.page(app, APPLICATION, "person", limit=100).items
    }
    chance = random.Random(name)
    done, beaten = 0, 0
    faults: list[str] = []
    begun = time.monotonic()
    while (passed := time.monotonic() - begun) < seconds:
        who = chance.choice(["Cleo", "Cora", "Max", "Mia", "Moritz"])
        try:
            if act(app, Actor(who, people[who]), chance, f"{name} {done}"):
                done += 1
        except (Conflict, WrongState, NotAllowed):
            beaten += 1
        except Exception as error:  # noqa: BLE001  told to the test
            faults.append(repr(error))
    report = {"done": done, "beaten": beaten, "faults": faults, "seconds": passed}
    sys.stdout.write(json.dumps(report))


def act(app: App, actor: Actor, chance: random.Random, name: str) -> bool:
    if actor.name == "Moritz" and chance.random() < 0.05:
        away = {"away_from": "2026-03-01", "away_until": chance.choice([None, "2026-03-02"])}
        records.update(app, APPLICATION, actor.person or _nobody(), away)
        return True
    if actor.name in {"Cleo", "Cora"} and chance.random() < 0.3:
        values = {"name": name, "bench": "Clocks", "dear": chance.random() < 0.3}
        runs.start(app, actor, "intake", None, values)
        return True
    found = tasks.my_work(app, actor, limit=20).items
    if not found:
        return False
    line = chance.choice(found)
    outcome, answers = ANSWERS[line.step]
    if line.step == "estimate":
        answers = answers | {"parts_there": chance.random() < 0.5}
    tasks.complete(app, actor, line.id, outcome=outcome, answers=answers)
    return True


def _nobody() -> Any:
    raise AssertionError


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], float(sys.argv[3]))
