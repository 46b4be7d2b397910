"""Saved views of lists, in and out of their rows, and which of them a list opens with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from server.domain.saved_view import Asked, SavedView, Sharing, as_json, of_json
from server.storage.tables import default_view as default
from server.storage.tables import saved_view as kept


def seen_by(person: int, groups: Sequence[int]) -> sa.ColumnElement[bool]:
    """One's own, those of one's groups, and those for all."""
    return sa.or_(
        kept.c.person_id == person,
        sa.and_(kept.c.sharing == Sharing.GROUP.value, kept.c.group_id.in_(groups)),
        kept.c.sharing == Sharing.ALL.value,
    )


def of_list(
    connection: sa.Connection, name: str, seen: sa.ColumnElement[bool]
) -> tuple[SavedView, ...]:
    """The views of a list that are seen, by name."""
    statement = sa.select(kept).where(kept.c.list == name, seen)
    rows = connection.execute(statement.order_by(kept.c.name, kept.c.id))
    return tuple(_view(row) for row in rows)


def one(connection: sa.Connection, number: int, seen: sa.ColumnElement[bool]) -> SavedView | None:
    row = connection.execute(sa.select(kept).where(kept.c.id == number, seen)).one_or_none()
    return None if row is None else _view(row)


def is_taken(connection: sa.Connection, person: int, of: str, name: str, but: int = 0) -> bool:
    """Whether somebody has another view of the list that is called so."""
    same = sa.and_(kept.c.person_id == person, kept.c.list == of, kept.c.name == name)
    return connection.scalar(sa.select(kept.c.id).where(same, kept.c.id != but)) is not None


def count(connection: sa.Connection, person: int, of: str) -> int:
    """How many views of the list somebody has made."""
    own = sa.and_(kept.c.person_id == person, kept.c.list == of)
    return int(connection.scalar(sa.select(sa.func.count()).select_from(kept).where(own)) or 0)


def add(connection: sa.Connection, view: SavedView) -> int:
    """Keep a new view, whatever id it has; its id from now on."""
    made = connection.execute(
        kept.insert().values(list=view.list, person_id=view.owner, **_values(view))
    )
    [number] = made.inserted_primary_key or (0,)
    return int(number)


def change(connection: sa.Connection, view: SavedView) -> None:
    connection.execute(kept.update().where(kept.c.id == view.id).values(**_values(view)))


def delete(connection: sa.Connection, number: int) -> None:
    """Delete a view; lists that opened with it open as they are."""
    connection.execute(default.delete().where(default.c.view_id == number))
    connection.execute(kept.delete().where(kept.c.id == number))


def default_of(connection: sa.Connection, person: int, of: str) -> int | None:
    """The id of the view with which a list opens for somebody."""
    return connection.scalar(sa.select(default.c.view_id).where(_opening(person, of)))


def open_with(connection: sa.Connection, person: int, of: str, number: int | None) -> None:
    """Let a list open with a view from now on, or (None) as it is."""
    connection.execute(default.delete().where(_opening(person, of)))
    if number is not None:
        connection.execute(default.insert().values(person_id=person, list=of, view_id=number))


def _opening(person: int, of: str) -> sa.ColumnElement[bool]:
    return sa.and_(default.c.person_id == person, default.c.list == of)


def _values(view: SavedView) -> dict[str, Any]:
    return {
        "name": view.name,
        "sharing": view.sharing.value,
        "group_id": view.group,
        "asked": as_json(view.asked),
    }


def _view(row: Any) -> SavedView:
    asked: Asked = of_json(row.asked)
    sharing = Sharing(row.sharing)
    return SavedView(row.id, row.list, row.name, row.person_id, sharing, row.group_id, asked)
