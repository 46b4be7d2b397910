"""Keys of commands: a caller's own name for a command, kept with what was answered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.storage.prepared import Prepared
from server.storage.tables import command

_RESERVE = {
    kind.__name__.rsplit(".", 1)[-1]: Prepared(
        kind.insert(command)
        .values({item.name: sa.bindparam(item.name) for item in command.c})
        .on_conflict_do_nothing()
        .returning(command.c.key)
    )
    for kind in (sqlite, postgresql)
}
_ANSWER = Prepared(
    command.update()
    .where(command.c.key == sa.bindparam("of_key"))
    .values(answer=sa.bindparam("answer"))
)
_FIND = Prepared(
    sa.select(command.c.request, command.c.answer).where(command.c.key == sa.bindparam("of_key"))
)


@dataclass(frozen=True, slots=True)
class Answered:
    """A command that was carried out under a key: a digest of what was asked, and the answer."""

    request: str
    answer: Any


def reserve(connection: sa.Connection, key: str, request: str, at: datetime) -> Answered | None:
    """Take a key for this transaction; what was answered under it, if it was used before.

    Who finds the key taken by a transaction under way waits until that has ended.
    """
    values = {"key": key, "request": request, "answer": [], "at": at}
    if _RESERVE[connection.dialect.name].first(connection, values) is not None:
        return None
    row = _FIND.first(connection, {"of_key": key})
    assert row is not None
    return Answered(row.request, row.answer)


def answer(connection: sa.Connection, key: str, said: Any) -> None:
    """Keep what is answered under a key that this transaction has taken."""
    _ANSWER.changed(connection, {"of_key": key, "answer": said})
