"""A person as grants see one, and which records are that person's own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from server.domain.entity import Entity
from server.domain.role import Grant, Operation, Own, Role, Which
from server.domain.values import RecordRef, Value

PERSON, GROUP = "person", "group"


class Held(NamedTuple):
    """A role that a person holds, for one record, or (None) for everything."""

    role: str
    of: RecordRef | None


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person with the groups belonged to and the roles held today."""

    person: RecordRef
    groups: tuple[RecordRef, ...]
    holdings: tuple[Held, ...]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(item.role for item in self.holdings)

    def meant(self, entity: str, role: str) -> frozenset[int] | None:
        """The ids of the records of an entity that mean this person in a role; None for all.

        A person and a group are meant themselves; any other record is whose the role is for it, or
        for everything. That makes nobody every person or a member of every group.
        """
        held = {item.of for item in self.holdings if item.role == role}
        if None in held and entity not in {PERSON, GROUP}:
            return None
        known = {self.person, *self.groups, *held}
        return frozenset(ref.id for ref in known if ref is not None and ref.entity == entity)


def speaks_of(
    grant: Grant,
    role: str,
    record: RecordRef,
    somebody: Somebody,
    field: Callable[[RecordRef, str], Value],
) -> bool:
    """Whether a grant of a role is for this record; `field` tells what records hold."""
    return not grant.rows or any(
        _speaks(item, role, record, somebody, field) for item in grant.rows
    )


def _speaks(
    rows: Which,
    role: str,
    record: RecordRef,
    somebody: Somebody,
    field: Callable[[RecordRef, str], Value],
) -> bool:
    if not isinstance(rows, Own):
        return all(field(record, key) in wanted for key, wanted in rows.values.items())
    for hop in rows.path:
        found = field(record, hop)
        if not isinstance(found, RecordRef):
            return False
        record = found
    known = somebody.meant(record.entity, role)
    return known is None or record.id in known


def own_field(role: Role, entity: Entity) -> str | None:
    """The field by which a new record is its maker's own; None where the role makes none such."""
    grant = role.grant(entity.key)
    if grant is None or Operation.CREATE not in grant.operations:
        return None
    for rows in grant.rows:
        if isinstance(rows, Own) and len(rows.path) == 1:
            field = entity.fields.get(rows.path[0])
            if field is not None and field.type.entity == PERSON:
                return field.key
    return None
