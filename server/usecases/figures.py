"""What a KPI comes to over records that are given: its tests, played without a database.

It is the plain reading of a definition, one record after the other; `server.storage.measuring`
has the database do the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from server.domain.calendar import STANDARD, Calendar
from server.domain.entity import Entity
from server.domain.expression import evaluate
from server.domain.expression.numbers import ticks
from server.domain.kpi import CREATED_AT, Given, Kpi, Measure, Sample, part_key, tallied, value_of
from server.domain.values import RecordRef, Value
from server.loading import Diagnostic, Loaded
from server.loading.faults import kpi as faults

DAY_OF_TESTS = datetime(2026, 11, 2, 12, tzinfo=UTC)
"""When records of tests were entered that say nothing of it, and what `now` means in a test."""


@dataclass(slots=True)
class Held:
    """A world of the records that a test gives."""

    entities: Mapping[str, Entity]
    rows: dict[RecordRef, dict[str, Value]] = field(default_factory=dict)
    calendar: Calendar = STANDARD

    def put(self, entity: str, given: Given) -> RecordRef:
        record = RecordRef(entity, len(self.rows) + 1)
        row = self.rows[record] = {CREATED_AT: DAY_OF_TESTS, **given.values}
        fields = self.entities[entity].fields
        for name, item in fields.items():
            if not item.is_stored:
                row[name] = ()
        for name, inner in given.refs.items():
            row[name] = self.put(str(fields[name].type.entity), inner)
        for name, several in given.backs.items():
            other, back = fields[name].back or ("", "")
            found = tuple(self.put(other, inner) for inner in several)
            for member in found:
                self.rows[member][back] = record
            row[name] = found
        return record

    def field(self, record: RecordRef, name: str) -> Value:
        return self.rows[record].get(name)

    def all(self, entity: str) -> tuple[RecordRef, ...]:
        return tuple(record for record in self.rows if record.entity == entity)

    def holders(self, role: str, of: RecordRef | None) -> tuple[RecordRef, ...]:
        """Nobody: formulas over records ask no roles."""
        del role, of
        return ()


def figure(
    kpi: Kpi,
    records: Iterable[RecordRef],
    world: Held,
    now: datetime,
    within: tuple[date, date] | None = None,
) -> Fraction | None:
    """What the KPI comes to over records whose `when` is in a stretch: from, and before which."""
    values = [
        value
        for record in records
        if (value := counted(kpi, record, world, now, within)) is not None
    ]
    return value_of(kpi, tallied(kpi.measure, values))


def counted(
    kpi: Kpi,
    record: RecordRef,
    world: Held,
    now: datetime,
    within: tuple[date, date] | None = None,
) -> int | None:
    """What a record counts for, in microseconds where that is a duration; None: for nothing."""
    names = world.rows[record]
    when = names.get(kpi.when)
    if not isinstance(when, date) or (within is not None and not within[0] <= when < within[1]):
        return None
    if kpi.where is not None and not evaluate(kpi.where, names, world, now):
        return None
    if kpi.of is None:
        return 1
    value = evaluate(kpi.of, names, world, now)
    if kpi.measure is Measure.SHARE:
        return int(bool(value))
    return None if value is None else int(ticks(value))


def failing_figures(kpi: Kpi, entities: Mapping[str, Entity], loaded: Loaded) -> list[Diagnostic]:
    """The tests of a KPI in which it comes to something else."""
    found = []
    for index, sample in enumerate(kpi.tests):
        mark = loaded.mark("kpi", kpi.key, "tests", index)
        for expected, said in misfigured(kpi, entities, sample):
            found.append(faults.test_fails(mark, kpi.key, expected, said))
    return found


def misfigured(
    kpi: Kpi, entities: Mapping[str, Entity], sample: Sample
) -> Iterable[tuple[str, str]]:
    """What is expected, of the whole and of parts, and what comes out instead, in words."""
    world = Held(entities)
    records = [world.put(kpi.about, given) for given in sample.given]
    within = _month(kpi, entities, sample)
    now = DAY_OF_TESTS
    said = figure(kpi, records, world, now, within)
    if said != sample.expect:
        yield _words(sample.expect), _words(said)
    for part, expected in (sample.parts or {}).items():
        of_part = [record for record in records if part_key(world.rows[record][kpi.by[0]]) == part]
        said = figure(kpi, of_part, world, now, within)
        if said != expected:
            yield f"{_words(expected)} of {part}", _words(said)


def shown(kpi: Kpi, entities: Mapping[str, Entity]) -> frozenset[str]:
    """What the tests of a KPI show: of each condition, a record that meets it and one that does not."""
    found = set()
    for sample in kpi.tests:
        world = Held(entities)
        within = _month(kpi, entities, sample)
        for record in [world.put(kpi.about, given) for given in sample.given]:
            counts = counted(kpi, record, world, DAY_OF_TESTS, within)
            found.add(COUNTS if counts is not None else COUNTS_NOT)
            if counts is None and counted(kpi, record, world, DAY_OF_TESTS) is not None:
                found.add(OUTSIDE)
            if kpi.measure is Measure.SHARE and counts is not None:
                found.add(MEETS if counts else MEETS_NOT)
    return frozenset(found)


COUNTS, COUNTS_NOT = "a record that counts", "a record that does not count"
OUTSIDE = "a record of another month"
MEETS, MEETS_NOT = "one that meets of", "one that does not meet of"


def to_show(kpi: Kpi) -> tuple[str, ...]:
    """What tests of a KPI have to show."""
    share = (MEETS, MEETS_NOT) if kpi.measure is Measure.SHARE else ()
    return (COUNTS, COUNTS_NOT, OUTSIDE, *share)


def _month(kpi: Kpi, entities: Mapping[str, Entity], sample: Sample) -> tuple[date, date] | None:
    """The month of a test, in days or in moments, as `when` is one."""
    if sample.month is None:
        return None
    after = (sample.month + timedelta(days=31)).replace(day=1)
    item = entities[kpi.about].fields.get(kpi.when)
    if item is not None and item.type.kind == "date":
        return sample.month, after
    begins, ends = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (sample.month, after))
    return begins, ends


def _words(value: Fraction | None) -> str:
    return "nothing" if value is None else str(value)
