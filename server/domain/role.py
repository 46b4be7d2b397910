"""A role: what somebody is responsible for and may do. Who holds it are rows, not YAML."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from server.domain.values import Value

EVERY_ENTITY = "*"
ITSELF = "itself"
"""How rows say that the record itself is what a person is, belongs to or holds the role for."""


JOURNAL, INTERNAL_NOTES = "journal", "internal_notes"
JOURNALS = frozenset({JOURNAL, INTERNAL_NOTES})
"""What grants keep back besides fields: what people write about a record, for all or for staff."""


class Operation(enum.StrEnum):
    READ = "read"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"


class Sight(enum.StrEnum):
    """How far a field goes that may not be written; those not named may be."""

    HIDDEN = "hidden"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Own:
    """Records that are somebody's own.

    `path` leads over references to the person, to a group the person belongs to, or to a record
    that the role is held for; an empty one ends at the record itself.
    """

    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Having:
    """Records whose fields all have one of the values given for each."""

    values: Mapping[str, tuple[Value, ...]]


Which = Own | Having
"""Which records a grant is for."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What holders of a role may do by hand to records of an entity.

    To those that one of `rows` speaks of; without any, to all. A field in `fields` is hidden or
    only read, whatever the operation.
    """

    operations: frozenset[Operation]
    rows: tuple[Which, ...] = ()
    fields: Mapping[str, Sight] = field(default_factory=dict)

    @property
    def hidden(self) -> frozenset[str]:
        return frozenset(key for key, sight in self.fields.items() if sight is Sight.HIDDEN)


@dataclass(frozen=True, slots=True)
class Followed:
    """How records are followed: in which statuses they are over, and which fields are shown.

    Without statuses it is those that nothing leads out of; without fields, all that may be read.
    """

    finished: tuple[str, ...] = ()
    shows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SelfService:
    """What people who only ask for something find on pages of their own.

    `report` are forms, each of which makes a record of its entity, `follow` by their keys the
    entities whose records they see the progress of. What the entity of a form is `helped_by` is
    shown while somebody writes.
    """

    report: tuple[str, ...] = ()
    follow: Mapping[str, Followed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Role:
    """`fallback` takes over while nobody who holds this role is there.

    Nobody may hold this role and one that it is `apart_from`, whichever of the two says so.
    `log_in_groups` are groups at the organisation's log-in service whose members hold this role.
    `may` maps an entity, or `*` for every one that is not named itself, to what holders may do by
    hand; `permissions` are rights that belong to no entity, such as `override` or `publish`. Who
    holds only roles with `self_service` reaches the pages that it speaks of, and no other.
    """

    key: str
    title: str
    purpose: str = ""
    responsibilities: tuple[str, ...] = ()
    fallback: str | None = None
    may: Mapping[str, Grant] = field(default_factory=dict)
    permissions: frozenset[str] = frozenset()
    apart_from: frozenset[str] = frozenset()
    log_in_groups: frozenset[str] = frozenset()
    self_service: SelfService | None = None

    def grant(self, entity: str) -> Grant | None:
        """What holders may do to records of the entity; None when nothing is said."""
        return self.may.get(entity, self.may.get(EVERY_ENTITY))

    def allows(self, operation: Operation, entity: str) -> bool:
        """Whether holders may do that to records of the entity, to some at least."""
        found = self.grant(entity)
        return found is not None and operation in found.operations


def kept_apart(roles: Mapping[str, Role], key: str) -> frozenset[str]:
    """The roles that nobody may hold together with this one."""
    own = roles[key].apart_from if key in roles else frozenset()
    return own | {other.key for other in roles.values() if key in other.apart_from}


def any_allows(
    roles: Mapping[str, Role], held: Iterable[str], operation: Operation, entity: str
) -> bool:
    """Whether one of the roles held lets this be done by hand to records of the entity."""
    return any(roles[key].allows(operation, entity) for key in held if key in roles)
