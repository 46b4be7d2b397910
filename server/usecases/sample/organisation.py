"""Enters an invented organisation: who and what there is, and who holds which role for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

import yaml

from server.domain.actor import APPLICATION, Actor
from server.domain.entity import Entity
from server.domain.values import Kind, RecordRef, from_json
from server.engine.draft import Draft
from server.usecases import access
from server.usecases.app import App
from server.usecases.commands import carry_out
from server.usecases.running import Running

PASSWORD = "fernwick-sample"  # noqa: S105  printed for everybody who tries the sample
PERSON, GROUP, SERVICE, CI, CUSTOMER = "person", "group", "service", "ci", "customer"
CAB = "cab"
HELD_BY = "held_by"
"""Who holds which role for just this record."""
HOLDER, MEMBERSHIP, RELATION = "holder", "membership", "ci_relation"
RELATIONS = ("hosted_on", "dependency", "impact")


@dataclass(frozen=True, slots=True)
class Organisation:
    """What was entered. `members` and `holders` are names, in the order of the file."""

    actors: Mapping[str, Actor]
    records: Mapping[tuple[str, str], RecordRef]
    members: Mapping[str, tuple[str, ...]]
    holders: Mapping[str, tuple[str, ...]]
    customers: Mapping[str, tuple[str, ...]]
    logins: Mapping[str, str]

    def actor_of(self, person: RecordRef) -> Actor:
        return next(actor for actor in self.actors.values() if actor.person == person)

    def callers(self, customer: str | None) -> tuple[str, ...]:
        """The people of one customer, or of all."""
        if customer is not None:
            return self.customers[customer]
        return tuple(name for names in self.customers.values() for name in names)

    def specialists(self, group: str) -> tuple[str, ...]:
        """Those who may be given the group's requests."""
        return tuple(
            name for name in self.members[group] if name in self.holders.get("specialist", ())
        )


def enter(app: App, today: datetime) -> Organisation:
    """Enter everything in one command, and give those with a `login` an account.

    `today` is the moment that absences and planned work are counted from.
    """
    told = read("organisation")

    def do(running: Running) -> Any:
        entry = _Entry(running.draft, app.definitions.entities, today)
        entry.everything(told)
        return lambda: {key: running.stored_as(record) for key, record in entry.records.items()}

    records: Mapping[tuple[str, str], RecordRef] = carry_out(app, APPLICATION, do)
    logins = {one["login"]: one["name"] for one in told["people"] if "login" in one}
    persons = {login: records[PERSON, name].id for login, name in logins.items()}
    access.create_accounts(app, persons, PASSWORD)
    known = {name: login for login, name in logins.items()}
    return Organisation(
        actors={
            one["name"]: Actor(
                one["name"], records[PERSON, one["name"]], known.get(one["name"], "")
            )
            for one in told["people"]
        },
        records=records,
        members=_gathered((one["group"], one["name"]) for one in told["people"] if "group" in one),
        holders=_gathered(
            (role, one["name"]) for one in told["people"] for role in one.get("roles", ())
        ),
        customers=_gathered(
            (one["customer"], one["name"]) for one in told["people"] if "customer" in one
        ),
        logins=logins,
    )


def logins_by_role() -> Mapping[str, tuple[str, ...]]:
    """Who can log in, by the role held, whether for everything or for one service.

    First those who hold no other role.
    """
    told = read("organisation")
    login_of = {one["name"]: one["login"] for one in told["people"] if "login" in one}
    people = sorted(told["people"], key=lambda one: len(one.get("roles", ())))
    pairs = [(role, one["name"]) for one in people for role in one.get("roles", ())]
    for held in (*told["services"], *told["infrastructures"], *told["customers"]):
        pairs += [(role, name) for role, name in held[HELD_BY].items()]
    pairs += [("cab-member", name) for board in told["cabs"] for name in board["members"]]
    known = dict.fromkeys((role, login_of[name]) for role, name in pairs if name in login_of)
    return _gathered(known)


def read(name: str) -> Any:
    """One of the YAML files beside this module."""
    return yaml.safe_load(files(__package__).joinpath(f"{name}.yaml").read_text(encoding="utf-8"))


