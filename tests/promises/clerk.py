"""A server of the workshop as a process of its own, that may be killed at any moment.

    python -m tests.promises.clerk URL

It reads commands as lines of JSON, carries each out under its key, and answers with a line.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from server.domain.actor import APPLICATION, Actor
from server.domain.refusals import Conflict, Refusal
from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import App, records, runs, tasks
from server.usecases.commands import AlreadyDone, Key
from tests.promises.shop import serve, told


def main(url: str) -> None:
    app = serve(Database(url))
    names = {
        str(view.values["name"]): view.title.record
        for view in records.page(app, APPLICATION, "person", limit=100).items
    }
    say("ready")
    for line in sys.stdin:
        say(answer(app, names, json.loads(line)))


def say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def answer(app: App, names: dict[str, RecordRef], asked: dict[str, Any]) -> Any:
    """What a command answers; the name of the refusal when it is refused."""
    actor = Actor(asked["by"], names[asked["by"]])
    key = Key(asked["key"], "request", told) if "key" in asked else None
    try:
        return carry_out(app, actor, asked, key)
    except AlreadyDone as before:
        return before.answer
    except Conflict:
        return "Conflict"
    except Refusal as refusal:
        return f"{type(refusal).__name__}: {refusal}"


def carry_out(app: App, actor: Actor, asked: dict[str, Any], key: Key | None) -> Any:
    match asked["do"]:
        case "bring":
            return told(runs.start(app, actor, "intake", None, asked["answers"], key=key))
        case "find":
            return waiting(app, actor, asked["step"], asked["item"])
        case "complete":
            done = tasks.complete(
                app,
                actor,
                asked["task"],
                outcome=asked.get("outcome"),
                answers=asked.get("answers", {}),
                key=key,
            )
            return told(done)
        case "change":
            record = RecordRef(asked["entity"], asked["id"])
            return told(records.update(app, actor, record, asked["values"], key=key))
        case other:
            raise ValueError(other)


def waiting(app: App, actor: Actor, step: str, item: str) -> int | None:
    """The open task of a step about an item, in this person's queue."""
    after: int | None = None
    while True:
        page = tasks.my_work(app, actor, limit=200, after=after)
        for line in page.items:
            if line.step == step and line.about.label == item:
                return line.id
        if page.after is None:
            return None
        after = page.after


if __name__ == "__main__":
    main(sys.argv[1])
