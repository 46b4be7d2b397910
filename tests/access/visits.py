"""What a role may do as its file is written, and Tess, who visits every door with one role."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any

from flask.testing import FlaskClient

from server.domain.entity import STATUS, Entity
from server.domain.values import Kind, RecordRef, to_json
from tests.access.town import (
    MINE,
    PASSWORD,
    PLAIN,
    STRANGER,
    Town,
    strangers_rights,
    written_rights,
)

RIGHTS = written_rights() | {STRANGER: strangers_rights()}


def grant_of(role: str, entity: str) -> Mapping[str, Any]:
    raw = RIGHTS[role].get(entity, RIGHTS[role].get("*", []))
    return {"do": raw} if isinstance(raw, list) else raw


def may(role: str, operation: str, record: RecordRef, town: Town) -> bool:
    """Whether the role lets Tess do that to a record, as its file is written."""
    grant = grant_of(role, record.entity)
    if operation not in grant["do"]:
        return False
    return "rows" not in grant or any(_is_own(rows, record, town) for rows in grant["rows"])


def _is_own(rows: Any, record: RecordRef, town: Town) -> bool:
    """In this town all references of a record lead to what is of the same owner.

    The first record of an entity is Tess's, in the second status; a role is held for everything.
    """
    whose = town.whose(record)
    if isinstance(rows, str):
        end = record.entity
        for hop in () if rows == "itself" else rows.split("."):
            end = str(town.definitions.entities[end].fields[hop].type.entity)
        return whose == MINE or end not in {"person", "group"}
    statuses = list(town.definitions.entities[record.entity].statuses)
    assert rows.keys() == {"status"}, "more is not shipped"
    return rows["status"] == statuses[1 if whose == MINE else 0]


def hidden(role: str, entity: str) -> set[str]:
    fields = grant_of(role, entity).get("fields", {})
    return {key for key, sight in fields.items() if sight == "hidden"}


@dataclass
class Visit:
    """Tess, with one role, at the pages and at the API."""

    town: Town
    role: str
    pages: FlaskClient
    token: str

    def get(self, path: str, **query: Any) -> Any:
        return self.pages.get(path, query_string=query)

    def post(self, path: str, **sent: Any) -> Any:
        return self.pages.post(path, data={"csrf_token": self.form_token, **sent})

    @cached_property
    def form_token(self) -> str:
        home = self.pages.get("/").get_data(as_text=True)
        return home.split('name="csrf-token" content="')[1].split('"')[0]

    def label_of(self, record: RecordRef) -> dict[str, Any]:
        """What would change nothing but the revision, were it taken."""
        town = self.town
        entity = town.definitions.entities[record.entity]
        field = entity.fields[entity.label]
        whose = town.whose(record)
        match field.type.kind:
            case Kind.REF:
                value: Any = town.records[whose, str(field.type.entity)].id
            case Kind.CHOICE:
                value = field.type.choices[0]
            case _:
                value = town.text(whose, entity.key, field.key)
        return {"values": {field.key: value}}

    def copy_of(self, whose: str, entity: Entity) -> dict[str, Any]:
        """A new record like the one there is, as far as people fill it in."""
        values: dict[str, Any] = {}
        lines = grant_of(self.role, entity.key).get("rows", [])
        owning = {line.partition(".")[0] for line in lines if isinstance(line, str)}
        for item in entity.columns:
            if item.key not in owning and (not item.required or item.default is not None):
                continue
            if item.key == STATUS or item.read_only or item.decided_by:
                continue
            match item.type.kind:
                case Kind.REF:
                    values[item.key] = self.town.records[whose, str(item.type.entity)].id
                case Kind.TEXT:
                    values[item.key] = self.town.text("new", entity.key, item.key)
                case Kind.CHOICE:
                    values[item.key] = item.type.choices[-1]
                case kind:
                    values[item.key] = to_json(PLAIN[kind])
        return {"values": values}

    def api(self, method: str, path: str, revision: int | None = None, **rest: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        if revision is not None:
            headers["If-Match"] = f'"{revision}"'
        if method in {"POST", "PATCH", "DELETE"}:
            headers["Idempotency-Key"] = uuid.uuid4().hex
        return self.pages.open(f"/api/v1{path}", method=method, headers=headers, **rest)


def text(answer: Any) -> str:
    return unescape(answer.get_data(as_text=True))


def visit_of(town: Town, role: str) -> Visit:
    town.give(role)
    pages = town.flask.test_client()
    page = text(pages.get("/log-in"))
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    sent = {"login": "tess", "password": PASSWORD, "csrf_token": token}
    assert pages.post("/log-in", data=sent).status_code == 302
    told = pages.post("/api/v1/tokens", json={"login": "tess", "password": PASSWORD, "label": "x"})
    return Visit(town, role, pages, told.json["token"])
