"""The clock of a service target: how much of the agreed time is used, until when, met or missed.

A clock has no state of its own. What happened is a ledger; where the clock stands is reckoned from
it anew each time, so a goal, a calendar or a holiday that changes counts for all that has been.
Source: execution, *Time and people*.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from server.domain.calendar import Calendar, NoWorkingTime


class Stand(enum.StrEnum):
    """What a record makes of its clock at one time."""

    ATTACHED = "attached"
    COUNTING = "counting"
    PAUSED = "paused"
    DONE = "done"
    VOID = "void"


class Act(enum.StrEnum):
    """What a line of a ledger says. Work that is taken up again after its end resumes."""

    ATTACH = "attach"
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    DONE = "done"
    VOID = "void"
    GOAL = "goal"


class State(enum.StrEnum):
    """Where a clock stands. Once missed it stays so, be it done, paused or still counting."""

    ATTACHED = "attached"
    COUNTING = "counting"
    ENDANGERED = "endangered"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    VOID = "void"


_STANDS = {
    Act.ATTACH: Stand.ATTACHED,
    Act.START: Stand.COUNTING,
    Act.RESUME: Stand.COUNTING,
    Act.PAUSE: Stand.PAUSED,
    Act.DONE: Stand.DONE,
    Act.VOID: Stand.VOID,
}
_STATES = {
    Stand.ATTACHED: State.ATTACHED,
    Stand.COUNTING: State.COUNTING,
    Stand.PAUSED: State.PAUSED,
    Stand.DONE: State.MET,
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a ledger. `goal` is the time agreed from then on, of a line that says so."""

    at: datetime
    act: Act
    goal: timedelta | None = None


Ledger = Sequence[Entry]
"""What happened to a clock, the earliest first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """From `at` on, the record has its clock stand so; `goal` is the time agreed, None for none."""

    at: datetime
    stand: Stand
    goal: timedelta | None


@dataclass(frozen=True, slots=True)
class Clock:
    """A clock at one moment. Times are working time of its calendar.

    `elapsed` is what was used of `goal`, `remaining` what is left, below zero once missed. `since`
    is when it came to stand as it does. `due` is when a clock that counts will be, or was, missed;
    None while it stands still.
    """

    state: State
    stand: Stand
    since: datetime
    elapsed: timedelta
    goal: timedelta
    due: datetime | None
    missed_at: datetime | None

    @property
    def remaining(self) -> timedelta:
        return self.goal - self.elapsed

    @property
    def is_counting(self) -> bool:
        return self.stand is Stand.COUNTING


def written(standings: Iterable[Standing]) -> Iterator[Entry]:
    """The ledger of how a record had its clock stand, in order; of one moment the last counts."""
    stand: Stand | None = None
    goal: timedelta | None = None
    started = False
    for item in _settled(standings):
        if item.stand is not stand:
            stand = item.stand
            yield Entry(item.at, _act(stand, started=started))
            started = started or stand is Stand.COUNTING
        if item.goal != goal:
            goal = item.goal
            yield Entry(item.at, Act.GOAL, goal)


def clock(
    ledger: Ledger, calendar: Calendar, now: datetime, endangered_at: Fraction | None = None
) -> Clock | None:
    """Where the clock stands at that moment; None before it is attached, and without a goal.

    `endangered_at` is the share of the goal from which a clock that counts is in danger.
    """
    past = [entry for entry in ledger if entry.at <= now]
    stands = [(entry.at, _STANDS[entry.act]) for entry in past if entry.act is not Act.GOAL]
    goal = next((entry.goal for entry in reversed(past) if entry.act is Act.GOAL), None)
    if not stands or goal is None:
        return None
    elapsed = timedelta()
    missed_at: datetime | None = None
    due: datetime | None = None
    ends = [*(at for at, _ in stands[1:]), now]
    for (begins, stand), end in zip(stands, ends, strict=True):
        due = missed_at
        if stand is Stand.COUNTING:
            if missed_at is None:
                due = _after(calendar, begins, goal - elapsed)
                missed_at = due if due is not None and due < end else None
            elapsed += calendar.between(begins, end)
    since, stand = stands[-1]
    state = _state(stand, elapsed, goal, endangered_at, is_missed=missed_at is not None)
    return Clock(state, stand, since, elapsed, goal, due, missed_at)


def _state(
    stand: Stand,
    elapsed: timedelta,
    goal: timedelta,
    endangered_at: Fraction | None,
    *,
    is_missed: bool,
) -> State:
    if stand is Stand.VOID:
        return State.VOID
    if is_missed:
        return State.MISSED
    if stand is Stand.COUNTING and endangered_at is not None:
        share = elapsed * endangered_at.denominator >= goal * endangered_at.numerator
        return State.ENDANGERED if share else State.COUNTING
    return _STATES[stand]


def _settled(standings: Iterable[Standing]) -> Iterator[Standing]:
    """The last of each moment. Clocks of servers differ; none goes back behind what was written."""
    waiting: Standing | None = None
    for item in standings:
        if waiting is not None and item.at <= waiting.at:
            waiting = Standing(waiting.at, item.stand, item.goal)
            continue
        if waiting is not None:
            yield waiting
        waiting = item
    if waiting is not None:
        yield waiting


def _act(stand: Stand, *, started: bool) -> Act:
    if stand is Stand.COUNTING:
        return Act.RESUME if started else Act.START
    return {
        Stand.ATTACHED: Act.ATTACH,
        Stand.PAUSED: Act.PAUSE,
        Stand.DONE: Act.DONE,
        Stand.VOID: Act.VOID,
    }[stand]


def _after(calendar: Calendar, start: datetime, amount: timedelta) -> datetime | None:
    """When so much working time has passed; None where there never is so much."""
    try:
        return calendar.after(start, amount)
    except NoWorkingTime:
        return None
