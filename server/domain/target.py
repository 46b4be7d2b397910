"""A service target: what is promised about records of an entity, and when its clock counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from server.domain.clock import Clock, Ledger, Stand, Standing, State, written
from server.domain.decision import NoVerdict, Verdict
from server.domain.expression import Expression, evaluate, paths
from server.domain.expression.nowhere import NOWHERE
from server.domain.values import Value

Fields = Mapping[str, Value]
"""The fields of a record as they were at one time."""
Ask = Callable[[str, Mapping[str, Value]], Verdict]
"""Asks the decision with this key. Raises `NoVerdict`."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """The time is what a decision says: its `output`, for the inputs that `given` reads of the record."""

    decision: str
    given: Mapping[str, Expression]
    output: str


@dataclass(frozen=True, slots=True)
class Change:
    """In a test, the fields that a record gets at one moment; the first change makes the record."""

    at: datetime
    fields: Fields


@dataclass(frozen=True, slots=True)
class Seen:
    """In a test, what is expected of the clock at one moment; what is None is not looked at.

    `state` is None where there must be no clock.
    """

    at: datetime
    state: State | None
    elapsed: timedelta | None = None
    remaining: timedelta | None = None
    due: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """A test of a target: what happens to a record, and where its clock stands in between."""

    title: str
    changes: tuple[Change, ...]
    expect: tuple[Seen, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """Conditions read the fields of one record by their names, and nothing else.

    The clock counts while `counts_while` holds (None: always) and `pauses_while` does not; it is
    over when `done_when` holds, and for good where `for_good`; and there is none while `void_when`
    holds. `goal` is the working time of `calendar`, None for the calendar of the model.
    """

    key: str
    title: str
    entity: str
    done_when: Expression
    goal: timedelta | Agreed
    purpose: str = ""
    counts_while: Expression | None = None
    pauses_while: Expression | None = None
    void_when: Expression | None = None
    for_good: bool = False
    calendar: str | None = None
    endangered_at: Fraction | None = None
    tests: tuple[History, ...] = ()

    def conditions(self) -> Iterator[Expression]:
        """All that is there, what stops the clock first."""
        for item in (self.void_when, self.done_when, self.pauses_while, self.counts_while):
            if item is not None:
                yield item

    @property
    def reads(self) -> frozenset[str]:
        """The fields on which the clock depends."""
        given = self.goal.given.values() if isinstance(self.goal, Agreed) else ()
        return frozenset(
            path.parts[0] for item in (*self.conditions(), *given) for path in paths(item)
        )

    def stand(self, fields: Fields, now: datetime) -> Stand:
        """What a record with these fields makes of its clock, whatever was before."""
        if self.void_when is not None and _holds(self.void_when, fields, now):
            return Stand.VOID
        if _holds(self.done_when, fields, now):
            return Stand.DONE
        if self.pauses_while is not None and _holds(self.pauses_while, fields, now):
            return Stand.PAUSED
        if self.counts_while is None or _holds(self.counts_while, fields, now):
            return Stand.COUNTING
        return Stand.ATTACHED

    def standing_still(self, fields: Fields, now: datetime) -> tuple[str, ...]:
        """The fields for which a clock with these stands still, in order; none while it counts."""
        if self.stand(fields, now) not in {Stand.PAUSED, Stand.ATTACHED}:
            return ()
        reason = self.pauses_while
        if reason is None or not _holds(reason, fields, now):
            reason = self.counts_while
        assert reason is not None, "without conditions a clock counts"
        return tuple(dict.fromkeys(path.parts[0] for path in paths(reason)))


def ledger(target: Target, versions: Iterable[tuple[datetime, Fields]], ask: Ask) -> Ledger:
    """What happened to the clock of a record that has had these fields, the earliest first."""
    return list(written(_standings(target, versions, ask)))


def _standings(
    target: Target, versions: Iterable[tuple[datetime, Fields]], ask: Ask
) -> Iterator[Standing]:
    started = over = False
    agreed: dict[tuple[Value, ...], timedelta | None] = {}
    for at, fields in versions:
        stand = Stand.DONE if over else target.stand(fields, at)
        over = target.for_good and stand is Stand.DONE
        if started and stand is Stand.ATTACHED:
            stand = Stand.PAUSED  # it has begun, and has to wait
        started = started or stand is Stand.COUNTING
        yield Standing(at, stand, _goal(target, fields, at, ask, agreed))


def _goal(
    target: Target,
    fields: Fields,
    at: datetime,
    ask: Ask,
    agreed: dict[tuple[Value, ...], timedelta | None],
) -> timedelta | None:
    """The time that is agreed for a record with these fields; None where nothing is."""
    if isinstance(target.goal, timedelta):
        return target.goal
    given = {name: evaluate(item, fields, NOWHERE, at) for name, item in target.goal.given.items()}
    inputs = tuple(given.values())
    if inputs not in agreed:
        try:
            found = ask(target.goal.decision, given).output.get(target.goal.output)
        except NoVerdict:
            found = None
        assert found is None or isinstance(found, timedelta), "the output is a duration"
        agreed[inputs] = found
    return agreed[inputs]


def _holds(condition: Expression, fields: Fields, now: datetime) -> bool:
    return evaluate(condition, fields, NOWHERE, now) is True


def worst_first(clocks: Iterable[tuple[Target, Clock]]) -> Sequence[tuple[Target, Clock]]:
    """Clocks in the order of concern: missed, in danger, counting, and then what rests."""
    return sorted(clocks, key=lambda item: _concern(item[1]))


def _concern(clock: Clock) -> tuple[int, bool, timedelta]:
    return _CONCERN[clock.state], not clock.is_counting, clock.remaining


_CONCERN = {
    state: place
    for place, state in enumerate(
        (
            State.MISSED,
            State.ENDANGERED,
            State.COUNTING,
            State.PAUSED,
            State.ATTACHED,
            State.MET,
            State.VOID,
        )
    )
}
