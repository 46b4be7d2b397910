"""Periods: which one is over at a moment, whatever its length."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from server.domain.beginning import Every, Period
from server.domain.recurring import last_over


def utc(*parts: int) -> datetime:
    year, month, day, *time = parts
    return datetime(year, month, day, *time, tzinfo=UTC)


MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MOMENTS = st.datetimes(
    datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)  # noqa: DTZ001
)  # fmt: skip


@pytest.mark.parametrize(
    ("count", "unit", "begins", "ends"),
    [
        (1, Period.HOUR, utc(2026, 3, 2, 8), utc(2026, 3, 2, 9)),
        (1, Period.DAY, utc(2026, 3, 1), utc(2026, 3, 2)),
        (1, Period.WORKING_DAY, utc(2026, 2, 27), utc(2026, 3, 2)),
        (1, Period.WEEK, utc(2026, 2, 23), utc(2026, 3, 2)),
        (1, Period.MONTH, utc(2026, 2, 1), utc(2026, 3, 1)),
        (2, Period.MONTH, utc(2026, 1, 1), utc(2026, 3, 1)),
        (1, Period.QUARTER, utc(2025, 10, 1), utc(2026, 1, 1)),
        (1, Period.YEAR, utc(2025, 1, 1), utc(2026, 1, 1)),
    ],
)
def test_the_period_that_is_over_on_a_monday_morning(count, unit, begins, ends) -> None:
    window = last_over(Every(count, unit), MONDAY)

    assert (window.begins, window.ends) == (begins, ends)


def test_a_period_has_moments_and_days() -> None:
    names = last_over(Every(1, Period.MONTH), MONDAY).names()

    assert names == {
        "from": datetime(2026, 2, 1, tzinfo=UTC),
        "until": datetime(2026, 3, 1, tzinfo=UTC),
        "first_day": date(2026, 2, 1),
        "last_day": date(2026, 2, 28),
    }


@given(st.sampled_from(Period), st.integers(1, 13), MOMENTS)
def test_periods_follow_each_other_without_a_gap(unit, count, at) -> None:
    every = Every(count, unit)

    window = last_over(every, at)
    before = last_over(every, window.ends - timedelta(microseconds=1))

    assert window.begins < window.ends <= at
    assert before.ends == window.begins
    assert last_over(every, window.ends) == window


@given(st.sampled_from(Period), st.integers(1, 13), MOMENTS, st.integers(0, 10**6))
def test_every_moment_of_a_period_knows_the_same_one_before_it(unit, count, at, share) -> None:
    every = Every(count, unit)
    over = last_over(every, at)

    inside = over.ends + (at - over.ends) // 10**6 * share

    assert last_over(every, inside) == over
