"""A calendar: when an organisation works. Working time is counted in its hours only.

Days are those of the calendar's zone. Counting goes by instants, so a day on which the clocks
change has the hours that it really has. Source: execution, *Time and people*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Hours = tuple[tuple[time, time], ...]
"""The stretches of one day, in order, none reaching past midnight."""
LONGEST_SEARCH = 3_660
"""Days that are looked through for working time; a calendar without any has none for ten years."""


class NoWorkingTime(Exception):  # noqa: N818  what a calendar says, told to its author
    """The calendar has not enough working time in ten years. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week` maps weekdays (Monday is 0) to their hours; on `holidays` nobody works."""

    key: str
    week: Mapping[int, Hours]
    zone: tzinfo = UTC
    holidays: frozenset[date] = field(default_factory=frozenset)

    def after(self, start: datetime, amount: timedelta) -> datetime:
        """The moment at which this much working time has passed since `start`.

        Raises:
            NoWorkingTime: it never has.
        """
        left = amount
        for begins, ends in self._stretches(start):
            if ends - begins >= left:
                return begins + left
            left -= ends - begins
        raise NoWorkingTime(f"Calendar '{self.key}' never comes to {amount} of working time.")

    def after_days(self, start: datetime, count: int) -> datetime:
        """The same time of day, `count` working days later; outside of hours, the next begin.

        Raises:
            NoWorkingTime: there are not so many.
        """
        local = start.astimezone(self.zone)
        day, left = local.date(), count
        for _ in range(LONGEST_SEARCH):
            day += timedelta(days=1)
            left -= self._is_working_day(day)
            if left <= 0:
                there = datetime.combine(day, local.timetz().replace(tzinfo=None), self.zone)
                return self.after(there.astimezone(UTC), timedelta())
        raise NoWorkingTime(f"Calendar '{self.key}' never comes to {count} working days.")

    def between(self, start: datetime, end: datetime) -> timedelta:
        """The working time from one moment to a later one."""
        total = timedelta()
        for begins, ends in self._stretches(start):
            if begins >= end:
                break
            total += min(ends, end) - begins
        return total

    def _is_working_day(self, day: date) -> bool:
        return day not in self.holidays and bool(self.week.get(day.weekday()))

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from `start` on, in UTC, for ten years."""
        now = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        for _ in range(LONGEST_SEARCH):
            hours = self.week.get(day.weekday(), ()) if self._is_working_day(day) else ()
            for begins, ends in hours:
                first, last = self._instant(day, begins), self._instant(day, ends)
                if last > now:
                    yield max(first, now), last
            day += timedelta(days=1)

    def _instant(self, day: date, at: time) -> datetime:
        return datetime.combine(day, at, self.zone).astimezone(UTC)


OFFICE_HOURS: Hours = ((time(8), time(17)),)
STANDARD = Calendar("standard", dict.fromkeys(range(5), OFFICE_HOURS))
"""Monday to Friday from eight to five, in UTC, without holidays."""
