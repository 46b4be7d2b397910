"""A role: what somebody is responsible for and may do. Who holds it are rows, not YAML."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


class Operation(enum.StrEnum):
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class Role:
    """`fallback` takes over while nobody who holds this role is there.

    Nobody may hold this role and one that it is `apart_from`, whichever of the two says so.
    `may` maps an entity, or `*` for every one, to the operations that holders may do by hand;
    `permissions` are rights that belong to no entity, such as `override` or `publish`.
    """

    key: str
    title: str
    purpose: str = ""
    responsibilities: tuple[str, ...] = ()
    fallback: str | None = None
    may: Mapping[str, frozenset[Operation]] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()
    apart_from: frozenset[str] = frozenset()

    def allows(self, operation: Operation, entity: str) -> bool:
        return operation in self.may.get(entity, frozenset()) | self.may.get("*", frozenset())


def kept_apart(roles: Mapping[str, Role], key: str) -> frozenset[str]:
    """The roles that nobody may hold together with this one."""
    own = roles[key].apart_from if key in roles else frozenset()
    return own | {other.key for other in roles.values() if key in other.apart_from}


def any_allows(
    roles: Mapping[str, Role], held: Iterable[str], operation: Operation, entity: str
) -> bool:
    """Whether one of the roles held lets this be done by hand to records of the entity."""
    return any(roles[key].allows(operation, entity) for key in held if key in roles)
