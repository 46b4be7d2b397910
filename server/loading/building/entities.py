"""An entity of its file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server.domain.entity import STATUS, Entity, Field, Helpful, Status
from server.domain.values import Kind, Type
from server.loading.building.hops import refer_hops
from server.loading.building.types import written_type
from server.loading.desk import Desk, flag, words
from server.loading.marked import Path

STATUS_TITLE = "Status"
STATUS_GUIDELINE = "How far it has come. Only the moves that its statuses allow are offered."


def build_entity(desk: Desk) -> Entity:
    data = desk.data
    key = data["entity"]
    statuses = {name: _status(desk, name, raw) for name, raw in data.get("statuses", {}).items()}
    fields = {name: _field(desk, name, raw) for name, raw in data["fields"].items()}
    if statuses:
        titles = {status.key: status.title for status in statuses.values()}
        fields[STATUS] = _status_field(titles)
    for name in ("listed", "searched"):
        for index, field in enumerate(data.get(name, ())):
            desk.refer("field", f"{key}.{field}", name, index)
    desk.refer("field", f"{key}.{data['label']}", "label")
    return Entity(
        key,
        words(data, "title") or key,
        data["plural"],
        fields,
        data["label"],
        words(data, "purpose"),
        data.get("number"),
        statuses,
        tuple(data.get("listed", ())),
        tuple(data.get("searched", ())),
        words(data, "menu"),
        tuple(tuple(text.split(".")) for _, text in _requesters(data)),
        helped_by=tuple(
            _helpful(desk, index, raw) for index, raw in enumerate(data.get("helped_by", ()))
        ),
    )


def _helpful(desk: Desk, index: int, raw: Mapping[str, Any]) -> Helpful:
    """What helps with a record of the entity, with the fields of both that it names."""
    path = ("helped_by", index)
    own, other = desk.data["entity"], raw["entity"]
    desk.refer("entity", other, *path, "entity")
    desk.refer("field", f"{other}.{raw['tells']}", *path, "tells")
    for number, key in enumerate(raw["words"]):
        desk.refer("field", f"{own}.{key}", *path, "words", number)
    for theirs, ours in raw.get("same", {}).items():
        desk.refer_key("field", f"{other}.{theirs}", *path, "same", theirs)
        desk.refer("field", f"{own}.{ours}", *path, "same", theirs)
    for key in raw.get("having", {}):
        desk.refer_key("field", f"{other}.{key}", *path, "having", key)
    if "fills" in raw:
        desk.refer("field", f"{own}.{raw['fills']}", *path, "fills")
    return Helpful(
        words(raw, "title"),
        other,
        tuple(raw["words"]),
        raw["tells"],
        {
            key: tuple(given) if isinstance(given, list) else (given,)
            for key, given in raw.get("having", {}).items()
        },
        dict(raw.get("same", {})),
        raw.get("fills"),
    )


def refer_requesters(desk: Desk) -> None:
    """Note the fields that lead to whoever asked for a record, once every entity is known."""
    entity = desk.manuscript.entities[desk.data["entity"]]
    for path, text in _requesters(desk.data):
        refer_hops(desk, entity, tuple(text.split(".")), path)


def _requesters(data: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Each path to whoever asked for a record, and where it is written."""
    written = data.get("requested_by", ())
    if isinstance(written, str):
        yield ("requested_by",), written
        return
    yield from ((("requested_by", number), text) for number, text in enumerate(written))


def _field(desk: Desk, key: str, raw: Mapping[str, Any]) -> Field:
    path = ("fields", key)
    back = None
    if "back" in raw:
        entity, _, field = raw["back"].partition(".")
        desk.refer("entity", entity, *path, "back")
        desk.refer("field", raw["back"], *path, "back", offset=len(entity) + 1)
        back = (entity, field)
        typ = Type(Kind.LIST, item=Type(Kind.REF, entity=entity))
    else:
        typ = written_type(desk, raw, *path) or Type(Kind.TEXT)
    if "decided_by" in raw:
        desk.refer("decision", raw["decided_by"], *path, "decided_by")
    return Field(
        key,
        words(raw, "title") or key,
        typ,
        words(raw, "guideline"),
        required=flag(raw, "required"),
        read_only=flag(raw, "read_only"),
        unique=flag(raw, "unique"),
        lines=raw.get("lines", 1),
        default=desk.value(raw["default"], typ, *path, "default") if "default" in raw else None,
        decided_by=raw.get("decided_by"),
        was=raw.get("was"),
        titles=dict(raw.get("titles", {})),
        back=back,
    )


def _status(desk: Desk, key: str, raw: Mapping[str, Any]) -> Status:
    entity = desk.data["entity"]
    for index, field in enumerate(raw.get("requires", ())):
        desk.refer("field", f"{entity}.{field}", "statuses", key, "requires", index)
    return Status(
        key,
        words(raw, "title") or key,
        tuple(raw.get("to", ())),
        tuple(raw.get("requires", ())),
        raw.get("colour", ""),
    )


def _status_field(titles: Mapping[str, str]) -> Field:
    return Field(
        STATUS,
        STATUS_TITLE,
        Type(Kind.CHOICE, choices=tuple(titles)),
        STATUS_GUIDELINE,
        required=True,
        titles=titles,
    )
