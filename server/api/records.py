"""/api/v1/records: what is kept of everything, entity by entity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.api import paging
from server.api import representations as shown
from server.api.model import found
from server.api.routes import Answer, Call, IfMatch, Route
from server.api.schemas import (
    ID,
    KEY,
    LARGEST_ID,
    MOMENT,
    NAME_LENGTH,
    TEXT,
    WHOLE,
    Schema,
    closed,
    component,
    mapping,
    nullable,
    of_type,
    shape,
    text,
)
from server.domain.definitions import Definitions
from server.domain.entity import STATUS, Entity, Field
from server.domain.refusals import NotFound
from server.domain.values import Kind, RecordRef, to_json
from server.usecases import App, records
from server.usecases.views import RecordView

_REASON: Schema = text(records.REASON_LENGTH, shortest=1) | {
    "description": "Why fields are written that a run holds; it takes the permission `override`"
}


def routes(definitions: Definitions) -> tuple[Route, ...]:
    of_entities = (_of(entity) for entity in definitions.entities.values())
    return (
        *(route for group in of_entities for route in group),
        *(
            Route(
                method,
                "/records/{entity}",
                f"{method.lower()}_unknown_entity",
                "Say that there is no such entity",
                "Records",
                _refuse,
                {},
                parameters={"entity": KEY},
                hidden=True,
            )
            for method in ("GET", "POST")
        ),
    )


def components(definitions: Definitions) -> dict[str, Schema]:
    """For each entity: a record, a new one, and what changes one."""
    named: dict[str, Schema] = {}
    for entity in definitions.entities.values():
        name = _name(entity)
        named[name] = _record(entity)
        named[f"New{name}"] = _new(entity)
        named[f"{name}Change"] = _change(entity)
    return named


# -- schemas ----------------------------------------------------------------------------------


def _name(entity: Entity) -> str:
    return "".join(part.capitalize() for part in entity.key.split("_"))


def _record(entity: Entity) -> Schema:
    values = {
        field.key: _read(field) | ({} if _is_writable(field) else {"readOnly": True})
        for field in entity.fields.values()
    }
    listed = tuple(field.key for field in entity.fields.values() if field.back)
    return shape(
        {
            "id": ID | {"readOnly": True},
            "number": TEXT | {"readOnly": True},
            "title": TEXT | {"readOnly": True},
            "values": shape(values, optional=listed),
            "shown": mapping(TEXT) | {"description": "The values as people read them"},
            "held": mapping(nullable(ID))
            | {"description": "Fields that an open run writes, with the task that would"},
            "revision": WHOLE,
            "created_at": MOMENT,
            "updated_at": MOMENT,
        }
    )


def _new(entity: Entity) -> Schema:
    fields = [field for field in entity.columns if _is_writable(field)]
    needed = tuple(field.key for field in fields if _is_needed(field))
    values = closed({field.key: _written(field) for field in fields}, required=needed)
    return closed({"values": values}, required=("values",))


def _change(entity: Entity) -> Schema:
    fields = [field for field in entity.columns if _is_writable(field)]
    values = closed({field.key: _written(field) for field in fields}, minProperties=1)
    return closed({"values": values, "reason": _REASON}, required=("values",))


def _read(field: Field) -> dict[str, Any]:
    schema = of_type(field.type, writes=False) | {"title": field.title}
    if field.back:
        return schema | {"description": "The newest that refer here; only with a single record"}
    return schema if field.required else nullable(schema)


def _written(field: Field) -> dict[str, Any]:
    schema = of_type(field.type, writes=True) | {"title": field.title}
    if field.guideline:
        schema["description"] = field.guideline
    if field.required and field.type.kind is Kind.TEXT:
        schema["minLength"] = max(1, schema.get("minLength", 0))
    return schema if field.required else nullable(schema)


def _is_writable(field: Field) -> bool:
    return not field.read_only and field.decided_by is None and field.back is None


def _is_needed(field: Field) -> bool:
    return field.required and field.default is None and field.key != STATUS


# -- routes -----------------------------------------------------------------------------------


def _of(entity: Entity) -> Iterator[Route]:
    name, key = _name(entity), entity.key
    given: Mapping[str, Any] = {"entity": key}
    one = f"/records/{key}/{{record}}"
    parameters = {"record": _record_parameter(entity)}
    plural = entity.plural.replace("_", " ")
    yield Route(
        "GET",
        f"/records/{key}",
        f"list_{key}",
        f"Find {plural}",
        "Records",
        _list,
        {200: shown.paged(component(name))},
        query=_filters(entity) | paging.PAGED,
        refuses=(403,),
        given=given,
    )
    yield Route(
        "POST",
        f"/records/{key}",
        f"create_{key}",
        f"Create {_a(entity)}",
        "Records",
        _create,
        {201: component(name)},
        body=component(f"New{name}"),
        body_needed=True,
        keyed=True,
        refuses=(403, 409),
        given=given,
        links=_links(key),
    )
    yield Route(
        "GET",
        one,
        f"read_{key}",
        f"Read {_a(entity)}",
        "Records",
        _read_one,
        {200: component(name)},
        parameters=parameters,
        refuses=(403,),
        given=given,
        revised=True,
    )
    yield Route(
        "PATCH",
        one,
        f"update_{key}",
        f"Change {_a(entity)}",
        "Records",
        _update,
        {200: component(name)},
        parameters=parameters,
        body=component(f"{name}Change"),
        body_needed=True,
        if_match=IfMatch.NEEDED,
        keyed=True,
        refuses=(403,),
        given=given,
    )
    yield Route(
        "DELETE",
        one,
        f"delete_{key}",
        f"Delete {_a(entity)}",
        "Records",
        _delete,
        {204: None},
        parameters=parameters,
        if_match=IfMatch.NEEDED,
        keyed=True,
        refuses=(403,),
        given=given,
    )
    yield Route(
        "GET",
        f"{one}/history",
        f"read_{key}_history",
        f"Who changed what of {_a(entity)}, from what to what",
        "Records",
        _history,
        {200: shown.paged(component("Change"))},
        parameters=parameters,
        query=paging.PAGED,
        refuses=(403,),
        given=given,
    )


def _a(entity: Entity) -> str:
    title = entity.title if entity.title.isupper() else entity.title.lower()
    return f"{'an' if title[0] in 'aeiou' else 'a'} {title}"


def _record_parameter(entity: Entity) -> Schema:
    schema: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}
    if entity.number is None:
        return schema
    return {
        **schema,
        "type": ["integer", "string"],
        "maximum": 10**15 - 1,
        "pattern": f"^({entity.number})?[0-9]{{1,15}}$",
        "description": "The record's id or number",
    }


def _links(key: str) -> dict[str, Any]:
    record = {"record": "$response.body#/id"}
    match = {"If-Match": "$response.header.ETag"}
    return {
        "read": {"operationId": f"read_{key}", "parameters": record},
        "history": {"operationId": f"read_{key}_history", "parameters": record},
        "update": {"operationId": f"update_{key}", "parameters": record | match},
        "delete": {"operationId": f"delete_{key}", "parameters": record | match},
    }


def _filters(entity: Entity) -> dict[str, Schema]:
    """What fields must be, words to search for, and the order."""
    found: dict[str, Schema] = {
        "search": text(NAME_LENGTH, shortest=1)
        | {"description": f"A number, or words in {', '.join(entity.searched) or entity.label}"},
        "sort": {
            "type": "string",
            "enum": ["-id", "id"],
            "default": "-id",
            "description": "The newest first, or the oldest",
        },
    }
    for field in entity.columns:
        if field.type.kind in _FILTERED or field.unique:
            found[field.key] = {
                "type": "array",
                "items": _filter(field),
                "minItems": 1,
                "maxItems": MOST_VALUES,
                "description": f"{field.title}: any of the values given; `null` where unknown",
            }
    return found


_FILTERED = frozenset({Kind.CHOICE, Kind.REF, Kind.YES_NO, Kind.DATE})
UNKNOWN = "null"
MOST_VALUES = 10


def _filter(field: Field) -> Schema:
    schema = of_type(field.type, writes=True)
    if field.type.kind is Kind.TEXT:
        schema["maxLength"] = NAME_LENGTH
    if field.required or field.type.kind is Kind.REF:
        return schema
    if "enum" in schema:
        return {**schema, "enum": [*schema["enum"], UNKNOWN]}
    return {"anyOf": [schema, {"const": UNKNOWN}]}


# -- handlers ---------------------------------------------------------------------------------


def _list(app: App, call: Call, entity: str) -> Answer:
    columns = app.definitions.entities[entity].fields
    filters = {
        key: [None if item == UNKNOWN else item for item in values]
        for key, values in call.query.items()
        if key in columns and isinstance(values, list)
    }
    page = records.page(
        app,
        call.actor,
        entity,
        filters=filters,
        search=call.query.get("search"),
        sort=call.query.get("sort", "-id"),
        **paging.of(call.query),
    )
    return Answer(shown.page(page, _as_json, call.page))


def _create(app: App, call: Call, entity: str) -> Answer:
    values = call.body["values"]

    def represent(view: RecordView) -> Answer:
        location = f"/api/v1/records/{entity}/{view.title.record.id}"
        return Answer(_as_json(view), 201, view.revision, location)

    return call.once(
        lambda key: records.create(app, call.actor, entity, values, key=key), represent
    )


def _read_one(app: App, call: Call, entity: str, record: Any) -> Answer:
    return _shown(records.view(app, call.actor, _ref(app, entity, record)))


def _update(app: App, call: Call, entity: str, record: Any) -> Answer:
    ref = _ref(app, entity, record)
    values, reason = call.body["values"], call.body.get("reason")
    return call.once_unchanged(
        lambda key, seen: records.update(
            app, call.actor, ref, values, expecting=seen, key=key, reason=reason
        ),
        _shown,
        current=lambda: records.view(app, call.actor, ref).revision,
    )


def _delete(app: App, call: Call, entity: str, record: Any) -> Answer:
    ref = _ref(app, entity, record)
    return call.once_unchanged(
        lambda key, seen: records.delete(app, call.actor, ref, expecting=seen, key=key),
        lambda _: Answer(status=204),
        current=lambda: records.view(app, call.actor, ref).revision,
    )


def _history(app: App, call: Call, entity: str, record: Any) -> Answer:
    ref = _ref(app, entity, record)
    page = records.history(app, call.actor, ref, **paging.of(call.query))
    return Answer(shown.page(page, shown.change, call.page))


def _refuse(app: App, _call: Call, entity: str) -> Answer:
    found("entity", app.definitions.entities, entity)
    raise NotFound("There are no records here.")


def _ref(app: App, entity: str, record: int | str) -> RecordRef:
    """The record that a path names by its id or number."""
    known = app.definitions.entities[entity]
    number = record if isinstance(record, int) else known.record_id(record)
    if number is None or not 0 < number <= LARGEST_ID:
        raise NotFound(f"There is no {known.title.lower()} '{str(record)[:80]}'.")
    return RecordRef(entity, number)


def _shown(view: RecordView) -> Answer:
    return Answer(_as_json(view), revision=view.revision)


def _as_json(view: RecordView) -> dict[str, Any]:
    title = view.title
    return {
        "id": title.record.id,
        "number": title.number,
        "title": str(title),
        "values": {key: to_json(value) for key, value in view.values.items()},
        "shown": dict(view.shown),
        "held": dict(view.held),
        "revision": view.revision,
        "created_at": to_json(view.created_at),
        "updated_at": to_json(view.updated_at),
    }
