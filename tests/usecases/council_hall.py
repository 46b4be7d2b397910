"""A town's council with its people, served on a database: forms with rows, approvals and votes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from server.domain.values import RecordRef
from server.storage.database import Database
from server.usecases import runs, tasks
from server.usecases.views import RunView, TaskView
from tests.builders import Clock, founded, make_tables, stored
from tests.promises.shop import Shop, serve

COUNCIL = Path(__file__).parent / "council"


@dataclass
class Hall(Shop):
    """The council and whoever sits on it."""

    def propose(self, name: str = "A bench", *, by: str = "Cleo", **values: Any) -> RunView:
        """Somebody has an idea; the run that works it out."""
        return runs.start(self.app, self.actor(by), "drafting", None, {"name": name, **values})

    def task(self, step: str, by: str) -> TaskView:
        return tasks.view(self.app, self.actor(by), self.open_tasks()[step].id)

    def lines(self, proposal: RecordRef) -> dict[str, Mapping[str, Any]]:
        """The lines of a proposal by their text: id, revision and values."""
        with self.app.database.read() as connection:
            kept = self.app.models["line"]
            rows = [kept.row(found) for found in connection.execute(kept.select)]
        return {str(row["text"]): row for row in rows if row["proposal"] == proposal}


def open_hall(database: Database, staff: Mapping[str, str | None], **over: Any) -> Hall:
    """The council with its staff (persons, each with the role held), on an empty database."""
    clock = Clock()
    app = serve(database, COUNCIL, now=clock, **over)

    def enter() -> dict[str, RecordRef]:
        make_tables(database, app.models)
        known: dict[str, RecordRef] = {}
        for name, role in staff.items():
            person = known[name] = stored(database, app.models, "person", name=name)
            if role:
                stored(database, app.models, "holder", person=person, role=role)
        return known

    return Hall(app, clock, founded(database, (COUNCIL, *staff.items()), enter))
