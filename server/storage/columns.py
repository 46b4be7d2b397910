"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.types import TypeDecorator

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
"""A key that the database counts up; on SQLite it must be INTEGER to be the row's own id."""

Json = sa.JSON(none_as_null=True).with_variant(
    postgresql.JSONB(none_as_null=True),
    "postgresql",
)


class Moment(TypeDecorator[datetime]):
    """An aware UTC `datetime`: timestamptz on PostgreSQL, UTC without zone on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: sa.Dialect) -> Callable[[datetime | None], Any]:
        return _written if dialect.name == "sqlite" else _in_utc

    def result_processor(self, dialect: sa.Dialect, coltype: Any) -> Callable[[Any], Any]:
        del coltype
        return _read if dialect.name == "sqlite" else _in_utc


def _in_utc(value: datetime | None) -> datetime | None:
    return None if value is None else value.astimezone(UTC)


def _written(value: datetime | None) -> str | None:
    """As SQLite keeps it, in order as text."""
    if value is None:
        return None
    return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def _read(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)


class Exact(TypeDecorator[Decimal]):
    """A `Decimal`: numeric on PostgreSQL, text on SQLite, which would make it a float."""

    impl = sa.Numeric(38, 12)
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> Any:
        sqlite = dialect.name == "sqlite"
        return dialect.type_descriptor(sa.String(60) if sqlite else sa.Numeric(38, 12))

    def process_bind_param(self, value: Decimal | None, dialect: sa.Dialect) -> Any:
        return format(value, "f") if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> Decimal | None:
        del dialect
        return None if value is None else Decimal(value).normalize() + 0


class Share(TypeDecorator[Fraction]):
    """A `Fraction`, kept as text such as `2/3`."""

    impl = sa.String(60)
    cache_ok = True

    def process_bind_param(self, value: Fraction | None, dialect: sa.Dialect) -> str | None:
        del dialect
        return None if value is None else f"{value.numerator}/{value.denominator}"

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> Fraction | None:
        del dialect
        return None if value is None else Fraction(value)


class Span(TypeDecorator[timedelta]):
    """A `timedelta`, kept as whole microseconds: exact, and in order."""

    impl = sa.BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: sa.Dialect) -> int | None:
        del dialect
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: sa.Dialect) -> timedelta | None:
        del dialect
        return None if value is None else timedelta(microseconds=value)
