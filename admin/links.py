"""Addresses of things, for every page that names them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import current_app, g, url_for

from admin.screen import app
from server.domain.role import Operation, Role
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
    """Whether the person who asks may do that by hand."""
    return any(role.allows(operation, entity) for role in _roles())


def permits(permission: str) -> bool:
    """Whether a role of the person who asks carries this right."""
    return any(permission in role.permissions for role in _roles())


def _roles() -> tuple[Role, ...]:
    """The roles that the person holds; looked up once a request, as every menu asks often."""
    if "roles" not in g:
        roles = app().definitions.roles
        held = access.roles_of(app(), g.actor)
        g.roles = tuple(roles[key] for key in sorted(held) if key in roles)
    found: tuple[Role, ...] = g.roles
    return found


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
