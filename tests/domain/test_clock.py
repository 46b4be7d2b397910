"""Where a clock stands follows from what happened to it, to the minute, whatever clocks and calendars do."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.domain.calendar import STANDARD, WHOLE_DAY, Calendar
from server.domain.clock import (
    Act,
    Clock,
    Entry,
    Ledger,
    Stand,
    Standing,
    State,
    clock,
    written,
)

BERLIN = ZoneInfo("Europe/Berlin")
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
OFFICE = Calendar(
    "office",
    dict.fromkeys(range(5), ((480, 720), (780, 1020))) | {5: ((1200, WHOLE_DAY),), 6: ((0, 200),)},
    BERLIN,
    {date(2026, 3, 27): "Founder's day"},
    {date(2026, 3, 26): (), date(2026, 3, 30): ((600, 840), (900, WHOLE_DAY))},
)
AROUND = Calendar("around", dict.fromkeys(range(7), ((0, WHOLE_DAY),)), BERLIN)


def at(text: str) -> datetime:
    """A moment of the first week of March 2026, such as Mon 09:00, or a day with its time."""
    days = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
    day, _, time = text.partition(" ")
    written_day = f"2026-03-0{2 + days.index(day)}" if day in days else day
    return datetime.fromisoformat(f"{written_day}T{time}").replace(tzinfo=UTC)


def a_ledger(*lines: str, goal: timedelta = 4 * HOUR) -> Ledger:
    """What happened, such as 'Mon 09:00 start', with one goal from the beginning."""
    acts = [Entry(at(line.rpartition(" ")[0]), Act(line.rpartition(" ")[2])) for line in lines]
    return [Entry(acts[0].at, Act.GOAL, goal), *acts]


def seen(ledger: Ledger, now: str, share: Fraction | None = None) -> Clock:
    found = clock(ledger, STANDARD, at(now), share)
    assert found is not None
    return found


class TestAClock:
    def test_counts_working_time_from_its_start(self):
        ledger = a_ledger("Fri 15:00 attach", "Fri 15:00 start")

        found = seen(ledger, "Fri 16:30")

        assert (found.state, found.elapsed) == (State.COUNTING, 1.5 * HOUR)
        assert found.remaining == 2.5 * HOUR
        assert found.due == at("2026-03-09 10:00")  # two hours on Friday, two on Monday
        assert found.missed_at is None

    def test_stands_still_until_it_is_started(self):
        found = seen(a_ledger("Mon 09:00 attach"), "Fri 16:00")

        assert (found.state, found.elapsed, found.due) == (State.ATTACHED, timedelta(), None)

    def test_stands_still_while_it_is_paused(self):
        ledger = a_ledger("Mon 09:00 start", "Mon 10:00 pause", "Tue 09:00 resume")

        paused, again = seen(ledger, "Mon 16:00"), seen(ledger, "Tue 10:00")

        assert (paused.state, paused.elapsed, paused.due) == (State.PAUSED, HOUR, None)
        assert paused.since == at("Mon 10:00")
        assert (again.state, again.elapsed, again.due) == (
            State.COUNTING,
            2 * HOUR,
            at("Tue 12:00"),
        )

    def test_is_met_when_it_is_done_in_time_even_at_the_last_moment(self):
        found = seen(a_ledger("Mon 09:00 start", "Mon 13:00 done"), "Fri 09:00")

        assert (found.state, found.elapsed, found.due) == (State.MET, 4 * HOUR, None)
        assert found.remaining == timedelta()

    def test_is_missed_the_moment_the_time_is_over_and_stays_so(self):
        ledger = a_ledger("Mon 09:00 start", "Mon 15:00 pause", "Tue 09:00 done")

        for now in ("Mon 13:01", "Mon 16:00", "Fri 09:00"):
            found = seen(ledger, now)
            assert (found.state, found.missed_at) == (State.MISSED, at("Mon 13:00"))
        assert seen(ledger, "Mon 13:00").state is State.COUNTING
        assert seen(ledger, "Mon 13:00").due == at("Mon 13:00")
        assert seen(ledger, "Fri 09:00").remaining == -2 * HOUR

    def test_is_missed_by_who_finishes_after_the_hour_it_was_due_on_a_day_off(self):
        ledger = a_ledger("Fri 13:00 start", "Sat 11:00 done")

        assert seen(ledger, "Sun 09:00").missed_at == at("Fri 17:00")

    def test_is_in_danger_from_its_share_on(self):
        ledger = a_ledger("Mon 09:00 start", "Mon 12:30 pause")

        assert seen(ledger, "Mon 11:59", Fraction(3, 4)).state is State.COUNTING
        assert seen(ledger, "Mon 12:00", Fraction(3, 4)).state is State.ENDANGERED
        assert seen(ledger, "Mon 12:45", Fraction(3, 4)).state is State.PAUSED
        assert seen(ledger, "Mon 12:00").state is State.COUNTING

    def test_goes_on_when_work_is_taken_up_again(self):
        ledger = a_ledger("Mon 09:00 start", "Mon 11:00 done", "Wed 09:00 resume")

        found = seen(ledger, "Wed 10:00")

        assert (found.state, found.elapsed) == (State.COUNTING, 3 * HOUR)
        assert found.due == at("Wed 11:00")

    def test_is_none_of_a_record_that_it_does_not_concern_any_more(self):
        ledger = a_ledger("Mon 09:00 start", "Mon 16:00 void")

        assert seen(ledger, "Mon 14:00").state is State.MISSED
        assert seen(ledger, "Mon 16:00").state is State.VOID

    def test_is_nowhere_before_it_is_attached_or_while_nothing_is_agreed(self):
        ledger = a_ledger("Mon 09:00 attach")

        assert clock(ledger, STANDARD, at("Mon 08:59")) is None
        assert clock(ledger[1:], STANDARD, at("Mon 10:00")) is None

    def test_is_never_due_where_nobody_works(self):
        found = clock(a_ledger("Mon 09:00 start"), Calendar("never", {}), at("Fri 09:00"))

        assert found is not None
        assert (found.state, found.due) == (State.COUNTING, None)


class TestAGoalThatChanges:
    LEDGER = (
        *a_ledger("Mon 09:00 start", "Mon 15:00 done"),
        Entry(at("Mon 16:00"), Act.GOAL, 8 * HOUR),
        Entry(at("Tue 09:00"), Act.GOAL, 2 * HOUR),
        Entry(at("Tue 10:00"), Act.GOAL, None),
    )

    def test_counts_for_all_that_has_been(self):
        first, second, third = (
            seen(self.LEDGER, now) for now in ("Mon 15:30", "Mon 16:00", "Tue 09:30")
        )

        assert (first.state, first.missed_at) == (State.MISSED, at("Mon 13:00"))
        assert (second.state, second.missed_at) == (State.MET, None)
        assert (third.state, third.missed_at) == (State.MISSED, at("Mon 11:00"))

    def test_may_be_none_any_more(self):
        assert clock(self.LEDGER, STANDARD, at("Tue 10:00")) is None


class TestALedger:
    def test_is_written_of_how_the_record_stood(self):
        stands = [
            ("Mon 09:00", Stand.ATTACHED, 1),
            ("Mon 10:00", Stand.COUNTING, 1),
            ("Mon 10:30", Stand.COUNTING, 2),
            ("Mon 11:00", Stand.PAUSED, 2),
            ("Mon 12:00", Stand.COUNTING, 2),
            ("Mon 13:00", Stand.DONE, 2),
            ("Mon 14:00", Stand.VOID, 2),
        ]

        ledger = list(
            written(Standing(at(when), stand, goal * HOUR) for when, stand, goal in stands)
        )

        assert [(entry.at, entry.act.value) for entry in ledger] == [
            (at("Mon 09:00"), "attach"),
            (at("Mon 09:00"), "goal"),
            (at("Mon 10:00"), "start"),
            (at("Mon 10:30"), "goal"),
            (at("Mon 11:00"), "pause"),
            (at("Mon 12:00"), "resume"),
            (at("Mon 13:00"), "done"),
            (at("Mon 14:00"), "void"),
        ]

    def test_has_what_was_last_of_one_moment_and_never_goes_back(self):
        stands = (
            Standing(at("Mon 09:00"), Stand.COUNTING, HOUR),
            Standing(at("Mon 10:00"), Stand.DONE, HOUR),
            Standing(at("Mon 10:00"), Stand.COUNTING, 2 * HOUR),
            Standing(at("Mon 09:59"), Stand.PAUSED, 2 * HOUR),
        )

        assert [(entry.at, entry.act) for entry in written(stands)] == [
            (at("Mon 09:00"), Act.START),
            (at("Mon 09:00"), Act.GOAL),
            (at("Mon 10:00"), Act.PAUSE),
            (at("Mon 10:00"), Act.GOAL),
        ]

    def test_of_nothing_is_empty(self):
        assert list(written(())) == []


# Thursday before the clocks change in Berlin, 2026-03-29 at two, to the Tuesday after; likewise in autumn.
BEGINNINGS = (datetime(2026, 3, 26, 6, tzinfo=UTC), datetime(2026, 10, 23, 6, tzinfo=UTC))
GOALS = (0, 45, 240, 600)
MINUTES = st.sampled_from((*GOALS, 1_440)) | st.integers(0, 1_800)
"""Often as long as a goal: whether it is met at its last moment is easily got wrong."""
STEPS = st.lists(
    st.tuples(MINUTES, st.sampled_from(Stand), st.sampled_from((None, *GOALS))),
    min_size=1,
    max_size=6,
)


@pytest.mark.parametrize("calendar", [OFFICE, AROUND], ids=["office", "around"])
@given(steps=STEPS, begins=st.sampled_from(BEGINNINGS), later=MINUTES)
@settings(max_examples=40, deadline=None)
def test_it_stands_where_counting_minute_by_minute_comes_to(calendar, steps, begins, later):
    standings = []
    now = begins
    for minutes, stand, goal in steps:
        now += minutes * MINUTE
        standings.append(Standing(now, stand, None if goal is None else goal * MINUTE))
    now += later * MINUTE

    found = clock(list(written(standings)), calendar, now, Fraction(2, 3))

    assert found == by_the_minute(standings, calendar, now, Fraction(2, 3))


def by_the_minute(standings, calendar, now, share) -> Clock | None:
    """The same clock, found by looking at each minute by itself and at what a wall clock shows."""
    standing = {item.at: item for item in standings}  # of one moment the last counts
    goal = standings[-1].goal
    if goal is None:
        return None
    elapsed, missed_at, reached = timedelta(), None, None
    stand, since = None, None
    minute = standings[0].at
    while True:
        if minute in standing and standing[minute].stand is not stand:
            stand, since, reached = standing[minute].stand, minute, None
        if minute == now:
            break
        if stand is Stand.COUNTING:
            if is_worked(calendar, minute) and reached is None and elapsed >= goal:
                reached = minute
            if reached is not None and missed_at is None:
                missed_at = reached  # it counts on beyond that moment
            elapsed += MINUTE * is_worked(calendar, minute)
            if elapsed == goal and reached is None and is_worked(calendar, minute):
                reached = minute + MINUTE
        minute += MINUTE
    due = missed_at
    if due is None and stand is Stand.COUNTING:
        due = reached or coming(calendar, now, goal - elapsed)
    is_endangered = (
        stand is Stand.COUNTING and elapsed >= goal * share.numerator / share.denominator
    )
    state = {
        Stand.ATTACHED: State.ATTACHED,
        Stand.COUNTING: State.ENDANGERED if is_endangered else State.COUNTING,
        Stand.PAUSED: State.PAUSED,
        Stand.DONE: State.MET,
        Stand.VOID: State.VOID,
    }[stand]
    if missed_at is not None and stand is not Stand.VOID:
        state = State.MISSED
    return Clock(state, stand, since, elapsed, goal, due, missed_at)


def is_worked(calendar: Calendar, minute: datetime) -> bool:
    local = minute.astimezone(calendar.zone)
    shown = local.hour * 60 + local.minute
    return any(begins <= shown < ends for begins, ends in calendar.hours(local.date()))


def coming(calendar: Calendar, minute: datetime, left: timedelta) -> datetime:
    """The end of the last minute that is left; of none, the next in which somebody works."""
    while left or not is_worked(calendar, minute):
        left -= MINUTE * is_worked(calendar, minute)
        minute += MINUTE
        if not left and is_worked(calendar, minute - MINUTE):
            break
    return minute
