"""Periods that recur: which one a moment lies in, and where it begins and ends. In UTC.

Hours, days and weeks are counted from the first Monday of 1970, months, quarters and years from the
year 0, so that every server counts the same ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from server.domain.beginning import Every, Period
from server.domain.values import Value

_FIRST_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)
_LENGTH = {
    Period.HOUR: timedelta(hours=1),
    Period.DAY: timedelta(days=1),
    Period.WEEK: timedelta(weeks=1),
}
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}
_FRIDAY = 4


@dataclass(frozen=True, slots=True)
class Window:
    """One period: from its first moment on, until before the first moment of the next."""

    begins: datetime
    ends: datetime

    def names(self) -> Mapping[str, Value]:
        """What `period` has in expressions: moments, and the first and last day."""
        last = self.ends - timedelta(microseconds=1)
        return {
            "from": self.begins,
            "until": self.ends,
            "first_day": self.begins.date(),
            "last_day": last.date(),
        }


def last_over(every: Every, at: datetime) -> Window:
    """The newest period that is over at this moment; it is the one that a run begins for."""
    begins = _begin(every, at)
    return Window(_begin(every, begins - timedelta(microseconds=1)), begins)


def _begin(every: Every, at: datetime) -> datetime:
    """When the period began that this moment lies in."""
    if every.unit in _MONTHS:
        months = _MONTHS[every.unit] * every.count
        counted = (at.year * 12 + at.month - 1) // months * months
        return datetime(max(counted // 12, 1), counted % 12 + 1, 1, tzinfo=UTC)
    if every.unit is Period.WORKING_DAY:
        return _working_day(every.count, at)
    length = _LENGTH[every.unit] * every.count
    return _FIRST_MONDAY + (at - _FIRST_MONDAY) // length * length


def _working_day(count: int, at: datetime) -> datetime:
    """Working days are Mondays to Fridays; a weekend belongs to the Friday before it."""
    days = (at - _FIRST_MONDAY) // timedelta(days=1)
    weeks, day = divmod(days, 7)
    number = (weeks * 5 + min(day, _FRIDAY)) // count * count
    weeks, day = divmod(number, 5)
    return _FIRST_MONDAY + timedelta(days=weeks * 7 + day)
