"""KPIs on pages: all of them at a glance, each with its trend and split, and the records behind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from flask import request, url_for

from admin import links
from admin.screen import Screen, actor, app, at
from admin.zone import of_reader
from server.domain.definitions import Process
from server.domain.kpi import Direction, Kpi, Standing
from server.domain.periods import Span, called
from server.domain.refusals import Malformed
from server.domain.values import RecordRef, Value
from server.notation.trend import Point, trend
from server.storage.records import Records
from server.usecases import kpis
from server.usecases.kpis import worded

PERIODS = 12
"""Periods that a page of a KPI looks back over."""
ROWS = 50
"""Records on a page of those behind a figure."""
SPANS = {Span.DAY: "Day", Span.WEEK: "Week", Span.MONTH: "Month", Span.QUARTER: "Quarter"}
STANDINGS = {
    Standing.MET: ("On target", "green"),
    Standing.NEAR: ("Near the target", "orange"),
    Standing.MISSED: ("Target missed", "red"),
    Standing.UNKNOWN: ("Nothing to measure", "grey"),
}
"""How a standing reads, and its colour: never the colour alone."""
BETTER = {Direction.HIGHER: "Higher is better", Direction.LOWER: "Lower is better"}
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Line:
    """A record behind a figure."""

    record: RecordRef
    number: str
    label: str
    when: Value


class KpiPages(Screen):
    def __init__(self) -> None:
        super().__init__("KPIs", "kpis", "/kpis", "activity")

    @at("/")
    def index(self) -> Any:
        span = _span()
        told = {item.kpi.key: item for item in kpis.all_of(app(), actor(), span, of_reader())}
        processes = [item for item in app().definitions.processes.values() if item.kpis]
        return self.render(
            "screens/kpis.html", processes=processes, told=told, span=span, **_words()
        )

    @at("/<key>/")
    def one(self, key: str) -> Any:
        span, by = _span(), request.args.get("by") or None
        kpi = kpis.found(app(), key)
        told = kpis.one(
            app(),
            actor(),
            key,
            span,
            of_reader(),
            count=PERIODS,
            by=by or next(iter(kpi.by), None),
        )
        points = [
            Point(item.title, None if item.value is None else float(item.value), item.text)
            for item in told.figures
        ]
        target = worded(kpi, kpi.target)
        drawing = trend(kpi.title, points, float(kpi.target), target) if points else ""
        return self.render(
            "screens/kpi.html",
            kpi=kpi,
            told=told,
            span=span,
            drawing=drawing,
            target=target,
            warning=None if kpi.warning is None else worded(kpi, kpi.warning),
            parts=_parts(told),
            fields=app().definitions.entities[kpi.about].fields,
            processes=_processes_of(kpi),
            origin=_origin(key),
            **_words(),
        )

    @at("/<key>/records/")
    def records(self, key: str) -> Any:
        kpi, span, day = kpis.found(app(), key), _span(), _day()
        by = request.args.get("by") or None
        part = None if by is None else (by, request.args.get("part", ""))
        condition = kpis.behind(links.rights(), kpi, span, of_reader(), day, part)
        lines = _behind(kpi, condition, _after())
        more = None
        if len(lines) > ROWS:
            asked: dict[str, Any] = {**request.args.to_dict(), "after": lines[ROWS - 1].record.id}
            more = url_for("kpis.records", key=key, **asked)
        return self.render(
            "screens/kpi_records.html",
            kpi=kpi,
            lines=lines[:ROWS],
            period=called(span, day),
            more=more,
            entity=app().definitions.entities[kpi.about],
        )


def of_process(process: Process) -> tuple[Sequence[kpis.Told], Sequence[kpis.Told]]:
    """The KPIs of a process, today and in the month so far, for whoever reads the guide."""
    wanted = [app().definitions.kpis[key] for key in process.kpis]
    zone = of_reader()
    return (
        kpis.all_of(app(), actor(), Span.DAY, zone, wanted),
        kpis.all_of(app(), actor(), Span.MONTH, zone, wanted),
    )


def _words() -> dict[str, Any]:
    return {"spans": SPANS, "standings": STANDINGS, "better": BETTER, "worded": worded}


def _span() -> Span:
    """How long periods are; a month where nothing that is known was asked for."""
    asked = request.args.get("span", "")
    return Span(asked) if asked in set(Span) else Span.MONTH


def _day() -> date:
    """The first day of the period that is asked for.

    Raises:
        Malformed: it is no day.
    """
    try:
        return date.fromisoformat(request.args.get("day", ""))
    except ValueError as error:
        raise Malformed("No day is named.", hint="Open the page from a figure.") from error


def _after() -> int | None:
    text = request.args.get("after", "")
    return int(text) if text.isascii() and text.isdigit() and int(text) < _LARGEST else None


def _parts(told: kpis.Told) -> Sequence[tuple[str, kpis.Figure]]:
    """The parts of a split with their words, the most records first."""
    if told.by is None or not told.parts:
        return ()
    with app().database.read() as connection:
        records = Records(connection, app().models, app().definitions.entities, app().now())
        words: Mapping[Value, str] = kpis.part_words(
            app(), told.kpi, told.by, told.parts, records, links.rights()
        )
    return [(words[item.part], item) for item in told.parts]


def _behind(kpi: Kpi, condition: sa.ColumnElement[bool], after: int | None) -> list[Line]:
    """A page of records, newest first, and one more where there is one."""
    kept = app().models[kpi.about]
    statement = sa.select(kept.table).where(condition).order_by(kept.table.c.id.desc())
    if after is not None:
        statement = statement.where(kept.table.c.id < after)
    with app().database.read() as connection:
        records = Records(connection, app().models, app().definitions.entities, app().now())
        found = records.select(kpi.about, statement.limit(ROWS + 1))
        titles = records.titles(found)
        return [
            Line(record, *titles[record], (records.row(record) or {})[kpi.when])
            for record in found
        ]


def _processes_of(kpi: Kpi) -> list[Process]:
    return [item for item in app().definitions.processes.values() if kpi.key in item.kpis]


def _origin(key: str) -> str:
    origin = app().definitions.origins.get(("kpi", key))
    return f"{origin.folder}/{origin.file}:{origin.line}" if origin else ""
