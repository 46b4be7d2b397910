"""A calendar: when an organisation works. Working time is counted in its hours only.

Days are those of the calendar's zone. Counting goes by instants, so a day on which the clocks
change has the hours that it really has; hours that begin or end in the hour that comes twice mean
the first of the two. Source: execution, *Time and people*.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, tzinfo

Hours = tuple[tuple[int, int], ...]
"""The stretches of one day, in order: minutes since its midnight, 1440 for the midnight after."""
WHOLE_DAY = 1440
WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST_SEARCH = 3_660
"""Days that are looked through for working time; a calendar without any has none for ten years."""


class NoWorkingTime(Exception):  # noqa: N818  what a calendar says, told to its author
    """The calendar has not enough working time in ten years. The text is a sentence."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """`week` maps weekdays (Monday is 0) to their hours; on `holidays`, which have names, nobody works.

    `days` gives single days hours of their own, whatever weekday or holiday they are.
    """

    key: str
    week: Mapping[int, Hours]
    zone: tzinfo = UTC
    holidays: Mapping[date, str] = field(default_factory=dict)
    days: Mapping[date, Hours] = field(default_factory=dict)
    title: str = ""
    purpose: str = ""

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
            left -= bool(self.hours(day))
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

    def hours(self, day: date) -> Hours:
        """When somebody works on that day; nothing on a day off."""
        if day in self.days:
            return self.days[day]
        return () if day in self.holidays else self.week.get(day.weekday(), ())

    def special_days(self, since: date, until: date) -> Iterator[tuple[date, str]]:
        """Days between the two (both included) that are unlike their weekday, with why."""
        for day in sorted({*self.holidays, *self.days}):
            if since <= day <= until:
                yield day, self.holidays.get(day, "")

    def _stretches(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Working time from `start` on, in UTC, for ten years."""
        now = start.astimezone(UTC)
        day = start.astimezone(self.zone).date()
        for _ in range(LONGEST_SEARCH):
            for begins, ends in self.hours(day):
                first, last = self._instant(day, begins), self._instant(day, ends)
                if last > now:
                    yield max(first, now), last
            day += timedelta(days=1)

    def _instant(self, day: date, minutes: int) -> datetime:
        days, minute = divmod(minutes, WHOLE_DAY)
        at = time(minute // 60, minute % 60)
        return datetime.combine(day + timedelta(days=days), at, self.zone).astimezone(UTC)


def as_written(hours: Hours) -> str:
    """Such as 8:00-12:00, 13:00-17:00; closed on a day off."""
    stretches = ("-".join(f"{at // 60}:{at % 60:02}" for at in stretch) for stretch in hours)
    return ", ".join(stretches) or "closed"


OFFICE_HOURS: Hours = ((8 * 60, 17 * 60),)
STANDARD = Calendar("standard", dict.fromkeys(range(5), OFFICE_HOURS))
"""Where a model names no calendar: Monday to Friday from eight to five, in UTC, without holidays."""