def _gathered(pairs: Iterable[tuple[str, str]]) -> Mapping[str, tuple[str, ...]]:
    gathered: dict[str, tuple[str, ...]] = {}
    for key, name in pairs:
        gathered[key] = (*gathered.get(key, ()), name)
    return gathered


class _Entry:
    """Makes records of what the file tells; a record is referred to by its name."""

    def __init__(self, draft: Draft, entities: Mapping[str, Entity], today: datetime) -> None:
        self.draft = draft
        self.entities = entities
        self.today = today
        self.records: dict[tuple[str, str], RecordRef] = {}

    def everything(self, told: Mapping[str, Any]) -> None:
        for customer in told["customers"]:
            self.record(CUSTOMER, {key: customer[key] for key in customer.keys() - {HELD_BY}})
        for group in told["groups"]:
            self.record(GROUP, group)
        for person in told["people"]:
            self._person(**person)
        for customer in told["customers"]:
            self._holders(CUSTOMER, customer["name"], customer[HELD_BY])
        for cab in told["cabs"]:
            self._board(**cab)
        for service in told["services"]:
            self._held(SERVICE, **service)
        for dependency in told["service_dependencies"]:
            self.record("service_dependency", dependency)
        for infrastructure in told["infrastructures"]:
            self._held("infrastructure", **infrastructure)
        for ci in told["cis"]:
            self.record(CI, {key: ci[key] for key in ci.keys() - set(RELATIONS)})
        for ci in told["cis"]:
            self._relations(ci)
        for planned in told["planned_events"]:
            self._planned(**planned)
        for policy in told["policies"]:
            self.record("policy", policy)
        for application in told["applications"]:
            self.record("application", application)
        for template in told["change_templates"]:
            self._template(**template)

    def record(self, entity: str, values: Mapping[str, Any]) -> RecordRef:
        definition = self.entities[entity]
        read_values = {}
        for key in sorted(values):
            typ = definition.fields[key].type
            named = typ.kind is Kind.REF
            read_values[key] = (
                self.records[str(typ.entity), values[key]]
                if named
                else from_json(typ, values[key])
            )
        record = self.draft.create(entity, read_values)
        self.records[entity, str(values.get(definition.label))] = record
        return record

    def _person(
        self,
        *,
        login: str = "",
        group: str | None = None,
        roles: Iterable[str] = (),
        away: Mapping[str, int] | None = None,
        **values: Any,
    ) -> None:
        if login:
            values["email"] = f"{login}@fernwick.example"
        if away is not None:
            values["away_from"] = self.today - timedelta(days=away["days_before"])
            values["away_until"] = self.today + timedelta(days=away["days_after"])
        self.record(PERSON, values)
        if group is not None:
            self.record(MEMBERSHIP, {"person": values["name"], "group": group})
        for role in roles:
            self.record(HOLDER, {"person": values["name"], "role": role})

    def _board(self, *, members: Iterable[str], **values: Any) -> None:
        self.record(CAB, values)
        for person in members:
            self.record(HOLDER, {"person": person, "role": "cab-member", CAB: values["name"]})

    def _held(self, entity: str, *, held_by: Mapping[str, str], **values: Any) -> None:
        self.record(entity, values)
        self._holders(entity, values["name"], held_by)

    def _holders(self, entity: str, name: str, held_by: Mapping[str, str]) -> None:
        for role, person in held_by.items():
            self.record(HOLDER, {"person": person, "role": role, entity: name})

    def _relations(self, ci: Mapping[str, Any]) -> None:
        for kind in RELATIONS:
            for other in ci.get(kind, ()):
                self.record(RELATION, {"from_ci": ci["name"], "kind": kind, "to_ci": other})

    def _template(self, *, tasks: Iterable[Mapping[str, Any]], **values: Any) -> None:
        self.record("change_template", values)
        for task in tasks:
            self.record("task_template", {"change_template": values["name"], **task})

    def _planned(self, *, starts: int, ends: int, **values: Any) -> None:
        values["starts_at"] = self.today + timedelta(hours=starts)
        values["ends_at"] = self.today + timedelta(hours=ends)
        self.record("planned_event", values)
