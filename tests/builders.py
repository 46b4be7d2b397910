"""Builders used everywhere. A test names only what it is about; the rest has a sensible default."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from server.domain.actor import APPLICATION, Actor
from server.domain.change import RecordChange
from server.domain.definitions import Definitions
from server.domain.entity import STATUS, Entity, Field, Status
from server.domain.role import ITSELF, Grant, Having, Operation, Own, Role, Sight
from server.domain.values import (
    DATE_TIME,
    NUMBER,
    TEXT,
    WHOLE_NUMBER,
    YES_NO,
    Kind,
    RecordRef,
    Type,
    Value,
)
from server.storage import tables
from server.storage.database import Database
from server.storage.models import Models
from server.storage.records import Records
from tests import postgresql

T = TypeVar("T")
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
"""The moment at which tests happen: a Monday morning."""

DATE = Type(Kind.DATE)
MONEY = Type(Kind.MONEY)
FRACTION = Type(Kind.FRACTION)
DURATION = Type(Kind.DURATION)
TYPES = {
    "text": TEXT,
    "yes_no": YES_NO,
    "whole_number": WHOLE_NUMBER,
    "number": NUMBER,
    "money": MONEY,
    "fraction": FRACTION,
    "date": DATE,
    "date_time": DATE_TIME,
    "duration": DURATION,
}


@dataclass
class Clock:
    """The time of a test, moved by hand."""

    at: datetime = AT

    def __call__(self) -> datetime:
        return self.at

    def pass_time(self, **amounts: float) -> None:
        self.at += timedelta(**amounts)


# -- definitions ----------------------------------------------------------------------------------


def choice(*values: str) -> Type:
    return Type(Kind.CHOICE, choices=values)


def ref(entity: str) -> Type:
    return Type(Kind.REF, entity=entity)


def a_field(key: str, typ: Type | str = TEXT, **over: Any) -> Field:
    """`a_field("impact", choice("high", "low"), required=True)`."""
    return Field(
        key,
        over.pop("title", key.replace("_", " ").capitalize()),
        TYPES[typ] if isinstance(typ, str) else typ,
        **over,
    )


def back(key: str, entity: str, field: str) -> Field:
    """The records of `entity` whose `field` refers here."""
    listed = Type(Kind.LIST, item=ref(entity))
    return a_field(key, listed, back=(entity, field))


def an_entity(key: str, *fields: Field, **over: Any) -> Entity:
    """Its label is the first text field; `statuses` gives the field `status`."""
    known = {item.key: item for item in fields}
    statuses: Mapping[str, Status] = over.get("statuses", {})
    if statuses:
        known[STATUS] = a_field(STATUS, choice(*statuses), required=True)
    label = next((item.key for item in fields if item.type.kind is Kind.TEXT), "")
    over.setdefault("title", key.replace("_", " ").capitalize())
    over.setdefault("plural", f"{key}s")
    over.setdefault("label", label or fields[0].key)
    return Entity(key, fields=known, **over)


def statuses(**moves: str) -> dict[str, Status]:
    """`statuses(new="open", open="closed", closed="")`: each with those that may follow."""
    return {
        key: Status(key, key.replace("_", " ").capitalize(), tuple(to.split()))
        for key, to in moves.items()
    }


def may(do: str, *rows: str | Mapping[str, str], **fields: str) -> Grant:
    """`may("read update", "requester", {"status": "open"}, cause="hidden")`."""
    which = (
        (Own(() if item == ITSELF else tuple(item.split("."))))
        if isinstance(item, str)
        else Having({key: (value,) for key, value in item.items()})
        for item in rows
    )
    sights = {key: Sight(sight) for key, sight in fields.items()}
    return Grant(frozenset(map(Operation, do.split())), tuple(which), sights)


PERSON = an_entity(
    "person",
    a_field("name", required=True),
    a_field("email", unique=True),
    a_field("phone"),
    a_field("away_from", "date"),
    a_field("away_until", "date"),
    a_field("active", "yes_no", default=True),
    searched=("name", "email"),
)
GROUP = an_entity("group", a_field("name", required=True, unique=True))
MEMBERSHIP = an_entity(
    "membership",
    a_field("person", ref("person"), required=True),
    a_field("group", ref("group"), required=True),
)
SERVICE = an_entity("service", a_field("name", required=True))
ROLES = {
    role.key: role
    for role in (
        Role(
            "service-desk-analyst",
            "Service desk analyst",
            may={
                "incident_request": may("read create update"),
                "*": may("read"),
            },
        ),
        Role("specialist", "Specialist", may={"*": may("read")}),
        Role("service-owner", "Service owner", fallback="on-duty-manager"),
        Role("on-duty-manager", "On-duty manager"),
        Role(
            "administrator",
            "Administrator",
            may={"*": may("read create update delete")},
            permissions=frozenset({"override", "publish", "administer", "share"}),
        ),
    )
}
HOLDER = an_entity(
    "holder",
    a_field("person", ref("person"), required=True),
    a_field("role", choice(*ROLES), required=True),
    a_field("service", ref("service")),
    a_field("group", ref("group")),
    a_field("from_date", "date"),
    a_field("until_date", "date"),
    label="role",
)
INCIDENT_REQUEST = an_entity(
    "incident_request",
    a_field("summary", replace(TEXT, at_most=120), required=True),
    a_field("description", lines=6),
    a_field("impact", choice("extensive", "significant", "moderate", "minor"), default="moderate"),
    a_field("requester", ref("person")),
    a_field("service", ref("service")),
    a_field("assigned_group", ref("group")),
    a_field("assignee", ref("person")),
    a_field("pending_reason"),
    a_field("cause", ref("incident_request")),
    back("consequences", "incident_request", "cause"),
    number="INC",
    statuses={
        **statuses(
            new="assigned cancelled",
            assigned="in_progress pending",
            in_progress="pending resolved",
        ),
        "pending": Status("pending", "Pending", ("in_progress",), requires=("pending_reason",)),
        **statuses(resolved="closed", closed="", cancelled=""),
    },
    listed=("summary", "status", "impact", "assignee"),
    searched=("summary", "description"),
)
ENTITIES = {
    entity.key: entity for entity in (PERSON, GROUP, MEMBERSHIP, SERVICE, HOLDER, INCIDENT_REQUEST)
}


def some_definitions(*more: Entity, **over: Any) -> Definitions:
    """An organisation with incident requests, the given entities added or in place of those."""
    over.setdefault("entities", ENTITIES | {entity.key: entity for entity in more})
    over.setdefault("roles", ROLES)
    over.setdefault("deciding", {key: {} for key in over.get("decisions", {})})
    return Definitions("Tests", "0", **over)


# -- rows -----------------------------------------------------------------------------------------


def tables_of(database: Database, entities: Mapping[str, Entity] | None = None) -> Models:
    """The models of these entities, with all tables in the database."""
    models = models_of(ENTITIES if entities is None else entities)
    make_tables(database, models)
    return models


def make_tables(database: Database, models: Models) -> None:
    """All tables, in an empty database."""

    def make() -> None:
        for metadata in (tables.metadata, models.metadata):
            metadata.create_all(database.engine, checkfirst=False)

    founded(database, models, make)


def founded(database: Database, name: Hashable, found: Callable[[], T]) -> T:
    """What `found` puts into an empty database; it is made once, then copied by name."""
    if not database.is_sqlite:
        return postgresql.founded(database, name, found)
    path = Path(str(database.url.database))
    if path.exists():
        return found()
    if name not in FOUNDED:
        told = found()
        database.dispose()
        FOUNDED[name] = (told, path.read_bytes())
    told, rows = FOUNDED[name]
    path.write_bytes(rows)
    return told


def models_of(entities: Mapping[str, Entity]) -> Models:
    """Mapping classes is most of what a small test would wait for: those of equal ones serve again."""
    found = next((models for models in MODELS if models.entities == entities), None)
    if found is None:
        found = Models(entities)
        MODELS.append(found)
    return found


MODELS: list[Models] = []
FOUNDED: dict[Hashable, tuple[Any, bytes]] = {}


def stored(
    database: Database, models: Models, entity: str, at: datetime = AT, **values: Value
) -> RecordRef:
    """A record, kept without further ado: defaults and the first status, no checks."""
    definition = models.entities[entity]
    new = {item.key: item.default for item in definition.columns if item.default is not None}
    if definition.first_status:
        new[STATUS] = definition.first_status
    change = RecordChange(RecordRef(entity, -1), new | values)
    with database.write() as connection:
        records = Records(connection, models, models.entities, at)
        known = records.save([change], at=at)
        records.audit([change], known, at=at, actor=APPLICATION, runs={})
    return known[change.record]


def acting(person: RecordRef, name: str = "Ann") -> Actor:
    return Actor(name, person, name.lower())


def somebody(app: Any, *roles: str, name: str = "Ann") -> Actor:
    """A person who holds these roles for everything."""
    person = stored(app.database, app.models, "person", name=name)
    for role in roles:
        stored(app.database, app.models, "holder", person=person, role=role)
    return acting(person, name)


def an_app(
    database: Database,
    definitions: Definitions | None = None,
    *,
    clock: Clock | None = None,
    applied: bool = False,
) -> Any:
    """An application over these definitions, with its tables unless they are `applied` already."""
    from server.rules import Rules
    from server.usecases.app import App

    served = definitions or some_definitions()
    models = Models(served.entities) if applied else tables_of(database, served.entities)
    return App(served, database, models, Rules(served.decisions), clock or Clock())
