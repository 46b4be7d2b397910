"""Definitions as JSON that people and programs can read. Expressions are shown as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.api.representations import type_as_json
from server.domain.decision import Decision
from server.domain.definitions import Definitions, Process
from server.domain.entity import Entity, Field, Status
from server.domain.expression import Expression
from server.domain.form import Form, FormField
from server.domain.procedure import (
    Assignment,
    Beginning,
    Branch,
    Choose,
    ContinueIn,
    Create,
    Creation,
    Decide,
    Do,
    End,
    Notify,
    Outcome,
    Procedure,
    Question,
    Start,
    Step,
    Together,
)
from server.domain.role import Role
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
    }


def role(found: Role) -> Json:
    return {
        "role": found.key,
        "title": found.title,
        "purpose": found.purpose,
        "responsibilities": list(found.responsibilities),
        "fallback": found.fallback,
        "may": {key: sorted(item.value for item in may) for key, may in found.may.items()},
        "permissions": sorted(found.permissions),
    }


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
            }
            for section in found.sections
        ],
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
        "default": _text(found.default),
        "condition": _text(found.condition),
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
        "computed": _texts(found.computed),
        "assuming": [item.text for item in found.assuming],
        "rules": _rules(found),
        "origin": _origin(definitions, "decision", found.key),
    }


def _rules(found: Decision) -> list[Json]:
    return [
        {
            "rule": rule.key,
            "if": _text(rule.condition),
            "then": to_json(rule.then),
            "because": rule.because,
        }
        for rule in found.rules
    ]


# -- procedures -------------------------------------------------------------------------------


def procedure_line(found: Procedure) -> Json:
    return {
        "procedure": found.key,
        "title": found.title,
        "process": found.process,
        "about": found.about,
        "purpose": found.purpose,
        "outside": found.outside,
    }


def procedure(found: Procedure, definitions: Definitions) -> Json:
    """A procedure with everything in it: its steps in reading order, their instructions and forms."""
    return procedure_line(found) | {
        "source": {"chapter": found.chapter, "number": found.number},
        "definition": definitions.hashes[found.key],
        "roles": [
            {"role": key, "title": _role_title(definitions, key), "of": _text(of) or "anyone"}
            for key, of in found.lanes.items()
        ],
        "starts": [_beginning(item) for item in found.starts],
        "stops_when": None
        if found.stops_when is None
        else _table(found.stops_when, found.stops_given),
        "steps": _steps(found.steps, definitions),
        "origin": _origin(definitions, "procedure", found.key),
    }


def _beginning(found: Beginning) -> Json:
    return _present(
        {
            "start": found.key,
            "title": found.title,
            "by": found.by,
            "after": found.after,
            "when": f"new {found.when}" if found.when else None,
            "if": None if found.gateway is None else _table(found.gateway, found.given),
            "about": _text(found.about),
            "form": found.form,
            "set": _set(found.set),
            "begins_at": found.begins_at,
        }
    )


def _steps(steps: tuple[Step, ...], definitions: Definitions) -> list[Json]:
    return [_step(step, definitions) for step in steps]


def _step(found: Step, definitions: Definitions) -> Json:
    return _present(
        {
            "step": found.key,
            "title": found.title,
            **_action(found, definitions),
            "about": _text(found.about),
            "as": found.name,
            "set": _set(found.set),
            "outcomes": [_outcome(item) for item in found.outcomes.values()],
            "then": found.then,
        }
    )


def _action(step: Step, definitions: Definitions) -> Json:
    match step.action:
        case Do() as do:
            return {
                "role": do.role,
                "do": do.text,
                "instruction": do.instruction,
                "of": _text(do.of),
                "with": list(do.with_roles),
                "creates": _creation(do.creates),
                "form": form(definitions.forms[do.form], definitions) if do.form else None,
                "asks": [_question(item) for item in do.asks.values()],
            }
        case Decide(decision=key, given=given):
            return {"decide": key, "given": _texts(given)}
        case Choose(gateway=gateway, given=given):
            return {"choose": _table(gateway, given)}
        case Create(creation=creation):
            return {"create": _creation(creation)}
        case Notify(notification=key):
            return {"notify": key}
        case Start(procedure=key, enters=enters):
            return {"start": key, "enters": enters}
        case ContinueIn(procedure=key, enters=enters):
            return {"continue_in": key, "enters": enters}
        case Together(branches=branches, finish_when=finish_when):
            return {
                "together": [_branch(item, definitions) for item in branches],
                "finish_when": finish_when,
            }
        case End(name=name):
            return {"end": name}
        case _:
            return {}


def _branch(found: Branch, definitions: Definitions) -> Json:
    return {"branch": found.key, "steps": _steps(found.steps, definitions)}


def _question(found: Question) -> Json:
    return {
        "key": found.key,
        "question": found.text,
        "type": type_as_json(found.type),
        "guideline": found.guideline,
        "required": found.required,
        "titles": dict(found.titles),
    }


def _outcome(found: Outcome) -> Json:
    return _present(
        {
            "outcome": found.key,
            "label": found.label,
            "then": found.then,
            "needs": list(found.needs),
            "set": _set(found.set),
        }
    )


def _creation(found: Creation | None) -> Json | None:
    return None if found is None else {"entity": found.entity, "as": found.name}


def _set(found: tuple[Assignment, ...]) -> Json:
    return {f"{item.record.text}.{item.field}": item.value.text for item in found}


def _table(found: Decision, given: Mapping[str, Expression]) -> Json:
    return {"given": _texts(given), "rules": _rules(found)}


# -- small parts ------------------------------------------------------------------------------


def _text(expression: Expression | None) -> str | None:
    return None if expression is None else expression.text


def _texts(expressions: Mapping[str, Expression]) -> dict[str, str]:
    return {key: item.text for key, item in expressions.items()}


def _role_title(definitions: Definitions, key: str) -> str:
    found = definitions.roles.get(key)
    return found.title if found else key


def _origin(definitions: Definitions, kind: str, key: str) -> Json | None:
    found = definitions.origins.get((kind, key))
    if found is None:
        return None
    return {"folder": found.folder, "file": found.file, "line": found.line}


def _present(found: Json) -> Json:
    """Without what is empty: most steps use few of all the words there are."""
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}
