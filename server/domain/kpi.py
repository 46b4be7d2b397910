"""A KPI: what is measured over the records of an entity, period by period, and what is aimed at."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from server.domain.entity import Entity
from server.domain.expression.tree import Expression
from server.domain.values import DATE_TIME, Kind, RecordRef, Type, Value

CREATED_AT = "created_at"
"""The moment at which a record was entered: a name in the formulas of KPIs, besides the fields."""
PERCENT = "percent"
MICROSECONDS: Mapping[str, int] = {
    "minutes": 60_000_000,
    "hours": 3_600_000_000,
    "days": 86_400_000_000,
}
"""The units of durations."""
WHEN_KINDS = frozenset({Kind.DATE, Kind.DATE_TIME})
SPLIT_KINDS = frozenset({Kind.CHOICE, Kind.YES_NO, Kind.REF})
MEASURED_KINDS = frozenset({Kind.WHOLE_NUMBER, Kind.DURATION})


class Measure(enum.StrEnum):
    """What is made of the records of a period."""

    COUNT = "count"
    SHARE = "share"
    MEAN = "mean"
    MEDIAN = "median"
    P90 = "p90"


class Direction(enum.StrEnum):
    """Which values are better."""

    HIGHER = "higher"
    LOWER = "lower"


class Standing(enum.StrEnum):
    """How a value stands to what is aimed at."""

    MET = "met"
    NEAR = "near"
    MISSED = "missed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Given:
    """A record of a test: its values, the records its references mean, and those that refer to it."""

    values: Mapping[str, Value]
    refs: Mapping[str, Given]
    backs: Mapping[str, tuple[Given, ...]]


@dataclass(frozen=True, slots=True)
class Sample:
    """Records, and what has to come out of those that fall into `month` (its first day); all without.

    `expect` None: nothing can be said. `parts` are what has to come out by the first field of `by`.
    """

    given: tuple[Given, ...]
    expect: Fraction | None
    month: date | None = None
    parts: Mapping[str, Fraction | None] | None = None


@dataclass(frozen=True, slots=True)
class Kpi:
    """`when` is the field that says into which period a record falls; without a value it is in none.

    Of those, the records for which `where` holds count. `of` is the condition of a share, or the
    value of which mean, median or 90th percentile are taken; records without one are left out.
    `target` and `warning` are in `unit`. `fields` are all fields that are read, by entity.
    """

    key: str
    title: str
    purpose: str
    about: str
    when: str
    measure: Measure
    unit: str
    direction: Direction
    target: Fraction
    where: Expression | None = None
    of: Expression | None = None
    by: tuple[str, ...] = ()
    warning: Fraction | None = None
    instruction: str = ""
    tests: tuple[Sample, ...] = ()
    fields: Mapping[str, frozenset[str]] | None = None

    def standing(self, value: Fraction | None) -> Standing:
        if value is None:
            return Standing.UNKNOWN
        if self._reaches(value, self.target):
            return Standing.MET
        if self.warning is not None and self._reaches(value, self.warning):
            return Standing.NEAR
        return Standing.MISSED

    def _reaches(self, value: Fraction, aim: Fraction) -> bool:
        return value >= aim if self.direction is Direction.HIGHER else value <= aim


@dataclass(frozen=True, slots=True)
class Tally:
    """What was counted: `records` in all, and of the `chosen` among them the `total`.

    Chosen are all of a mean and a share, the middle one or two of a median, one of a percentile.
    The total is in microseconds where durations are measured; of a share it is how many have it.
    """

    records: int = 0
    chosen: int = 0
    total: int = 0


def ranks(measure: Measure, records: int) -> tuple[int, ...]:
    """Which of so many values in order, from 0 on, a median or percentile is taken from.

    The 90th percentile is the least value that nine tenths of all do not exceed.
    """
    if not records:
        return ()
    if measure is Measure.MEDIAN:
        return tuple(sorted({(records - 1) // 2, records // 2}))
    return ((9 * records + 9) // 10 - 1,)


def tallied(measure: Measure, values: Sequence[int]) -> Tally:
    """The tally of whole numbers, of microseconds, or (for a share) of ones and zeros."""
    records = len(values)
    if measure is Measure.COUNT:
        return Tally(records, records, records)
    if measure in {Measure.MEDIAN, Measure.P90}:
        ordered = sorted(values)
        chosen = [ordered[rank] for rank in ranks(measure, records)]
        return Tally(records, len(chosen), sum(chosen))
    return Tally(records, records, sum(values))


def value_of(kpi: Kpi, tally: Tally) -> Fraction | None:
    """The value in the unit of the KPI; None where there is nothing to divide by."""
    if kpi.measure is Measure.COUNT:
        return Fraction(tally.records)
    if not tally.chosen:
        return None
    found = Fraction(tally.total, tally.chosen)
    if kpi.measure is Measure.SHARE:
        return found * 100
    return found / MICROSECONDS.get(kpi.unit, 1)


def names_of(entity: Entity) -> Mapping[str, Type]:
    """What formulas over records of the entity may call by name."""
    return {key: field.type for key, field in entity.fields.items()} | {CREATED_AT: DATE_TIME}


def optional_of(entity: Entity) -> frozenset[str]:
    """Those of the names that may stand for nothing."""
    certain = {key for key, field in entity.fields.items() if field.required}
    certain |= {"status"} if entity.statuses else set()
    lists = {key for key, field in entity.fields.items() if not field.is_stored}
    return frozenset(entity.fields.keys() - certain - lists)


def day_of(when: Value) -> date | datetime | None:
    """What `when` reads, as far as it says a time at all."""
    return when if isinstance(when, date) else None


def part_key(value: Value) -> str:
    """How a part of a split is called in tests and addresses; empty for those without a value."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case RecordRef():
            return str(value.id)
        case _:
            return str(value)


def fields_of(
    entities: Mapping[str, Entity], about: str, read: Iterable[tuple[str, str]]
) -> Mapping[str, frozenset[str]]:
    """Pairs of entity and field, gathered by entity; `about` is there in any case."""
    found: dict[str, set[str]] = {about: set()}
    for entity, field in read:
        if entity in entities and field in entities[entity].fields:
            found.setdefault(entity, set()).add(field)
    return {entity: frozenset(fields) for entity, fields in found.items()}
