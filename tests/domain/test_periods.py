"""Days, weeks, months and quarters, and how they are called."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.periods import MOST, Span, begin_of, called, days_of, moment_of

days = st.dates(date(1900, 1, 1), date(2200, 1, 1))


@pytest.mark.parametrize(
    ("span", "begins", "words"),
    [
        (Span.DAY, date(2026, 11, 27), "27 Nov 2026"),
        (Span.WEEK, date(2026, 11, 23), "week 48 of 2026"),
        (Span.MONTH, date(2026, 11, 1), "November 2026"),
        (Span.QUARTER, date(2026, 10, 1), "Q4 2026"),
    ],
)
def test_a_day_lies_in_periods_that_have_names(span, begins, words):
    assert begin_of(span, date(2026, 11, 27)) == begins
    assert called(span, begins) == words


@given(st.sampled_from(Span), days, st.integers(1, MOST))
def test_periods_follow_one_another_and_the_last_holds_the_day(span, day, count):
    found = days_of(span, day, count)

    assert len(found) == count + 1
    assert found[-2] <= day < found[-1]
    assert all(begin_of(span, begin) == begin for begin in found)
    assert list(found) == sorted(set(found))
    assert all(span is not Span.MONTH or begin.day == 1 for begin in found)


def test_a_day_begins_when_it_does_where_the_reader_is():
    assert moment_of(date(2026, 11, 27), ZoneInfo("Asia/Tokyo")) == datetime(
        2026, 11, 26, 15, tzinfo=UTC
    )
