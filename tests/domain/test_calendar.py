"""Working time is counted in an organisation's hours, whatever the clocks do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.calendar import STANDARD, WHOLE_DAY, Calendar, NoWorkingTime

BERLIN = ZoneInfo("Europe/Berlin")
LUNCH = ((480, 720), (780, 1020))
GOOD_FRIDAY, STOCK_TAKING, BRIDGE_DAY = date(2026, 4, 3), date(2026, 3, 28), date(2026, 5, 15)
OFFICE = Calendar(
    "office",
    dict.fromkeys(range(5), LUNCH),
    BERLIN,
    {GOOD_FRIDAY: "Karfreitag"},
    {STOCK_TAKING: ((540, 780),), BRIDGE_DAY: ()},
)
AROUND = Calendar("around", dict.fromkeys(range(7), ((0, WHOLE_DAY),)), BERLIN)


def at(text: str, zone=BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


class TestWorkingTime:
    def test_stops_for_lunch_nights_and_weekends(self):
        friday = at("2026-03-06 11:00")

        assert OFFICE.after(friday, timedelta(hours=1)) == at("2026-03-06 12:00")
        assert OFFICE.after(friday, timedelta(hours=2)) == at("2026-03-06 14:00")
        assert OFFICE.after(friday, timedelta(hours=6)) == at("2026-03-09 09:00")

    def test_begins_when_the_office_opens(self):
        assert OFFICE.after(at("2026-03-07 10:00"), timedelta(hours=1)) == at("2026-03-09 09:00")

    def test_leaves_holidays_out(self):
        assert OFFICE.after(at("2026-04-02 16:30"), timedelta(hours=1)) == at("2026-04-06 08:30")

    def test_of_single_days_may_be_unlike_their_weekday(self):
        assert OFFICE.after(at("2026-03-27 16:30"), timedelta(hours=1)) == at("2026-03-28 09:30")
        assert OFFICE.after(at("2026-05-14 16:30"), timedelta(hours=1)) == at("2026-05-18 08:30")

    def test_is_as_long_as_it_is_when_the_clocks_change(self):
        # On 29 March the hour after two is missing: 24 hours later it is one hour later by the clock.
        assert AROUND.between(at("2026-03-28 12:00"), at("2026-03-29 12:00")) == timedelta(
            hours=23
        )
        assert AROUND.between(at("2026-10-24 12:00"), at("2026-10-25 12:00")) == timedelta(
            hours=25
        )

    def test_never_comes_where_nobody_works(self):
        with pytest.raises(NoWorkingTime, match="never comes to 1:00:00 of working time"):
            Calendar("never", {}).after(at("2026-03-02 09:00"), timedelta(hours=1))
        with pytest.raises(NoWorkingTime, match="never comes to 2 working days"):
            Calendar("never", {}).after_days(at("2026-03-02 09:00"), 2)


class TestWorkingDays:
    def test_are_counted_at_the_same_time_of_day(self):
        assert STANDARD.after_days(at("2026-03-06 10:00", UTC), 1) == at("2026-03-09 10:00", UTC)
        assert STANDARD.after_days(at("2026-03-02 10:00", UTC), 5) == at("2026-03-09 10:00", UTC)

    def test_begin_with_the_next_hours_where_that_time_is_outside_of_them(self):
        assert OFFICE.after_days(at("2026-03-02 12:30"), 1) == at("2026-03-03 13:00")
        assert OFFICE.after_days(at("2026-03-02 19:00"), 1) == at("2026-03-04 08:00")

    def test_leave_holidays_out(self):
        assert OFFICE.after_days(at("2026-04-02 10:00"), 1) == at("2026-04-06 10:00")


@given(
    since=st.integers(0, 380_000),
    minutes=st.integers(1, 3_000),
)
@settings(max_examples=25, deadline=None)
def test_it_is_the_time_that_counting_minute_by_minute_gives(since, minutes):
    begun = at("2026-03-01 00:00", UTC) + timedelta(minutes=since)

    end = OFFICE.after(begun, timedelta(minutes=minutes))

    assert end == counted(begun, minutes)
    assert OFFICE.between(begun, end) == timedelta(minutes=minutes)


def counted(moment: datetime, minutes: int) -> datetime:
    """The moment after so many minutes at work, counted one by one."""
    while minutes:
        local = moment.astimezone(BERLIN)
        match local.date():
            case day if day == STOCK_TAKING:
                works = 9 <= local.hour < 13
            case day if day in {GOOD_FRIDAY, BRIDGE_DAY} or day.weekday() > 4:
                works = False
            case _:
                works = 8 <= local.hour < 12 or 13 <= local.hour < 17
        if works:
            minutes -= 1
        moment += timedelta(minutes=1)
    return moment
