"""Which records are somebody's own: what grants say of rows, as a condition in SQL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from server.domain.role import Having, Own, Which
from server.domain.values import RecordRef
from server.storage.models import Models
from server.storage.people import GROUP, PERSON, Held


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person as grants see one: the groups belonged to, and the roles held today."""

    person: RecordRef
    groups: tuple[RecordRef, ...]
    holdings: tuple[Held, ...]

    @property
    def roles(self) -> frozenset[str]:
        return frozenset(item.role for item in self.holdings)

    def is_meant_by(self, record: RecordRef, role: str) -> bool:
        """Whether a record is the person, a group of theirs, or one that the role is held for."""
        known = self.meant(record.entity, role)
        return known is None or record.id in known

    def meant(self, entity: str, role: str) -> frozenset[int] | None:
        """The ids of such records of an entity; None for all, where the role is held for all.

        Who holds a role for everything is not every person or a member of every group by that.
        """
        held = {item.of for item in self.holdings if item.role == role}
        if None in held and entity not in {PERSON, GROUP}:
            return None
        known = {self.person, *self.groups, *held}
        return frozenset(ref.id for ref in known if ref is not None and ref.entity == entity)


def condition(
    models: Models, entity: str, role: str, rows: Iterable[Which], somebody: Somebody
) -> sa.ColumnElement[bool]:
    """Holds of the records of the entity that one of `rows` speaks of; `role` is whose they are."""
    ways = (
        of_path(models, entity, item.path, role, somebody)
        if isinstance(item, Own)
        else _having(models.tables[entity], item)
        for item in rows
    )
    return sa.or_(sa.false(), *ways)


def of_path(
    models: Models, entity: str, path: tuple[str, ...], role: str, somebody: Somebody
) -> sa.ColumnElement[bool]:
    """Holds of the records whose path ends at what is somebody's; an empty one ends there."""
    table = models.tables[entity].c
    target = models[entity].refs[path[0]] if path else entity
    column = table[path[0]] if path else table.id
    if len(path) > 1:
        further = of_path(models, target, path[1:], role, somebody)
        return column.in_(sa.select(models.tables[target].c.id).where(further))
    known = somebody.meant(target, role)
    return column.is_not(None) if known is None else column.in_(sorted(known))


def _having(table: sa.Table, rows: Having) -> sa.ColumnElement[bool]:
    return sa.and_(
        sa.true(), *(table.c[key].in_(list(values)) for key, values in rows.values.items())
    )
