"""Use cases about KPIs: figures of today and of the periods before, split, and the records behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal
from fractions import Fraction
from math import floor

import sqlalchemy as sa

from server.domain.actor import Actor
from server.domain.expression.spelling import did_you_mean
from server.domain.kpi import CREATED_AT, PERCENT, Kpi, Standing, Tally, part_key, value_of
from server.domain.periods import Span, called, days_of, moment_of
from server.domain.refusals import Malformed, NotFound
from server.domain.role import Operation
from server.domain.values import Kind, RecordRef, Value
from server.domain.words import in_words
from server.storage import measuring
from server.storage.records import Records
from server.usecases.app import App
from server.usecases.refusing import not_allowed
from server.usecases.rights import Rights, rights_of

FIRST, LAST = date(1900, 1, 1), date(9000, 1, 1)
"""Days between which periods can be told."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A KPI in one period, or one part of it. `value` None: there is nothing to measure."""

    kpi: Kpi
    begins: date
    title: str
    records: int
    value: Fraction | None
    part: Value = None

    @property
    def standing(self) -> Standing:
        return self.kpi.standing(self.value)

    @property
    def text(self) -> str:
        return worded(self.kpi, self.value)

    @property
    def part_key(self) -> str:
        return part_key(self.part)


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody is told of a KPI. `kept_back` says why there is no figure; else it is empty.

    `figures` are the periods, the present one last; `parts` those of the present one by `by`.
    """

    kpi: Kpi
    span: Span
    kept_back: str = ""
    figures: tuple[Figure, ...] = ()
    by: str | None = None
    parts: tuple[Figure, ...] = ()

    @property
    def now(self) -> Figure | None:
        return self.figures[-1] if self.figures else None


def found(app: App, key: str) -> Kpi:
    """The KPI of this key.

    Raises:
        NotFound: there is none.
    """
    known = app.definitions.kpis
    if key not in known:
        raise NotFound(f"There is no KPI '{key[:80]}'.", hint=did_you_mean(key[:80], known))
    return known[key]


def all_of(
    app: App, actor: Actor, span: Span, zone: tzinfo, kpis: Sequence[Kpi] | None = None
) -> tuple[Told, ...]:
    """Each of the KPIs, or all, in the period that it is now; in the order of their processes."""
    wanted = tuple(in_order(app)) if kpis is None else kpis
    with app.database.read() as connection:
        rights = _rights(app, actor, connection)
        return tuple(_told(rights, connection, kpi, span, zone, 1, None, None) for kpi in wanted)


def one(
    app: App,
    actor: Actor,
    key: str,
    span: Span,
    zone: tzinfo,
    *,
    count: int = 1,
    by: str | None = None,
    day: date | None = None,
) -> Told:
    """A KPI over the last `count` periods until that of `day`, or now, and split in the last one.

    Raises:
        NotFound: there is no such KPI.
        Malformed: it is not split by that field, or the day lies too far away.
    """
    kpi = found(app, key)
    if by is not None and by not in kpi.by:
        raise Malformed(
            f"'{kpi.title}' is not split by '{by[:50]}'.", hint=did_you_mean(by[:50], kpi.by)
        )
    with app.database.read() as connection:
        rights = _rights(app, actor, connection)
        return _told(rights, connection, kpi, span, zone, count, by, day)


def in_order(app: App) -> Iterator[Kpi]:
    """All KPIs, as their processes name them; those that none names come last."""
    known = app.definitions.kpis
    named = [key for item in app.definitions.processes.values() for key in item.kpis]
    for key in dict.fromkeys([*named, *known]):
        yield known[key]


def kept_back(rights: Rights, kpi: Kpi) -> str:
    """Why somebody is not told the figure; empty where they are.

    A figure is over all records, and says something of each: so it is for those who may read all
    of them, and the fields that it is made of.
    """
    entities = rights.app.definitions.entities
    for entity, fields in (kpi.fields or {}).items():
        whole = rights.may(Operation.READ, entity)
        if not whole or rights.reach(Operation.READ, entity, fields) is not None:
            plural = in_words(entities[entity].plural)
            return (
                f"This figure is made of all {plural.lower()}, and your roles let you read only some "
                "of them, or not all that it is made of."
            )
    return ""


def behind(
    rights: Rights,
    kpi: Kpi,
    span: Span,
    zone: tzinfo,
    day: date,
    part: tuple[str, str] | None = None,
) -> sa.ColumnElement[bool]:
    """Holds of the records that make a figure.

    Raises:
        NotAllowed: they are not told the figure, and which records make it says as much.
        Malformed: it is not split so.
    """
    app = rights.app
    why = kept_back(rights, kpi)
    if why:
        raise not_allowed(rights.actor, f"the right to read all {kpi.about}", why)
    begins, ends = _moments(app, kpi, _days(span, day, 1), zone)
    condition = measuring.counts(app.models, kpi, begins, ends, app.now())
    if part is not None:
        condition = sa.and_(condition, _is_part(app, kpi, *part))
    return condition


def worded(kpi: Kpi, value: Fraction | None) -> str:
    """A value as people read it, in its unit: one digit after the point where it is not whole."""
    if value is None:
        return "—"
    number = f"{value.numerator:,}" if value.denominator == 1 else f"{_tenths(value):,.1f}"
    return f"{number} %" if kpi.unit == PERCENT else f"{number} {kpi.unit}"


def _tenths(value: Fraction) -> Decimal:
    """Rounded to tenths, halves upwards."""
    return Decimal(floor(value * 10 + Fraction(1, 2))).scaleb(-1)


def part_words(
    app: App, kpi: Kpi, by: str, parts: Sequence[Figure], records: Records, rights: Rights
) -> Mapping[Value, str]:
    """How the parts of a split read; a record that one may not read has a number and no title."""
    field = app.definitions.entities[kpi.about].fields[by]
    refs = [item.part for item in parts if isinstance(item.part, RecordRef)]
    readable = rights.readable(records.connection, refs)
    titles = {ref: label for ref, (_, label) in records.titles(readable).items()}
    words: dict[Value, str] = {}
    for item in parts:
        match item.part:
            case None:
                words[None] = "Not said"
            case bool():
                words[item.part] = "Yes" if item.part else "No"
            case RecordRef():
                words[item.part] = titles.get(item.part, str(item.part.id))
            case _:
                words[item.part] = field.title_of(str(item.part))
    return words


# -- how ------------------------------------------------------------------------------------------


def _rights(app: App, actor: Actor, connection: sa.Connection) -> Rights:
    return rights_of(
        app, actor, Records(connection, app.models, app.definitions.entities, app.now())
    )


def _told(
    rights: Rights,
    connection: sa.Connection,
    kpi: Kpi,
    span: Span,
    zone: tzinfo,
    count: int,
    by: str | None,
    day: date | None,
) -> Told:
    why = kept_back(rights, kpi)
    if why:
        return Told(kpi, span, why, by=by)
    app = rights.app
    last = day or app.now().astimezone(zone).date()
    days = _days(span, last, count)
    moments = _moments(app, kpi, days, zone)
    tallies = measuring.tallies(connection, app.models, kpi, moments, app.now())
    figures = tuple(
        _figure(kpi, span, begin, tallies.get((number, None), Tally()))
        for number, begin in enumerate(days[:-1])
    )
    parts: tuple[Figure, ...] = ()
    if by is not None:
        split = measuring.tallies(connection, app.models, kpi, moments[-2:], app.now(), by)
        parts = tuple(
            _figure(kpi, span, days[-2], tally, part) for (_, part), tally in split.items()
        )
    return Told(kpi, span, "", figures, by, parts)


def _figure(kpi: Kpi, span: Span, begin: date, tally: Tally, part: Value = None) -> Figure:
    return Figure(kpi, begin, called(span, begin), tally.records, value_of(kpi, tally), part)


def _days(span: Span, day: date, count: int) -> tuple[date, ...]:
    """Where periods begin.

    Raises:
        Malformed: they lie too far away.
    """
    if not FIRST <= day <= LAST:
        raise Malformed("That day lies too far away.", hint=f"Name one from {FIRST} to {LAST}.")
    return days_of(span, day, count)


def _moments(app: App, kpi: Kpi, days: Sequence[date], zone: tzinfo) -> Sequence[date]:
    """Days as `when` tells them: themselves where it is a date, else when they begin."""
    item = app.definitions.entities[kpi.about].fields.get(kpi.when)
    if kpi.when != CREATED_AT and item is not None and item.type.kind is Kind.DATE:
        return days
    return tuple(moment_of(day, zone) for day in days)


def _is_part(app: App, kpi: Kpi, by: str, part: str) -> sa.ColumnElement[bool]:
    """Holds of the records of a part, as it is called in addresses.

    Raises:
        Malformed: it is not split so.
    """
    if by not in kpi.by:
        raise Malformed(
            f"'{kpi.title}' is not split by '{by[:50]}'.", hint=did_you_mean(by[:50], kpi.by)
        )
    column = app.models.tables[kpi.about].c[by]
    if not part:
        return column.is_(None)
    match app.definitions.entities[kpi.about].fields[by].type.kind:
        case Kind.REF:
            is_id = part.isascii() and part.isdigit() and 0 < int(part) < 2**63
            return column == int(part) if is_id else sa.false()
        case Kind.YES_NO:
            return column.is_(part == "yes")
        case _:
            return column == part
