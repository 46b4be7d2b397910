"""The door of the posted reference: nobody makes a record refer to one that they may not read.

A look-up never offers such a record, but whoever sends a form or calls the API writes what they like.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.entity import Entity
from server.domain.values import Kind, RecordRef
from tests.access.town import MINE, OTHERS, Town, as_it_was
from tests.access.visits import Visit, grant_of, may


def barred_of(role: str, refs: Mapping[str, RecordRef], town: Town) -> Mapping[str, RecordRef]:
    return {key: ref for key, ref in refs.items() if not may(role, "read", ref, town)}


def referring(visit: Visit, entity: Entity) -> Iterator[str]:
    """Changes and new records that refer to the other's records, through every way to write."""
    for whose, other in ((MINE, OTHERS), (OTHERS, MINE)):
        record = visit.town.records[whose, entity.key]
        refs = {
            item.key: visit.town.records[other, str(item.type.entity)]
            for item in entity.columns
            if item.type.kind is Kind.REF and not item.read_only and item.decided_by is None
        }
        barred = {
            k: ref for k, ref in refs.items() if not may(visit.role, "read", ref, visit.town)
        }
        if refs and may(visit.role, "update", record, visit.town):
            yield from _changing(visit, record, refs, barred)
        if barred and "create" in grant_of(visit.role, entity.key)["do"]:
            yield from _entering(visit, entity, whose, barred)


def _changing(
    visit: Visit,
    record: RecordRef,
    refs: Mapping[str, RecordRef],
    barred: Mapping[str, RecordRef],
) -> Iterator[str]:
    with as_it_was(visit.town.app.database):
        sent = {"values": {key: ref.id for key, ref in refs.items()}}
        answer = visit.api("PATCH", f"/records/{record.entity}/{record.id}", 1, json=sent)
    yield from _compared(f"API change of {record}", answer, refs, barred)
    before = _row(visit, record)
    for key, ref in list(barred.items())[:1]:
        posted = {f"f-{key}": str(ref.id), "revision": "1", "list_form_pk": str(record.id)}
        visit.post(f"/records/{record.entity}/edit/?id={record.id}", **posted)
        visit.post(f"/records/{record.entity}/ajax/update/", **posted, **{key: str(ref.id)})
        if _row(visit, record) != before:
            yield f"{record} was made to refer to {ref} by a form"


def _entering(
    visit: Visit, entity: Entity, whose: str, barred: Mapping[str, RecordRef]
) -> Iterator[str]:
    """All at once through the API, which tells of each; one by the form, which asks the same."""
    plain = visit.copy_of(whose, entity)["values"]
    refs = {key: ref.id for key, ref in barred.items()}
    answer = visit.api("POST", f"/records/{entity.key}", json={"values": {**plain, **refs}})
    yield from _compared(f"API create of {entity.key}", answer, barred, barred)
    typed = {f"f-{name}": str(value) for name, value in {**plain, **refs}.items()}
    if visit.post(f"/records/{entity.key}/new/", **typed).status_code == 302:
        yield f"a new {entity.key} refers by a form to what may not be read"


def _compared(
    door: str, answer: Any, refs: Mapping[str, RecordRef], barred: Mapping[str, RecordRef]
) -> Iterator[str]:
    """It is said of the barred ones, and of no other, that there is no such record."""
    problems = answer.json.get("problems", {}) if answer.json else {}
    for key, ref in refs.items():
        if problems.get(key, "").startswith("There is no ") != (key in barred):
            yield f"{door} takes '{key}' to {ref}, or does not"


def _row(visit: Visit, record: RecordRef) -> Any:
    table = visit.town.app.models.tables[record.entity]
    with visit.town.app.database.read() as connection:
        return connection.execute(table.select().where(table.c.id == record.id)).first()
