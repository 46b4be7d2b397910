"""/api/v1/kpis: figures of processes, period by period, and split."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from server.api.model import all_of, keys
from server.api.routes import Answer, Call, Route
from server.api.schemas import KEY, TEXT, Schema, listing, nullable, shape
from server.domain.definitions import Definitions
from server.domain.kpi import Direction, Kpi, Measure, Standing
from server.domain.periods import MOST, Span
from server.domain.refusals import Malformed
from server.domain.values import to_json
from server.usecases import App, kpis

_SPAN: Schema = {
    "type": "string",
    "enum": [item.value for item in Span],
    "description": "How long a period is; without it, a month",
}
_ZONE: Schema = {
    "type": "string",
    "maxLength": 60,
    "description": "The time zone in which days begin, such as Europe/Berlin; without it, that of "
    "the calendar",
    "examples": ["UTC"],
}
_DAY: Schema = {
    "type": "string",
    "format": "date",
    "description": "A day of the last period; today",
}
_FIGURE: dict[str, Schema] = {
    "begins": {"type": "string", "format": "date"},
    "title": TEXT | {"description": "How the period is called"},
    "records": {"type": "integer", "description": "How many records count"},
    "value": nullable({"type": "number", "description": "To six digits after the point"}),
    "exact": nullable(TEXT | {"description": "The value as a fraction, such as 200/3"}),
    "text": TEXT | {"description": "The value as people read it, with its unit"},
    "standing": {"type": "string", "enum": [item.value for item in Standing]},
}
_KPI: Schema = shape(
    {
        "kpi": KEY,
        "title": TEXT,
        "purpose": TEXT,
        "instruction": TEXT,
        "processes": listing(KEY),
        "about": KEY,
        "when": KEY,
        "where": nullable(TEXT),
        "measure": {"type": "string", "enum": [item.value for item in Measure]},
        "of": nullable(TEXT),
        "by": listing(KEY),
        "unit": TEXT,
        "direction": {"type": "string", "enum": [item.value for item in Direction]},
        "target": {"type": "number"},
        "warning": nullable({"type": "number"}),
        "span": _SPAN,
        "kept_back": TEXT
        | {"description": "Why you are not told the figure; empty where you are"},
        "figures": listing(shape(_FIGURE))
        | {"description": "Period by period, the last one last"},
        "parts": listing(shape({**_FIGURE, "part": {"description": "A value of the field"}}))
        | {"description": "The last period, split; at most those with the most records"},
    }
)


def routes(definitions: Definitions) -> tuple[Route, ...]:
    fields = sorted({field for kpi in definitions.kpis.values() for field in kpi.by})
    by: Schema = {"type": "string", "enum": fields} if fields else {"type": "string"}
    count: Schema = {"type": "integer", "minimum": 1, "maximum": MOST}
    return (
        Route(
            "GET",
            "/kpis",
            "list_kpis",
            "All KPIs with the figure of the present period",
            "KPIs",
            _list,
            {200: all_of(_KPI)},
            query={"span": _SPAN, "zone": _ZONE},
            refuses=(400,),
        ),
        Route(
            "GET",
            "/kpis/{key}",
            "read_kpi",
            "A KPI over the last periods, and split",
            "KPIs",
            _read,
            {200: _KPI},
            parameters={"key": keys(definitions.kpis)},
            query={
                "span": _SPAN,
                "zone": _ZONE,
                "day": _DAY,
                "count": count | {"description": "How many periods; 1 without it"},
                "by": by | {"description": "The field by which the last period is split"},
            },
            refuses=(400,),
        ),
    )


def _list(app: App, call: Call) -> Answer:
    told = kpis.all_of(app, call.actor, _span(call.query), _zone(app, call.query))
    return Answer({"items": [_shown(app, item) for item in told], "next": None})


def _read(app: App, call: Call, key: str) -> Answer:
    query = call.query
    told = kpis.one(
        app,
        call.actor,
        key,
        _span(query),
        _zone(app, query),
        count=query.get("count", 1),
        by=query.get("by"),
        day=date.fromisoformat(query["day"]) if "day" in query else None,
    )
    return Answer(_shown(app, told))


def _span(query: Mapping[str, Any]) -> Span:
    return Span(query.get("span", Span.MONTH))


def _zone(app: App, query: Mapping[str, Any]) -> tzinfo:
    name = query.get("zone")
    if name is None:
        return app.definitions.calendar.zone
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise Malformed(
            "There is no such time zone.", hint="Name one as Europe/Berlin is."
        ) from error


def _shown(app: App, told: kpis.Told) -> dict[str, Any]:
    kpi = told.kpi
    return {
        **_formula(kpi),
        "processes": [
            key for key, item in app.definitions.processes.items() if kpi.key in item.kpis
        ],
        "span": told.span.value,
        "kept_back": told.kept_back,
        "figures": [_figure(item) for item in told.figures],
        "parts": [{**_figure(item), "part": to_json(item.part)} for item in told.parts],
    }


def _formula(kpi: Kpi) -> dict[str, Any]:
    return {
        "kpi": kpi.key,
        "title": kpi.title,
        "purpose": kpi.purpose,
        "instruction": kpi.instruction,
        "about": kpi.about,
        "when": kpi.when,
        "where": kpi.where.text if kpi.where else None,
        "measure": kpi.measure.value,
        "of": kpi.of.text if kpi.of else None,
        "by": list(kpi.by),
        "unit": kpi.unit,
        "direction": kpi.direction.value,
        "target": float(kpi.target),
        "warning": None if kpi.warning is None else float(kpi.warning),
    }


def _figure(item: kpis.Figure) -> dict[str, Any]:
    return {
        "begins": item.begins.isoformat(),
        "title": item.title,
        "records": item.records,
        "value": None if item.value is None else round(float(item.value), 6),
        "exact": None if item.value is None else str(item.value),
        "text": item.text,
        "standing": item.standing.value,
    }
