"""Periods of figures: today, this week, month or quarter, in somebody's zone, and those before."""

from __future__ import annotations

import enum
from datetime import UTC, date, datetime, time, timedelta, tzinfo

MOST = 24
"""Periods that are looked back over at once."""


class Span(enum.StrEnum):
    """How long a period is. A week begins on Monday."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


def begin_of(span: Span, day: date) -> date:
    """The first day of the period that a day lies in."""
    match span:
        case Span.DAY:
            return day
        case Span.WEEK:
            return day - timedelta(days=day.weekday())
        case Span.MONTH:
            return day.replace(day=1)
        case Span.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def days_of(span: Span, day: date, count: int) -> tuple[date, ...]:
    """The first days of `count` periods, that of `day` the last, and the day after all of them."""
    last = begin_of(span, day)
    found = [_next(span, last), last]
    while len(found) <= count:
        found.append(begin_of(span, found[-1] - timedelta(days=1)))
    return tuple(reversed(found))


def _next(span: Span, begin: date) -> date:
    longest = {Span.DAY: 1, Span.WEEK: 7, Span.MONTH: 31, Span.QUARTER: 93}[span]
    return begin_of(span, begin + timedelta(days=longest))


def moment_of(day: date, zone: tzinfo) -> datetime:
    """When a day begins there."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def called(span: Span, begin: date) -> str:
    """How a period is called: 27 Nov 2026, week 48 of 2026, November 2026, Q4 2026."""
    match span:
        case Span.DAY:
            return f"{begin.day} {begin:%b %Y}"
        case Span.WEEK:
            year, week, _ = begin.isocalendar()
            return f"week {week} of {year}"
        case Span.MONTH:
            return f"{begin:%B %Y}"
        case Span.QUARTER:
            return f"Q{(begin.month + 2) // 3} {begin.year}"
