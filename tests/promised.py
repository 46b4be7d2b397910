"""Service targets for tests, with conditions as authors write them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from server.domain.entity import Entity
from server.domain.expression import Expression, Problem, parse, resolve
from server.domain.target import Agreed, Target
from tests.builders import INCIDENT_REQUEST


def promised(
    key: str,
    done_when: str,
    goal: timedelta | tuple[str, str, str],
    *,
    entity: Entity = INCIDENT_REQUEST,
    **parts: Any,
) -> Target:
    """A target of an entity; a goal may be a decision, the one field that it is given, and its output."""
    agreed: timedelta | Agreed
    if isinstance(goal, tuple):
        decision, field, output = goal
        agreed = Agreed(decision, {field: of_fields(field, entity)}, output)
    else:
        agreed = goal
    for name in ("counts_while", "pauses_while", "void_when"):
        if name in parts:
            parts[name] = of_fields(parts[name], entity)
    parts.setdefault("title", key.replace("-", " ").capitalize())
    return Target(
        key=key, entity=entity.key, done_when=of_fields(done_when, entity), goal=agreed, **parts
    )


def of_fields(text: str, entity: Entity) -> Expression:
    """An expression over the fields of a record."""
    parsed = parse(text)
    assert not isinstance(parsed, Problem), parsed
    names = {field.key: field.type for field in entity.columns}
    found = resolve(parsed, names, {}, None, optional=names, nullable=True)
    assert not isinstance(found, tuple), found
    return found
