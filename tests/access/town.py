"""Two records of every shipped entity: one of Tess's own, and one that is somebody else's.

Every text of every record is one of its own, so that a page on which it stands can be told from one
on which it does not, wherever it comes from.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import yaml
from flask import Flask

import admin
from server import api
from server.domain.actor import APPLICATION
from server.domain.definitions import Definitions
from server.domain.entity import STATUS, Entity, Field
from server.domain.role import Role
from server.domain.somebody import GROUP, PERSON
from server.domain.values import Kind, RecordRef
from server.loading import shipped
from server.rules import Rules
from server.storage.database import Database
from server.storage.journal import File
from server.usecases import App, access, journal
from tests.builders import AT, Clock, may, stored, tables_of

PASSWORD = "a long and secret one"
MINE, OTHERS = "mine", "others"
STRANGER = "stranger"
"""A role that is not shipped: whoever holds it writes one half of all, and knows nothing of the other."""
PLAIN: Mapping[Kind, Any] = {
    Kind.YES_NO: True,
    Kind.WHOLE_NUMBER: 1,
    Kind.NUMBER: Decimal(1),
    Kind.MONEY: Decimal(1),
    Kind.FRACTION: Fraction(1, 2),
    Kind.DATE: date(2026, 3, 2),
    Kind.DATE_TIME: AT,
    Kind.DURATION: timedelta(hours=1),
}


class Town:
    """`records` maps whose it is and an entity to the record; Tess logs in, with one role.

    `attached` maps the same, and whether its note is internal, to the number of a file.
    """

    def __init__(self, definitions: Definitions, database: Database) -> None:
        grants = {key: may(" ".join(do)) for key, do in strangers_rights().items()}
        # Who only asks for something reaches few pages; what such a role lets through is tried at all.
        roles = {key: replace(role, self_service=None) for key, role in definitions.roles.items()}
        roles[STRANGER] = Role(STRANGER, "Stranger", may=grants)
        definitions = replace(definitions, roles=roles)
        models = tables_of(database, definitions.entities)
        self.definitions = definitions
        self.app = App(definitions, database, models, Rules(definitions.decisions), Clock())
        self.records: dict[tuple[str, str], RecordRef] = {}
        for whose in (MINE, OTHERS):
            self._settle(whose)
        for (whose, entity), record in self.records.items():
            self._refer(whose, definitions.entities[entity], record)
        self.tess = self.records[MINE, PERSON]
        access.create_account(self.app, "tess", self.tess.id, PASSWORD)
        self.attached = {
            (whose, key, internal): self._write(record, internal=internal)
            for (whose, key), record in self.records.items()
            for internal in (False, True)
        }
        self.flask = Flask("procedura", static_folder=None)
        self.flask.config.update(SECRET_KEY="x" * 32, TESTING=True)
        api.mount(self.flask, self.app)
        admin.mount(self.flask, self.app)

    def give(self, role: str) -> None:
        """Let Tess hold this role, for everything, and no other."""
        table = self.app.models.tables["holder"]
        with self.app.database.write() as connection:
            connection.execute(
                table.update()
                .where(table.c.id == self.records[MINE, "holder"].id)
                .values(role=role)
            )

    def text(self, whose: str, entity: str, field: str) -> str:
        """What stands in a field, and nowhere else."""
        return f"{whose}-{entity}-{field}".replace("_", "-")

    @cached_property
    def texts(self) -> Mapping[str, tuple[RecordRef, str]]:
        """Which field of which record a text is of; labels stand wherever records are referred to."""
        return {
            self.text(whose, key, item.key): (record, item.key)
            for (whose, key), record in self.records.items()
            for item in self.definitions.entities[key].columns
            if item.type.kind is Kind.TEXT and item.key != self.definitions.entities[key].label
        }

    def whose(self, record: RecordRef) -> str:
        return MINE if self.records[MINE, record.entity] == record else OTHERS

    def _write(self, record: RecordRef, *, internal: bool) -> int:
        """A note about a record, with a file; the file's number."""
        file = File("a.txt", b"x")
        kept = journal.write(
            self.app, APPLICATION, record, "A note", internal=internal, files=[file]
        )
        return kept.attached[0].id

    # -- settling -------------------------------------------------------------------------------

    def _settle(self, whose: str) -> None:
        """A record of each entity, those first to which others have to refer."""
        left = [PERSON, GROUP, *(self.definitions.entities.keys() - {PERSON, GROUP})]
        while left:
            for key in list(left):
                entity = self.definitions.entities[key]
                needed = {str(item.type.entity) for item in entity.refs() if item.required}
                if not needed & set(left):
                    values = dict(self._values(whose, entity))
                    self.records[whose, key] = stored(
                        self.app.database, self.app.models, key, **values
                    )
                    left.remove(key)

    def _values(self, whose: str, entity: Entity) -> Iterator[tuple[str, Any]]:
        for item in entity.columns:
            if item.type.kind is Kind.REF:
                if item.required:
                    yield item.key, self.records[whose, str(item.type.entity)]
            elif item.key == STATUS and entity.statuses:
                yield item.key, list(entity.statuses)[1 if whose == MINE else 0]
            elif (entity.key, item.key) not in {(PERSON, "away_from"), ("holder", "until_date")}:
                yield item.key, self._value(whose, entity, item)

    def _value(self, whose: str, entity: Entity, field: Field) -> Any:
        match field.type.kind:
            case Kind.TEXT:
                return self.text(whose, entity.key, field.key)
            case Kind.CHOICE:
                return field.type.choices[0]
            case kind:
                return PLAIN[kind]

    def _refer(self, whose: str, entity: Entity, record: RecordRef) -> None:
        """Let every reference lead to a record of the same owner; roles are held for everything."""
        if entity.key == "holder":
            return
        table = self.app.models.tables[entity.key]
        refs = {item.key: self.records[whose, str(item.type.entity)].id for item in entity.refs()}
        if refs:
            with self.app.database.write() as connection:
                connection.execute(table.update().where(table.c.id == record.id).values(**refs))


def written_rights() -> dict[str, Mapping[str, Any]]:
    """What roles may do as their files say it, read without the product."""
    found = {}
    for path in shipped().root.joinpath("roles").iterdir():
        data = yaml.safe_load(path.read_text("utf-8"))
        found[data["role"]] = data.get("may", {})
    return found


def strangers_rights() -> dict[str, list[str]]:
    """Every second entity in the order of their names."""
    keys = sorted(
        path.name.removesuffix(".yaml") for path in shipped().root.joinpath("entities").iterdir()
    )
    return {key: ["read", "create", "update"] for key in keys[::2]}


@contextlib.contextmanager
def as_it_was(database: Database) -> Iterator[None]:
    """Whatever is done within, nothing is left of it."""
    rows = str(database.url.database)
    with (
        contextlib.closing(sqlite3.connect(rows)) as now,
        contextlib.closing(sqlite3.connect(":memory:")) as kept,
    ):
        now.backup(kept)
        yield
        kept.backup(now)
