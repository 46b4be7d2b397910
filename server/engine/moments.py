"""The moment that an expression of time means where something waits, or is to be done."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from server.domain.values import Value


def moment_of(value: Value, since: datetime) -> datetime | None:
    """The moment itself, the beginning of a day, or when so much time is over; None of nothing."""
    match value:
        case datetime():
            return value
        case date():
            return datetime.combine(value, time(), UTC)
        case timedelta():
            return since + value
        case _:
            return None
