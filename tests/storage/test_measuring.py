"""The database comes to the same exact figures as one record after the other in plain Python."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest
import sqlalchemy as sa

from server.domain.expression import parse, resolve
from server.domain.kpi import (
    CREATED_AT,
    Direction,
    Given,
    Kpi,
    Measure,
    Tally,
    names_of,
    optional_of,
    part_key,
    value_of,
)
from server.domain.measuring import examined
from server.domain.values import YES_NO
from server.storage.measuring import MOST_PARTS, counts, tallies
from server.storage.models import Models
from server.usecases.figures import Held, counted, figure
from tests.builders import a_field, an_entity, back, choice, ref, statuses

DESK = an_entity(
    "desk", a_field("name"), a_field("room", "whole_number"), a_field("head", ref("desk"))
)
REMARK = an_entity(
    "remark",
    a_field("text"),
    a_field("paper", ref("paper")),
    a_field("said_at", "date_time"),
    a_field("grave", "yes_no"),
    a_field("tone", choice("calm", "cross")),
)
PAPER = an_entity(
    "paper",
    a_field("subject"),
    a_field("tone", choice("calm", "cross")),
    a_field("pages", "whole_number"),
    a_field("cost", "money"),
    a_field("urgent", "yes_no"),
    a_field("day", "date"),
    a_field("until", "date"),
    a_field("came_at", "date_time"),
    a_field("done_at", "date_time"),
    a_field("took", "duration"),
    a_field("desk", ref("desk")),
    back("remarks", "remark", "paper"),
    statuses=statuses(open="done", done=""),
)
ENTITIES = {"desk": DESK, "paper": PAPER, "remark": REMARK}
NOW = datetime(2026, 3, 20, 9, 30, 0, 1, tzinfo=UTC)
BEGIN = datetime(2026, 3, 1, tzinfo=UTC)

CONDITIONS = (
    "tone = calm",
    "tone != calm",
    "tone in [calm, cross]",
    "status = done",
    "not (status = open)",
    "pages is not null and pages > 3",
    "pages is null or pages <= 3",
    "pages in [1, 3, 5]",
    "pages in [2..4)",
    "pages in (1..5]",
    "pages is not null and pages + 2 - 1 between 2 and 6",
    "urgent = true",
    "urgent != true",
    "urgent is null",
    'subject = "It\'s a % of \\"all\\"_"',
    'subject != "plain"',
    "subject is null",
    "cost is not null",
    'day is not null and day > date("2026-03-05")',
    "day is not null and until is not null and day <= until",
    'day = date("1969-12-31")',
    "day is not null and until is not null and until - day < 2 days",
    "came_at is not null and date(came_at) = day",
    "came_at is not null and done_at is not null and came_at < done_at",
    "came_at = done_at",
    "came_at is not null and now - came_at > 3 days",
    "came_at is not null and took is not null and came_at + took > now",
    "took is not null and -took < 0 hours",
    "took = 90 minutes",
    "created_at < now",
    "desk is null",
    "desk is not null and desk.room = 3",
    "desk.head = desk",
    "desk.head.room is not null and desk.head.room in [1, 2]",
    "desk.head is not null and desk.head.head is null",
    "count(remarks) = 0",
    "count(remarks) in [1..2]",
    "count(remarks where grave = true) > 0",
    "some note in remarks satisfies note.grave = true",
    "every note in remarks satisfies note.tone = tone",
    "some note in remarks satisfies (note.said_at is not null and done_at is not null and note.said_at > done_at)",
    "every note in remarks satisfies note.paper.pages = pages",
    "if urgent = true then tone = calm else pages is null",
    "(if pages is null then 0 else pages) >= count(remarks)",
    "true",
)
NUMBERS = (
    "pages",
    "count(remarks)",
    "count(remarks where said_at is not null and said_at > now)",
    "if pages is null then 7 else pages - 10",
    "desk.room",
    "desk.head.room",
)
SPANS = (
    "took",
    "if took is null then 0 hours else -took",
    "if came_at is null or done_at is null then took else done_at - came_at",
    "now - created_at",
    "if day is null or until is null then 1 day else until - day",
    "if came_at is null then 0 hours else now - came_at - 1 hour",
)
MEASURES = (Measure.MEAN, Measure.MEDIAN, Measure.P90)


def sound(text: str, expected=None):
    """The expression, which must be one that a database can be asked."""
    names, optional = names_of(PAPER), optional_of(PAPER)
    found = resolve(
        parse(text), names, ENTITIES, expected, optional=optional, nullable=not expected
    )
    assert not isinstance(found, tuple), (text, found)
    assert not examined(found.tree, PAPER, ENTITIES).problems, text
    return found


def a_kpi(measure: Measure, of: str | None = None, where: str | None = None, **over) -> Kpi:
    expected = YES_NO if measure is Measure.SHARE else None
    kpi = Kpi(
        "papers",
        "Papers",
        "How it goes.",
        "paper",
        "done_at",
        measure,
        "percent" if measure is Measure.SHARE else "papers",
        Direction.HIGHER,
        Fraction(1),
        None if where is None else sound(where, YES_NO),
        None if of is None else sound(of, expected),
    )
    return replace(kpi, **over)


def some_papers(dice: random.Random, how_many: int) -> Held:
    """Desks, papers and remarks at random, with every kind of edge in them."""
    held = Held(ENTITIES)
    desks = []
    for number in range(4):
        head = dice.choice([None, *desks])
        values = {"name": f"Desk {number}", "room": dice.choice([None, 1, 2, 3]), "head": head}
        desks.append(held.put("desk", Given(values, {}, {})))
    for _ in range(how_many):
        notes = tuple(Given(a_remark(dice), {}, {}) for _ in range(dice.choice([0, 0, 1, 2, 3])))
        held.put(
            "paper",
            Given(a_paper(dice) | {"desk": dice.choice([None, *desks])}, {}, {"remarks": notes}),
        )
    return held


def a_moment(dice: random.Random) -> datetime | None:
    """Mostly in March, at ends of periods, a microsecond beside them, before 1970 too."""
    begins = BEGIN + timedelta(days=dice.randrange(-2, 33))
    return dice.choice(
        [
            None,
            begins,
            begins - timedelta(microseconds=1),
            begins + timedelta(microseconds=999_999),
            begins + timedelta(seconds=dice.randrange(86_400), microseconds=dice.randrange(10**6)),
            datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        ]
    )


def a_paper(dice: random.Random) -> dict:
    days = [None, *(date(2026, 3, 1) + timedelta(days=n) for n in range(6)), date(1969, 12, 31)]
    spans = [None, timedelta(), timedelta(minutes=90), timedelta(microseconds=-1)]
    return {
        "subject": dice.choice([None, "plain", 'It\'s a % of "all"_', "PLAIN"]),
        "tone": dice.choice([None, "calm", "cross"]),
        "pages": dice.choice([None, -3, 0, 1, 2, 3, 4, 5, 2**53 - 1]),
        "cost": None,
        "urgent": dice.choice([None, True, False]),
        "day": dice.choice(days),
        "until": dice.choice(days),
        "came_at": a_moment(dice),
        "done_at": a_moment(dice),
        "took": dice.choice(
            [*spans, timedelta(days=365_000), timedelta(microseconds=dice.randrange(10**9))]
        ),
        "status": dice.choice(["open", "done"]),
        CREATED_AT: a_moment(dice) or BEGIN,
    }


def a_remark(dice: random.Random) -> dict:
    return {
        "text": "Said",
        "said_at": a_moment(dice),
        "grave": dice.choice([None, True, False]),
        "tone": dice.choice([None, "calm", "cross"]),
        CREATED_AT: BEGIN,
    }


def stored(database, held: Held) -> Models:
    """The same records in a database, with the same ids."""
    models = Models(ENTITIES)
    with database.write() as connection:
        models.metadata.create_all(connection)
        for entity in ENTITIES:
            kept = models[entity]
            rows = [
                kept.stored({key: row.get(key) for key in kept.names})
                | {"id": record.id, "revision": 1, "updated_at": BEGIN}
                for record, row in held.rows.items()
                if record.entity == entity
            ]
            for row in rows:
                connection.execute(sa.insert(kept.table).values(row))
    return models


def measured(connection, models, kpi, periods, by=None) -> dict:
    found = tallies(connection, models, kpi, periods, NOW, by)
    return {
        (period, part_key(part)): value_of(kpi, tally) for (period, part), tally in found.items()
    }


def read(kpi: Kpi, held: Held, periods, by=None) -> dict:
    """The same by reading every record."""
    found = {}
    for number, within in enumerate(itertools.pairwise(periods)):
        parts: dict = {}
        for record in held.all("paper"):
            part = part_key(held.rows[record][by]) if by else ""
            parts.setdefault(part, []).append(record)
        for part, records in parts.items():
            if any(counted(kpi, record, held, NOW, within) is not None for record in records):
                found[number, part] = figure(kpi, records, held, NOW, within)
    return found


PERIODS = tuple(BEGIN + timedelta(days=days) for days in (0, 1, 8, 15, 31))
DAYS = tuple(date(2026, 3, 1) + timedelta(days=days) for days in (0, 1, 3, 40))


@pytest.mark.parametrize("seed", range(2))
def test_the_database_and_python_come_to_the_same_figures(database, seed):
    # given papers, desks and remarks at random, in a database and at hand
    dice = random.Random(seed)
    held = some_papers(dice, 120)
    models = stored(database, held)

    with database.read() as connection:
        for text in CONDITIONS:
            # when shares and counts are taken of each condition
            for kpi in (a_kpi(Measure.SHARE, text), a_kpi(Measure.COUNT, None, text)):
                # then both come to the same, in each period
                assert measured(connection, models, kpi, PERIODS) == read(kpi, held, PERIODS), text
        for text, unit in [(text, "papers") for text in NUMBERS] + [
            (text, "hours") for text in SPANS
        ]:
            # and when values are measured, where some condition holds, split by something
            for measure in MEASURES:
                where, by = dice.choice(CONDITIONS), dice.choice([None, "tone", "urgent", "desk"])
                kpi = a_kpi(measure, text, where, unit=unit)
                same = read(kpi, held, PERIODS[:2] if by else PERIODS, by)
                periods = PERIODS[:2] if by else PERIODS
                # then they do, too
                assert measured(connection, models, kpi, periods, by) == same, (text, where, by)


def test_periods_may_be_told_by_a_date(database):
    held = some_papers(random.Random(7), 60)
    models = stored(database, held)
    kpi = a_kpi(Measure.SHARE, "tone = calm", when="day")

    with database.read() as connection:
        assert measured(connection, models, kpi, DAYS) == read(kpi, held, DAYS)


def test_conditions_joined_at_random_mean_the_same(database):
    dice = random.Random(11)
    held = some_papers(dice, 80)
    models = stored(database, held)

    with database.read() as connection:
        for _ in range(60):
            one, other, third = (f"({text})" for text in dice.sample(CONDITIONS, 3))
            text = dice.choice(
                [f"{one} and {other} or not {third}", f"not ({one} or {other}) or {third}",
                 f"if {one} then {other} else {third}"]
            )  # fmt: skip
            kpi = a_kpi(Measure.SHARE, text)
            assert measured(connection, models, kpi, PERIODS) == read(kpi, held, PERIODS), text


def test_sums_larger_than_a_database_counts_are_exact(sqlite):
    kpi = a_kpi(Measure.MEAN, "took", unit="hours")
    longest = timedelta(days=365_999)
    held = Held(ENTITIES)
    for _ in range(400):
        held.put("paper", Given({"took": longest, "done_at": BEGIN, "status": "open"}, {}, {}))
    models = stored(sqlite, held)

    with sqlite.read() as connection:
        [found] = tallies(connection, models, kpi, PERIODS, NOW).values()

    assert found == Tally(400, 400, 400 * (longest // timedelta(microseconds=1)))
    assert value_of(kpi, found) == 365_999 * 24


def test_of_a_split_the_parts_with_the_most_records_are_told(sqlite):
    held = Held(ENTITIES)
    desks = [held.put("desk", Given({"name": "A"}, {}, {})) for _ in range(MOST_PARTS + 10)]
    for number, desk in enumerate(desks):
        for _ in range(2 if number >= 10 else 1):
            held.put("paper", Given({"desk": desk, "done_at": BEGIN, "status": "open"}, {}, {}))
    models = stored(sqlite, held)

    with sqlite.read() as connection:
        found = tallies(connection, models, a_kpi(Measure.COUNT), PERIODS[:2], NOW, "desk")

    assert len(found) == MOST_PARTS
    assert {tally.records for tally in found.values()} == {2}


def test_the_records_behind_a_figure_are_those_that_count(database):
    held = some_papers(random.Random(3), 60)
    models = stored(database, held)
    kpi = a_kpi(Measure.MEAN, "pages", "tone = calm")

    condition = counts(models, kpi, PERIODS[0], PERIODS[-1], NOW)
    with database.read() as connection:
        found = set(connection.scalars(sa.select(models.tables["paper"].c.id).where(condition)))

    within = (PERIODS[0], PERIODS[-1])
    meant = {r.id for r in held.all("paper") if counted(kpi, r, held, NOW, within) is not None}
    assert found == meant
    assert meant
