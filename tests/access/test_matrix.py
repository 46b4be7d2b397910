"""Role by door by entity: what the files of roles say is what every way to a record lets through.

What may be is read from the YAML, without the product. A grant that several roles give of an entity
alike is tried with the first of them. Doors that write are opened with a revision that has gone, so
that nothing changes where they open.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from server.domain.entity import STATUS, Entity
from server.domain.somebody import PERSON
from server.domain.values import Kind, RecordRef
from server.storage.database import Database
from tests.access.referring import referring
from tests.access.town import MINE, OTHERS, STRANGER, Town, as_it_was, written_rights
from tests.access.visits import RIGHTS, Visit, grant_of, hidden, may, text, visit_of
from tests.shipped import definitions

pytestmark = pytest.mark.slow
LINK = re.compile(r'href="/records/(\w+)/details/\?id=(\d+)[&"]')
WRITTEN = re.compile(r"(?:mine|others)(?:-[a-z]+)+")
MARK = re.compile("</?mark>")
GONE = 10**6
"""A revision that no record has."""


# -- doors ----------------------------------------------------------------------------------------


def _links(visit: Visit, entity: str, path: str, **query: Any) -> tuple[set[int], str]:
    body = text(visit.get(path, **query))
    return {int(number) for kind, number in LINK.findall(body) if kind == entity}, body


def listed(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    return _links(visit, entity.key, f"/records/{entity.key}/")


def with_all_columns(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    every = ",".join(("id", *entity.fields))
    return _links(visit, entity.key, f"/records/{entity.key}/", columns=every)


def sorted_(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    return _links(visit, entity.key, f"/records/{entity.key}/", sort=0, desc=1)


def searched(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    found: set[int] = set()
    bodies = ""
    for whose in (MINE, OTHERS):
        number = entity.numbered(visit.town.records[whose, entity.key].id)
        numbers, body = _links(visit, entity.key, f"/records/{entity.key}/", search=number)
        found |= numbers
        bodies += body
    return found, bodies


def filtered(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    """By whatever the page offers to filter by."""
    found, body = listed(visit, entity)
    for name, value in re.findall(r'<select name="(flt\w+)".*?<option value="(\w+)">', body):
        found |= _links(visit, entity.key, f"/records/{entity.key}/", **{name: value})[0]
    return found, body


def exported(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    answer = visit.get(f"/records/{entity.key}/export/csv/")
    if answer.status_code != 200:
        return set(), ""
    body = text(answer)
    rows = list(csv.reader(body.splitlines()))[1:]
    return {entity.record_id(row[0]) or 0 for row in rows}, body


def looked_up(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    answer = visit.get(f"/look-up/{entity.key}", text="")
    found = json.loads(text(answer)) if answer.status_code == 200 else []
    return {number for number, _ in found}, text(answer)


def api_list(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    return _api_found(visit, entity)


def _api_found(visit: Visit, entity: Entity, **query: Any) -> tuple[set[int], str]:
    answer = visit.api("GET", f"/records/{entity.key}", query_string=query)
    found = answer.json.get("items", []) if answer.json else []
    return {item["id"] for item in found}, text(answer)


def api_search(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    found: set[int] = set()
    bodies = ""
    for whose in (MINE, OTHERS):
        number = entity.numbered(visit.town.records[whose, entity.key].id)
        numbers, body = _api_found(visit, entity, search=number)
        found |= numbers
        bodies += body
        found |= _api_found(visit, entity, search=whose)[0]  # by words, where there are any
    return found, bodies


def api_filter(visit: Visit, entity: Entity) -> tuple[set[int], str]:
    """By status, where there is one."""
    values = {STATUS: list(entity.statuses)[:2]} if entity.statuses else {}
    return _api_found(visit, entity, **values)


FINDING: Mapping[str, Callable[[Visit, Entity], tuple[set[int], str]]] = {
    "list": listed,
    "columns chosen": with_all_columns,
    "sort": sorted_,
    "search": searched,
    "filter": filtered,
    "export": exported,
    "look-up": looked_up,
    "API list": api_list,
    "API search": api_search,
    "API filter": api_filter,
}
OPENING: Mapping[str, tuple[str, Callable[[Visit, RecordRef], Any]]] = {
    "details": ("read", lambda v, r: v.get(f"/records/{r.entity}/details/", id=r.id)),
    "edit by id": ("update", lambda v, r: v.get(f"/records/{r.entity}/edit/", id=r.id)),
    "API one": ("read", lambda v, r: v.api("GET", f"/records/{r.entity}/{r.id}")),
    "API history": ("read", lambda v, r: v.api("GET", f"/records/{r.entity}/{r.id}/history")),
}
WRITING: Mapping[str, tuple[str, int, Callable[[Visit, RecordRef], Any]]] = {
    "API change": (
        "update",
        412,
        lambda v, r: v.api("PATCH", f"/records/{r.entity}/{r.id}", GONE, json=v.label_of(r)),
    ),
    "API delete": (
        "delete",
        412,
        lambda v, r: v.api("DELETE", f"/records/{r.entity}/{r.id}", GONE),
    ),
    "edit sent": (
        "update",
        409,
        lambda v, r: v.post(f"/records/{r.entity}/edit/?id={r.id}", revision=GONE),
    ),
}
"""Each with the operation and what is answered where the door is open."""
REFUSED = {403, 404}


# -- the walk -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('access') / 'town.db'}")
    yield Town(definitions(), database)
    database.dispose()


def tried_with(role: str) -> list[str]:
    """The entities of which no role before this one, by its name, says the same."""
    others = [other for other in sorted(written_rights()) if other < role]
    return [
        key
        for key in definitions().entities
        if not any(grant_of(other, key) == grant_of(role, key) for other in others)
    ]


@pytest.mark.parametrize("role", sorted(written_rights()))
def test_every_door_lets_through_what_the_role_says_and_nothing_else(town: Town, role: str):
    visit = visit_of(town, role)
    wrong: list[str] = []
    for key in tried_with(role):
        entity = town.definitions.entities[key]
        both = {whose: town.records[whose, key] for whose in (MINE, OTHERS)}
        readable = {item.id for item in both.values() if may(role, "read", item, town)}
        for door, find in FINDING.items():
            found, body = find(visit, entity)
            if found != readable:
                wrong.append(f"{door} of {key} shows {found}, not {readable}")
            wrong += _told_too_much(visit, door, body)
        for door, (operation, open_) in OPENING.items():
            for record in both.values():
                answer = open_(visit, record)
                expected = {200} if may(role, operation, record, town) else REFUSED
                if answer.status_code not in expected:
                    wrong.append(f"{door} of {record} answers {answer.status_code}")
                wrong += _told_too_much(visit, door, text(answer))
        for door, (operation, opened, write) in WRITING.items():
            for record in both.values():
                answer = write(visit, record)
                expected = {opened} if may(role, operation, record, town) else REFUSED
                if answer.status_code not in expected:
                    wrong.append(f"{door} of {record} answers {answer.status_code}")
                wrong += _told_too_much(visit, door, text(answer))
        wrong += _entering(visit, entity)
        wrong += referring(visit, entity)
        wrong += _deleting(visit, both)
        wrong += _reading_about(visit, entity)
        wrong += _journal(visit, both)
    wrong += _suggesting(visit)
    assert wrong == []


def _suggesting(visit: Visit) -> Iterator[str]:
    """The search over everything finds by words what may be read, of every entity."""
    for whose in (MINE, OTHERS):
        body = MARK.sub("", text(visit.get("/search/", q=whose)))
        yield from _told_too_much(visit, "search suggestion", body)
        found = _linked(body)
        for (owner, key), record in visit.town.records.items():
            entity = visit.town.definitions.entities[key]
            by_words = entity.fields[entity.label].type.kind is Kind.TEXT
            expected = owner == whose and by_words and may(visit.role, "read", record, visit.town)
            if expected and record not in found:
                yield f"search suggestion does not find {record}"
    on_every_page = _linked(text(visit.get("/search/")))
    for words, (record, field) in visit.town.texts.items():
        searched = field in visit.town.definitions.entities[record.entity].searched
        if searched and field in hidden(visit.role, record.entity):
            body = text(visit.get("/search/", q=words))
            if record in _linked(body) - on_every_page:
                yield f"search suggestion finds {record} by '{field}'"


def _linked(body: str) -> set[RecordRef]:
    return {RecordRef(kind, int(number)) for kind, number in LINK.findall(body)}


def _told_too_much(visit: Visit, door: str, body: str) -> Iterator[str]:
    """Links to records that cannot be read, and texts of fields that are hidden, anywhere."""
    town, role = visit.town, visit.role
    for kind, number in LINK.findall(body):
        if not may(role, "read", RecordRef(kind, int(number)), town):
            yield f"{door} links to {kind} {number}"
    for words in set(WRITTEN.findall(body)) & town.texts.keys():
        record, field = town.texts[words]
        if field in hidden(role, record.entity) or not may(role, "read", record, town):
            yield f"{door} tells '{field}' of {record}"


def _entering(visit: Visit, entity: Entity) -> Iterator[str]:
    """A copy of each record is entered where that is allowed, and goes again."""
    town, grant = visit.town, grant_of(visit.role, entity.key)
    allowed = "create" in grant["do"]
    for whose in (MINE, OTHERS):
        with as_it_was(town.app.database):
            new = visit.copy_of(whose, entity)
            answer = visit.api("POST", f"/records/{entity.key}", json=new)
        concerns_nobody = "rows" in grant and whose == OTHERS
        # 409: it was let in, and nobody is there for the procedure that it begins
        expected = {201, 409} if allowed and not concerns_nobody else {403}
        if answer.status_code not in expected:
            yield f"API create of {entity.key} answers {answer.status_code}: {text(answer)}"
    page = visit.get(f"/records/{entity.key}/new/")
    shown = page.status_code == 200
    if shown != (allowed and "read" in grant_of(visit.role, entity.key)["do"]):
        yield f"the page for a new {entity.key} answers {page.status_code}"


def _deleting(visit: Visit, both: Mapping[str, RecordRef]) -> Iterator[str]:
    """Where it is not allowed, neither a button, nor many at once, nor editing in a list does it."""
    for record in both.values():
        if may(visit.role, "delete", record, visit.town):
            continue
        path = f"/records/{record.entity}"
        visit.post(f"{path}/delete/", id=record.id)
        visit.post(f"{path}/action/", action="delete", rowid=record.id)
        visit.post(f"{path}/ajax/update/", list_form_pk=record.id, description="changed")
        with visit.town.app.database.read() as connection:
            table = visit.town.app.models.tables[record.entity]
            row = connection.execute(table.select().where(table.c.id == record.id)).first()
        if row is None or row.revision != 1:
            yield f"{record} was deleted or changed"


def _journal(visit: Visit, both: Mapping[str, RecordRef]) -> Iterator[str]:
    """Notes are read, and files fetched by their address, as far as the role goes."""
    for whose, record in both.items():
        kept = hidden(visit.role, record.entity)
        readable = may(visit.role, "read", record, visit.town)
        parts = {"journal", "internal_notes"} - kept if "journal" not in kept else set()
        answer = visit.api("GET", f"/journal/{record.entity}/{record.id}")
        sees = set(answer.json.get("sees", ())) if answer.status_code == 200 else None
        if sees != (parts if readable else None):
            yield f"the journal of {record} shows {sees}"
        for internal in (False, True):
            number = visit.town.attached[whose, record.entity, internal]
            expected = readable and ("internal_notes" if internal else "journal") in parts
            for fetched in (
                visit.get(f"/journal/attachments/{number}"),
                visit.api("GET", f"/attachments/{number}"),
            ):
                if (fetched.status_code == 200) != expected:
                    yield f"a file of {record} answers {fetched.status_code}"


def _reading_about(visit: Visit, entity: Entity) -> Iterator[str]:
    """The guide describes the fields that are seen, and leads to records that may be read."""
    body = text(visit.get(f"/guide/entities/{entity.key}/"))
    for field in hidden(visit.role, entity.key):
        if f'id="field-{field}"' in body:
            yield f"the guide shows '{field}' of {entity.key}"
    if (f'href="/records/{entity.key}/"' in body) != (
        "read" in grant_of(visit.role, entity.key)["do"]
    ):
        yield f"the guide leads to the records of {entity.key} or not"


def test_the_town_has_two_records_of_everything(town: Town):
    assert len(town.records) == 2 * len(town.definitions.entities)
    assert sum(len(tried_with(role)) for role in written_rights()) >= 100


def test_nobody_refers_to_what_they_may_not_read(town: Town):
    """Shipped roles hardly write what could, so somebody does who has no business with half of all."""
    visit = visit_of(town, STRANGER)
    entities = [town.definitions.entities[key] for key in RIGHTS[STRANGER]]
    barred = [
        item
        for entity in entities
        for item in entity.refs()
        if str(item.type.entity) not in RIGHTS[STRANGER]
    ]
    assert len(barred) >= 40
    assert [wrong for entity in entities for wrong in referring(visit, entity)] == []


def test_tess_finds_somebody_else_with_every_role(town: Town):
    """Else the matrix would prove nothing about records of others."""
    assert may("administrator", "read", town.records[OTHERS, PERSON], town)
    assert not may("requester", "read", town.records[OTHERS, "incident_request"], town)
    assert may("requester", "read", town.records[MINE, "incident_request"], town)
    assert any(item.type.kind is Kind.TEXT for item in town.definitions.entities["ci"].columns)
