"""What a role may do by hand, in words, for its page in the guide."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.definitions import Definitions
from server.domain.entity import STATUS, Entity
from server.domain.role import EVERY_ENTITY, JOURNALS, Grant, Operation, Own, Role, Sight, Which
from server.domain.somebody import GROUP, PERSON
from server.domain.words import in_words


@dataclass(frozen=True, slots=True)
class ToldGrant:
    """`entity` None is for all entities that are not named. The rest are sentences and titles."""

    entity: str | None
    title: str
    operations: tuple[str, ...]
    rows: tuple[str, ...]
    hidden: tuple[str, ...]
    read_only: tuple[str, ...]


def told(role: Role, definitions: Definitions) -> tuple[ToldGrant, ...]:
    """What holders may do, entity by entity as it is written."""
    return tuple(
        _all_else(grant, role)
        if key == EVERY_ENTITY
        else _told(definitions.entities[key], grant, definitions)
        for key, grant in role.may.items()
    )


def _all_else(grant: Grant, role: Role) -> ToldGrant:
    title = "Everything else" if len(role.may) > 1 else "Everything"
    return ToldGrant(None, title, _operations(grant), (), (), ())


def _told(entity: Entity, grant: Grant, definitions: Definitions) -> ToldGrant:
    def titles(sight: Sight) -> Iterator[str]:
        return (
            in_words(key) if key in JOURNALS else entity.fields[key].title
            for key, found in grant.fields.items()
            if found is sight
        )

    return ToldGrant(
        entity.key,
        entity.title,
        _operations(grant),
        tuple(_which(item, entity, definitions) for item in grant.rows),
        tuple(titles(Sight.HIDDEN)),
        tuple(titles(Sight.READ)),
    )


def _operations(grant: Grant) -> tuple[str, ...]:
    return tuple(item.value for item in Operation if item in grant.operations)


def _which(rows: Which, entity: Entity, definitions: Definitions) -> str:
    if not isinstance(rows, Own):
        return " and ".join(
            f"{entity.fields[key].title} is {' or '.join(_values(entity, key, values))}"
            for key, values in rows.values.items()
        )
    titles = []
    for hop in rows.path:
        titles.append(entity.fields[hop].title)
        entity = definitions.entities[str(entity.fields[hop].type.entity)]
    what = ", its ".join(titles) or "it"
    match entity.key:
        case kind if kind == PERSON:
            return f"{what} is you"
        case kind if kind == GROUP:
            return f"{what} is a group of yours"
        case _:
            return f"you hold the role for {what}"


def _values(entity: Entity, key: str, values: tuple[object, ...]) -> Iterator[str]:
    for value in values:
        if key == STATUS:
            yield entity.statuses[str(value)].title
        elif isinstance(value, bool):
            yield "yes" if value else "no"
        else:
            yield entity.fields[key].title_of(str(value))
