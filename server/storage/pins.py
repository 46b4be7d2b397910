"""What runs and verdicts are pinned to: content as it was at one moment, kept by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from server.storage.tables import definition

# What a connection has kept in its open transaction: there for nobody else before it commits.
_kept_here: WeakKeyDictionary[sa.Connection, set[str]] = WeakKeyDictionary()


def keep(
    connection: sa.Connection,
    digest: str,
    name: str,
    bundle: Mapping[str, Any],
    at: datetime,
) -> None:
    """Keep a bundle, unless it is kept already."""
    _kept_here.setdefault(connection, set()).add(digest)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    connection.execute(
        dialect.insert(definition)
        .values(hash=digest, name=name, bundle=dict(bundle), kept_at=at)
        .on_conflict_do_nothing()
    )


def is_kept(connection: sa.Connection, digest: str) -> bool:
    """Whether something is kept under a hash for good: by a transaction that has committed."""
    if digest in _kept_here.get(connection, ()):
        return False
    statement = sa.select(definition.c.hash).where(definition.c.hash == digest)
    return connection.scalar(statement) is not None


def bundle(connection: sa.Connection, digest: str) -> Mapping[str, Any] | None:
    """The content kept under a hash."""
    statement = sa.select(definition.c.bundle).where(definition.c.hash == digest)
    return connection.scalar(statement)


def digests(connection: sa.Connection) -> tuple[str, ...]:
    """The hashes of all that is kept."""
    return tuple(connection.scalars(sa.select(definition.c.hash).order_by(definition.c.kept_at)))
