"""Which records are somebody's own: what grants say of rows, as a condition in SQL."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from server.domain.role import Having, Own, Which
from server.domain.somebody import Somebody
from server.storage.models import Models


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
