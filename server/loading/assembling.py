"""From files to definitions: values are made in order, looked over, and joined to one whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from server.domain.definitions import Definitions, Origin
from server.domain.procedure import Procedure
from server.domain.values import Type
from server.loading import bundles
from server.loading.building import (
    build_calendar,
    build_correlation,
    build_decision,
    build_entity,
    build_form,
    build_kpi,
    build_notification,
    build_procedure,
    build_process,
    build_role,
    build_scenario,
    build_target,
    calendar_of,
    refer_calendar,
    refer_requesters,
)
from server.loading.building.flow import Flow
from server.loading.desk import Desk, Scope
from server.loading.manuscript import Manuscript, written_steps

_Made = TypeVar("_Made")
_Shown = dict[str, list[tuple[Scope, str]]]


def assemble(manuscript: Manuscript) -> None:
    """Make values of all files of the manuscript, and note what is wrong on the way."""
    _make(manuscript, "entity", build_entity, manuscript.entities)
    for key in manuscript.entities:
        refer_requesters(Desk(manuscript.source("entity", key), manuscript))
    _make(manuscript, "role", build_role, manuscript.roles)
    assemble_book(manuscript)
    _make(manuscript, "calendar", build_calendar, manuscript.calendars)
    for source in manuscript.of_kind("model"):
        refer_calendar(Desk(source, manuscript))
    _make(manuscript, "target", build_target, manuscript.targets)
    _make(manuscript, "correlation", build_correlation, manuscript.correlations)
    _make(manuscript, "kpi", build_kpi, manuscript.kpis)
    _make(manuscript, "process", build_process, manuscript.processes)
    _make(manuscript, "scenario", build_scenario, manuscript.scenarios)
    _note_dates(manuscript)


def assemble_book(manuscript: Manuscript) -> None:
    """Make procedures with the decisions, forms and notifications they use."""
    _make(manuscript, "decision", build_decision, manuscript.decisions)
    for key, decision in manuscript.decisions.items():
        before = manuscript.source("decision", key).before
        plain = build_decision(Desk(before, manuscript)) if before is not None else None
        manuscript.tested[key] = plain or decision
    shown: _Shown = {}
    for source in manuscript.of_kind("procedure"):
        procedure, flow = build_procedure(Desk(source, manuscript))
        manuscript.procedures[source.key] = procedure
        _note_forms(source.data, flow, shown)
    for role in manuscript.roles.values():
        for key in role.self_service.report if role.self_service is not None else ():
            shown.setdefault(key, []).append((Scope(), f"the reports of role '{role.key}'"))
    for source in manuscript.of_kind("form"):
        form = build_form(Desk(source, manuscript), _common(shown.get(source.key, [])))
        if form is None:
            manuscript.broken.add(("form", source.key))
        else:
            manuscript.forms[source.key] = form
    _make(manuscript, "notification", build_notification, manuscript.notifications)


def _make(
    manuscript: Manuscript,
    kind: str,
    build: Callable[[Desk], _Made | None],
    made: dict[str, _Made],
) -> None:
    for source in list(manuscript.of_kind(kind)):
        value = build(Desk(source, manuscript))
        if value is None:
            manuscript.broken.add((kind, source.key))
        else:
            made[source.key] = value


def _note_dates(manuscript: Manuscript) -> None:
    """Have entities know by which fields KPIs find the records of a period."""
    found: dict[str, set[str]] = {}
    for kpi in manuscript.kpis.values():
        found.setdefault(kpi.about, set()).add(kpi.when)
    for key, fields in found.items():
        entity = manuscript.entities[key]
        manuscript.entities[key] = replace(entity, dated_by=frozenset(fields))


def _note_forms(data: Mapping[str, Any], flow: Flow, shown: _Shown) -> None:
    """Which names each form may use: at a start, when there is no run yet, none."""
    key = data["procedure"]
    for raw in data["starts"]:
        if "form" in raw:
            shown.setdefault(raw["form"], []).append((Scope(), f"a start of '{key}'"))
    for path, raw in written_steps(data):
        if "form" in raw:
            where = f"step '{raw['step']}' of '{key}'"
            shown.setdefault(raw["form"], []).append((flow.scopes[path], where))


def _common(shown: list[tuple[Scope, str]]) -> Scope:
    """The names that all of these places know, with what some of them are unsure of."""
    names: dict[str, Type] = dict(shown[0][0].names) if shown else {}
    doubtful: dict[str, str] = {}
    everything = frozenset().union(*(scope.names for scope, _ in shown))
    for scope, where in shown:
        names = {name: typ for name, typ in names.items() if scope.names.get(name) == typ}
        unknown = everything - scope.names.keys() | scope.doubtful.keys()
        doubtful.update(dict.fromkeys(unknown, f"at {where}, which shows this form"))
    scopes = [scope for scope, _ in shown]
    return Scope(
        names,
        doubtful,
        frozenset().union(*(scope.optional for scope in scopes)),
        frozenset().union(*(scope.obscure for scope in scopes)),
    )


@dataclass(slots=True)
class _Pins:
    bundles: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def add(self, manuscript: Manuscript, procedure: Procedure) -> None:
        content = bundles.bundle(manuscript, procedure)
        self.bundles[procedure.key] = content
        self.hashes[procedure.key] = bundles.digest(content)


def definitions(manuscript: Manuscript) -> Definitions:
    """All that has been made, as one value. The manuscript has no errors."""
    [model] = manuscript.of_kind("model")
    pins = _Pins()
    for procedure in manuscript.procedures.values():
        pins.add(manuscript, procedure)
    return Definitions(
        model.data["title"],
        model.data["version"],
        manuscript.entities,
        manuscript.roles,
        manuscript.forms,
        manuscript.decisions,
        manuscript.processes,
        manuscript.procedures,
        manuscript.notifications,
        manuscript.correlations,
        dict(_origins(manuscript)),
        pins.hashes,
        pins.bundles,
        bundles.generation(manuscript.sources),
        {key: bundles.table(manuscript, key) for key in sorted(_deciding(manuscript))},
        manuscript.scenarios,
        manuscript.calendars,
        calendar_of(manuscript, None),
        manuscript.kpis,
        manuscript.targets,
    )


def _deciding(manuscript: Manuscript) -> frozenset[str]:
    """The keys of the decisions that set fields."""
    return frozenset(
        str(item.decided_by)
        for entity in manuscript.entities.values()
        for item in entity.decided_fields()
    )


def _origins(manuscript: Manuscript) -> Iterator[tuple[tuple[str, str], Origin]]:
    for address, source in manuscript.sources.items():
        yield address, Origin(source.folder, source.path, source.mark(source.kind).line)
