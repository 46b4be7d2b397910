"""A procedure of its file: lanes, starts, steps, and every name in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from server.domain.beginning import (
    Beginning,
    Every,
    Period,
)
from server.domain.decision import Decision
from server.domain.expression import Expression
from server.domain.gateway import gateway
from server.domain.procedure import ANYONE, Procedure
from server.domain.step import Turns
from server.domain.values import DATE_TIME
from server.loading.building.flow import Flow, flow, start_key, turn_name
from server.loading.building.steps import (
    DATE,
    OTHERWISE,
    as_needed,
    assignments,
    build_steps,
    condition,
    moment,
)
from server.loading.desk import Desk, Scope, flag, words
from server.loading.manuscript import written_steps
from server.loading.marked import Path

START, STAY = "start", "stay"
STOP, GO_ON = "stop", "go-on"


def build_procedure(desk: Desk) -> tuple[Procedure, Flow]:
    """The procedure, and what has a name at each of its steps."""
    data = desk.data
    key = data["procedure"]
    desk.refer("process", data["process"], "process")
    desk.refer("entity", data["about"], "about")
    found = flow(desk)
    source = data.get("source", {})
    stops_when, stops_given = _stops(desk, found.whole)
    return (
        Procedure(
            key,
            words(data, "title") or key,
            data["process"],
            data["about"],
            words(data, "purpose"),
            source.get("chapter"),
            source.get("number"),
            {role: _lane(desk, found, role, raw) for role, raw in data["roles"].items()},
            tuple(
                _beginning(desk, found, scope, raw, index)
                for index, (raw, scope) in enumerate(
                    zip(data["starts"], found.starts, strict=True)
                )
            ),
            build_steps(desk, found, data["steps"], "steps"),
            stops_when,
            stops_given,
            flag(data, "outside"),
            found.names,
            as_needed(desk, found, data, ()),
        ),
        found,
    )


def _lane(desk: Desk, found: Flow, role: str, raw: Any) -> Expression | None:
    """Who holds the role: read when a task of it opens, with what is known there."""
    desk.refer_key("role", role, "roles", role)
    if raw == ANYONE:
        return None
    doubtful: dict[str, str] = {}
    for path, step in written_steps(desk.data):
        if step.get("role") == role and "of" not in step:
            doubtful.update(found.scopes[path].doubtful)
    outer = found.whole
    doubtful = {name: way for name, way in doubtful.items() if name in outer.names}
    return desk.record(raw, replace(outer, doubtful=doubtful), "roles", role, many=True)


def _beginning(
    desk: Desk, found_flow: Flow, scope: Scope, raw: Mapping[str, Any], index: int
) -> Beginning:
    path = ("starts", index)
    if "by" in raw:
        desk.refer("role", raw["by"], *path, "by")
    if "after" in raw:
        desk.refer("procedure", raw["after"], *path, "after")
    if "form" in raw:
        desk.refer("form", raw["form"], *path, "form")
    when = raw["when"].removeprefix("new ") if "when" in raw else None
    if when is not None:
        desk.refer("entity", when, *path, "when", offset=len("new "))
    key = start_key(raw)
    table: Decision | None = None
    given: Mapping[str, Expression] = {}
    if "if" in raw:
        found = condition(desk, scope, raw["if"], *path, "if")
        rows = ((key, found, START), (OTHERWISE, None, STAY))
        title = words(raw, "title") or key
        table, given = gateway(f"{desk.data['procedure']}.{key}", title, rows)
    return Beginning(
        key,
        raw.get("by"),
        raw.get("after"),
        when,
        words(raw, "title"),
        raw.get("form"),
        assignments(desk, scope, raw, *path),
        desk.record(raw["about"], scope, *path, "about") if "about" in raw else None,
        table,
        given,
        raw.get("begins_at"),
        moment(desk, scope, raw, (*path, "at"), DATE_TIME, DATE) if "at" in raw else None,
        _every(found_flow, raw, path) if "every" in raw else None,
    )


def _every(found: Flow, raw: Mapping[str, Any], path: Path) -> Every:
    count, _, unit = raw["every"].rpartition(" ")
    if unit.startswith("day") and count.endswith("working"):
        count, unit = count.removesuffix("working").strip(), "working_day"
    each: Turns | None = None
    if "for_each" in raw:
        each = Turns(turn_name(raw["for_each"]), found.members[path], all_at_once=True)
    return Every(int(count or 1), Period(unit.removesuffix("s")), each, raw.get("catch_up", "one"))


def _stops(desk: Desk, scope: Scope) -> tuple[Decision | None, Mapping[str, Expression]]:
    """The table of what ends a run from outside. Its title is the reason that people read."""
    raw = desk.data.get("stops_when")
    if raw is None:
        return None, {}
    found = condition(desk, scope, raw, "stops_when")
    rows = (("stops", found, STOP), (OTHERWISE, None, GO_ON))
    return gateway(f"{desk.data['procedure']}.stops", found.text, rows)
