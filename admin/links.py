"""Addresses of things, for every page that names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, g, url_for

from admin.screen import app
from server.domain.role import Operation
from server.domain.values import RecordRef
from server.usecases import access


def record(ref: RecordRef | None) -> str | None:
    """The page of a record; None where this person may not read it."""
    if ref is None or ref.id < 1 or f"{ref.entity}.details_view" not in current_app.view_functions:
        return None
    if not may(Operation.READ, ref.entity):
        return None
    return url_for(f"{ref.entity}.details_view", id=ref.id)


def may(operation: Operation, entity: str) -> bool:
    """Whether the person who asks may do that by hand; looked up once a request."""
    known: dict[tuple[Operation, str], bool] = g.setdefault("may", {})
    key = (operation, entity)
    if key not in known:
        known[key] = access.allows(app(), g.actor, operation, entity)
    return known[key]


def permits(permission: str) -> bool:
    """Whether a role of the person who asks carries this right."""
    if "roles" not in g:
        g.roles = access.roles_of(app(), g.actor)
    roles = app().definitions.roles
    return any(permission in roles[key].permissions for key in g.roles if key in roles)


def guide(kind: str, key: str) -> str | None:
    """The page of the guide about a definition; None where there is none."""
    definitions = app().definitions
    known: dict[str, Any] = {
        "process": definitions.processes,
        "procedure": definitions.procedures,
        "role": definitions.roles,
        "decision": definitions.decisions,
        "entity": definitions.entities,
        "notification": definitions.notifications,
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
