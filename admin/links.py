"""Addresses of things, for every page that names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, g, url_for

from admin.screen import app
from server.domain.role import Operation
from server.domain.values import RecordRef
from server.usecases import self_service
from server.usecases.rights import Rights, rights_now


def record(ref: RecordRef | None) -> str | None:
    """The page of a record; None where this person may not read it."""
    if ref is None or ref.id < 1 or f"{ref.entity}.details_view" not in current_app.view_functions:
        return None
    if asks_only():
        offered = self_service.offered(rights())
        if offered is None or ref.entity not in offered.follow or not _is_readable(ref):
            return None
        return url_for("self_service.one", entity=ref.entity, record=ref.id)
    if not _is_readable(ref):
        return None
    return f"{_before_id(ref.entity)}{ref.id}"


def _before_id(entity: str) -> str:
    """The address of a record's page up to its id: a list makes it once, not for each cell."""
    known: dict[str, str] = g.setdefault("before_id", {})
    if entity not in known:
        known[entity] = url_for(f"{entity}.details_view", id=0).removesuffix("0")
    return known[entity]


def asks_only() -> bool:
    """Whether the person who asks reaches the pages of those who ask for something, and no other."""
    if "asks_only" not in g:
        g.asks_only = self_service.is_all(rights())
    return bool(g.asks_only)


def rights() -> Rights:
    """What the person who asks may do; looked up once a request, as every menu asks often."""
    if "rights" not in g:
        g.rights = rights_now(app(), g.actor)
    found: Rights = g.rights
    return found


def may(operation: Operation, entity: str) -> bool:
    """Whether the person who asks may do that by hand, to some records at least."""
    return rights().may(operation, entity)


def _is_readable(ref: RecordRef) -> bool:
    """Whether this person may read it; each record is asked about once a request."""
    if rights().reach(Operation.READ, ref.entity) is None:
        return True
    known: dict[RecordRef, bool] = g.setdefault("readable", {})
    if ref not in known:
        with app().database.read() as connection:
            known[ref] = rights().reaches(connection, Operation.READ, ref)
    return known[ref]


def guide(kind: str, key: str) -> str | None:
    """The page of the guide about a definition; None where there is none, or not for this person."""
    if asks_only():
        return None
    definitions = app().definitions
    known: dict[str, Any] = {
        "process": definitions.processes,
        "procedure": definitions.procedures,
        "role": definitions.roles,
        "decision": definitions.decisions,
        "entity": definitions.entities,
        "notification": definitions.notifications,
        "calendar": definitions.calendars,
        "target": definitions.targets,
    }
    if key not in known.get(kind, ()):
        return None
    return url_for(f"guide.{kind}", key=key)


def in_procedure(procedure: str) -> Callable[[str, str], str | None]:
    """Links of a procedure's diagram: a step leads to its description on the procedure's page."""

    def link(kind: str, key: str) -> str | None:
        if kind == "step":
            return f"{url_for('guide.procedure', key=procedure)}#step-{key}"
        return guide(kind, key)

    return link
