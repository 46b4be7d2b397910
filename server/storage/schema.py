"""What tables there should be, what there are, and what was last applied.

The setting `schema` keeps what an apply made: a fingerprint, the version of the fixed tables, the
kind of each field (a database does not tell a choice from a share), and what has been retired.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from server.domain.entity import Entity, Field
from server.domain.values import Kind
from server.storage import settings, tables
from server.storage.models import Models
from server.storage.search.postgresql import WORDS

FIXED_VERSION = 11
"""Goes up with each change of the fixed tables, so that an older program notices."""
SCHEMA = "schema"
_DIALECT: sa.Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Applied:
    """What the database was last brought to. `kinds` maps `entity.field` to what was kept there."""

    fingerprint: str = ""
    version: int = 0
    kinds: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Existing:
    """A table as the database has it: columns by name, indexes by name, constraints' names."""

    columns: Mapping[str, Any]
    indexes: Mapping[str, tuple[tuple[str, ...], bool]]
    constraints: Mapping[str, str]


INSTALL_NEWER = "Install the newer version."


def newer(state: Applied) -> str:
    """What to say to a program that is older than the database."""
    return (
        f"A newer version of Procedura has changed this database: its tables are of version "
        f"{state.version}, and this program knows version {FIXED_VERSION}."
    )


def wanted(models: Models) -> Iterator[sa.Table]:
    """All tables that there should be, the fixed ones first."""
    yield from tables.metadata.tables.values()
    yield from models.tables.values()


def kind_of(item: Field) -> str:
    """What is kept in a field's column, in the language's words."""
    return f"ref {item.type.entity}" if item.type.kind is Kind.REF else item.type.kind.value


def kinds(entities: Mapping[str, Entity]) -> dict[str, str]:
    """`entity.field` -> its kind, of all fields that have a column."""
    return {
        f"{key}.{item.key}": kind_of(item)
        for key, entity in entities.items()
        for item in entity.columns
    }


def fingerprint(models: Models) -> str:
    """A hash of everything about the tables that the database must have."""
    described = {
        table.name: {
            "columns": {column.name: _described(column) for column in table.columns},
            "indexes": sorted(
                [*(str(item.name) for item in index.columns), str(index.unique)]
                for index in table.indexes
            ),
        }
        for table in wanted(models)
    }
    all_of_it = [FIXED_VERSION, kinds(models.entities), described, models.index.described]
    content = json.dumps(all_of_it, sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def _described(column: sa.Column[Any]) -> list[str]:
    kept_as = column.type.compile(dialect=_DIALECT)
    targets = sorted(str(key.target_fullname) for key in column.foreign_keys)
    return [str(kept_as), str(column.nullable), *targets]


def applied(connection: sa.Connection) -> Applied:
    """What was last applied; nothing in a database that is new."""
    if not sa.inspect(connection).has_table(tables.setting.name):
        return Applied()
    kept = settings.read(connection, SCHEMA)
    if kept is None:
        return Applied()
    return Applied(kept["fingerprint"], kept["version"], kept["kinds"], frozenset(kept["retired"]))


def keep(connection: sa.Connection, state: Applied) -> None:
    """Remember what has been applied."""
    settings.write(
        connection,
        SCHEMA,
        {
            "fingerprint": state.fingerprint,
            "version": state.version,
            "kinds": dict(state.kinds),
            "retired": sorted(state.retired),
        },
    )


def existing(connection: sa.Connection) -> dict[str, Existing]:
    """All tables that the database has."""
    inspector = sa.inspect(connection)
    return {name: _existing(inspector, name) for name in inspector.get_table_names()}


def _existing(inspector: sa.Inspector, name: str) -> Existing:
    unique = {str(item["name"]) for item in inspector.get_unique_constraints(name)}
    return Existing(
        {
            column["name"]: column
            for column in inspector.get_columns(name)
            if column["name"] != WORDS
        },
        {
            str(index["name"]): (
                tuple(str(column) for column in index["column_names"]),
                bool(index["unique"]),
            )
            for index in inspector.get_indexes(name)
            if str(index["name"]) not in unique
        },
        {
            str(key["constrained_columns"][0]): str(key["name"])
            for key in inspector.get_foreign_keys(name)
        },
    )
