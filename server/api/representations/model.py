"""Processes, roles, entities, forms, calendars, targets and decisions as JSON. Expressions are shown as written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.api.representations.records import type_as_json
from server.domain.calendar import WEEK, Calendar, as_written
from server.domain.decision import Decision
from server.domain.definitions import Definitions, Process
from server.domain.entity import Entity, Field, Status
from server.domain.expression import Expression
from server.domain.form import Form, FormField, Rows
from server.domain.role import ITSELF, Grant, Own, Role, Which
from server.domain.target import Agreed, Target
from server.domain.values import to_json

Json = dict[str, Any]


def process(found: Process, definitions: Definitions) -> Json:
    return {
        "process": found.key,
        "title": found.title,
        "purpose": found.purpose,
        "chapter": found.chapter,
        "procedures": [
            {"procedure": key, "title": definitions.procedures[key].title}
            for key in found.procedures
            if key in definitions.procedures
        ],
        "kpis": list(found.kpis),
    }


def role(found: Role) -> Json:
    return {
        "role": found.key,
        "title": found.title,
        "purpose": found.purpose,
        "responsibilities": list(found.responsibilities),
        "fallback": found.fallback,
        "apart_from": sorted(found.apart_from),
        "may": {key: _grant(item) for key, item in found.may.items()},
        "permissions": sorted(found.permissions),
    }


def calendar(found: Calendar, definitions: Definitions) -> Json:
    return {
        "calendar": found.key,
        "title": found.title,
        "purpose": found.purpose,
        "zone": str(found.zone),
        "week": {day: as_written(found.week.get(index, ())) for index, day in enumerate(WEEK)},
        "holidays": {day.isoformat(): name for day, name in found.holidays.items()},
        "days": {day.isoformat(): as_written(hours) for day, hours in found.days.items()},
        "counts_working_time": found is definitions.calendar,
    }


def target(found: Target, definitions: Definitions) -> Json:
    goal: Any = found.goal
    if isinstance(goal, Agreed):
        given = {name: item.text for name, item in goal.given.items()}
        said: Json = {"decide": goal.decision, "given": given, "output": goal.output}
    return {
        "target": found.key,
        "title": found.title,
        "purpose": found.purpose,
        "entity": found.entity,
        "counts_while": text(found.counts_while),
        "pauses_while": text(found.pauses_while),
        "done_when": found.done_when.text,
        "void_when": text(found.void_when),
        "for_good": found.for_good,
        "goal": said if isinstance(goal, Agreed) else to_json(goal),
        "calendar": definitions.calendar_of(found).key,
        "endangered_at": to_json(found.endangered_at),
    }


def _grant(found: Grant) -> Json:
    return {
        "do": sorted(item.value for item in found.operations),
        "rows": [_which(item) for item in found.rows],
        "fields": {key: sight.value for key, sight in found.fields.items()},
    }


def _which(found: Which) -> Any:
    """As they are written: a path of references, or values by field."""
    if isinstance(found, Own):
        return ".".join(found.path) or ITSELF
    return {key: [to_json(value) for value in values] for key, values in found.values.items()}


# -- entities and forms -----------------------------------------------------------------------


def entity(found: Entity) -> Json:
    return {
        "entity": found.key,
        "title": found.title,
        "plural": found.plural,
        "purpose": found.purpose,
        "number": found.number,
        "label": found.label,
        "menu": found.menu,
        "fields": [_field(item) for item in found.fields.values()],
        "statuses": [_status(item) for item in found.statuses.values()],
        "listed": list(found.listed),
        "searched": list(found.searched),
    }


def _field(found: Field) -> Json:
    return {
        "key": found.key,
        "title": found.title,
        "type": type_as_json(found.type),
        "guideline": found.guideline,
        "required": found.required,
        "read_only": found.read_only,
        "unique": found.unique,
        "default": to_json(found.default),
        "decided_by": found.decided_by,
        "back": None if found.back is None else {"entity": found.back[0], "field": found.back[1]},
        "titles": dict(found.titles),
    }


def _status(found: Status) -> Json:
    return {
        "key": found.key,
        "title": found.title,
        "to": list(found.to),
        "requires": list(found.requires),
        "colour": found.colour,
        "final": found.is_final,
    }


def form(found: Form, definitions: Definitions) -> Json:
    of = definitions.entities[found.entity]
    return {
        "form": found.key,
        "title": found.title,
        "entity": found.entity,
        "sections": [
            {
                "title": section.title,
                "fields": [_placed(item, of) for item in section.fields],
                "rows": None if section.rows is None else _rows(section.rows, definitions),
            }
            for section in found.sections
        ],
        "copy_from": text(found.copy_from),
    }


def _rows(found: Rows, definitions: Definitions) -> Json:
    of = definitions.entities[found.entity]
    return {
        "list": found.field,
        "entity": found.entity,
        "at_least": found.at_least,
        "fixed": found.fixed,
        "fields": [_placed(item, of) for item in found.fields],
    }


def _placed(found: FormField, of: Entity) -> Json:
    item = of.fields[found.field]
    return {
        "field": found.field,
        "title": item.title,
        "type": type_as_json(item.type),
        "guideline": found.guideline or item.guideline,
        "required": item.required if found.required is None else found.required,
        "read_only": found.read_only,
        "default": text(found.default),
        "condition": text(found.condition),
    }


# -- decisions --------------------------------------------------------------------------------


def decision(found: Decision, definitions: Definitions) -> Json:
    return {
        "decision": found.key,
        "title": found.title,
        "inputs": {
            name: type_as_json(typ) | {"optional": name in found.optional}
            for name, typ in found.inputs.items()
        },
        "outputs": {name: type_as_json(typ) for name, typ in found.outputs.items()},
        "hits": found.hits.value,
        "settings": {
            key: {
                "type": type_as_json(item.type),
                "value": to_json(item.value),
                "why": item.why,
                "origin": item.origin,
            }
            for key, item in found.settings.items()
        },
        "computed": texts(found.computed),
        "assuming": [item.text for item in found.assuming],
        "rules": rules(found),
        "origin": origin(definitions, "decision", found.key),
    }


def rules(found: Decision) -> list[Json]:
    return [
        {
            "rule": rule.key,
            "if": text(rule.condition),
            "then": to_json(rule.then),
            "because": rule.because,
        }
        for rule in found.rules
    ]


def text(expression: Expression | None) -> str | None:
    return None if expression is None else expression.text


def texts(expressions: Mapping[str, Expression]) -> dict[str, str]:
    return {key: item.text for key, item in expressions.items()}


def origin(definitions: Definitions, kind: str, key: str) -> Json | None:
    found = definitions.origins.get((kind, key))
    if found is None:
        return None
    return {"folder": found.folder, "file": found.file, "line": found.line}
