"""/api/v1/records: what is kept of everything, entity by entity."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.api import paging
from server.api import representations as shown
from server.api.model import found
from server.api.record_shapes import UNKNOWN, component_name, filters, record_parameter
from server.api.routes import Answer, Call, IfMatch, Route
from server.api.schemas import (
    KEY,
    LARGEST_ID,
    component,
    listing,
    shape,
)
from server.domain.definitions import Definitions
from server.domain.entity import Entity
from server.domain.refusals import NotFound
from server.domain.values import RecordRef, to_json
from server.domain.words import words
from server.usecases import App, clocks, records
from server.usecases.views import RecordView


def routes(definitions: Definitions) -> tuple[Route, ...]:
    of_entities = [_of(entity) for entity in definitions.entities.values()]
    of_entities += [
        _of_clocks(entity)
        for entity in definitions.entities.values()
        if definitions.promised(entity.key)
    ]
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


# -- routes -----------------------------------------------------------------------------------


def _of(entity: Entity) -> Iterator[Route]:
    name, key = component_name(entity), entity.key
    given: Mapping[str, Any] = {"entity": key}
    one = f"/records/{key}/{{record}}"
    parameters = {"record": record_parameter(entity)}
    plural = words(entity.plural)
    yield Route(
        "GET",
        f"/records/{key}",
        f"list_{key}_records",
        f"Find {plural}",
        "Records",
        _list,
        {200: shown.paged(component(f"{name}Record"))},
        query=filters(entity) | paging.PAGED,
        refuses=(403,),
        given=given,
    )
    yield Route(
        "POST",
        f"/records/{key}",
        f"create_{key}_record",
        f"Create {_a(entity)}",
        "Records",
        _create,
        {201: component(f"{name}Record")},
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
        f"read_{key}_record",
        f"Read {_a(entity)}",
        "Records",
        _read_one,
        {200: component(f"{name}Record")},
        parameters=parameters,
        refuses=(403,),
        given=given,
        revised=True,
    )
    yield Route(
        "PATCH",
        one,
        f"update_{key}_record",
        f"Change {_a(entity)}",
        "Records",
        _update,
        {200: component(f"{name}Record")},
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
        f"delete_{key}_record",
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
        f"read_{key}_record_history",
        f"Who changed what of {_a(entity)}, from what to what",
        "Records",
        _history,
        {200: shown.paged(component("Change"))},
        parameters=parameters,
        query=paging.PAGED,
        refuses=(403,),
        given=given,
    )


def _of_clocks(entity: Entity) -> Iterator[Route]:
    yield Route(
        "GET",
        f"/records/{entity.key}/{{record}}/clocks",
        f"read_{entity.key}_record_clocks",
        f"Where the service targets of {_a(entity)} stand, the worst first",
        "Records",
        _clocks,
        {200: shape({"items": listing(component("Clock"))})},
        parameters={"record": record_parameter(entity)},
        refuses=(403,),
        given={"entity": entity.key},
    )


def _a(entity: Entity) -> str:
    title = entity.title if entity.title.isupper() else entity.title.lower()
    return f"{'an' if title[0] in 'aeiou' else 'a'} {title}"


def _links(key: str) -> dict[str, Any]:
    record = {"record": "$response.body#/id"}
    match = {"If-Match": "$response.header.ETag"}
    return {
        "read": {"operationId": f"read_{key}_record", "parameters": record},
        "history": {"operationId": f"read_{key}_record_history", "parameters": record},
        "update": {"operationId": f"update_{key}_record", "parameters": record | match},
        "delete": {"operationId": f"delete_{key}_record", "parameters": record | match},
    }


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


def _clocks(app: App, call: Call, entity: str, record: Any) -> Answer:
    found_clocks = clocks.of_record(app, call.actor, _ref(app, entity, record))
    return Answer({"items": [shown.clock(item) for item in found_clocks]})


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
