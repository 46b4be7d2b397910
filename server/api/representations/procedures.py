"""Procedures as JSON: everything in them, in reading order. Expressions are shown as written."""

from __future__ import annotations

from collections.abc import Mapping

from server.api.representations.model import Json, form, origin, rules, text, texts
from server.api.representations.records import type_as_json
from server.domain.beginning import Beginning, Every
from server.domain.decision import Decision
from server.domain.definitions import Definitions
from server.domain.expression import Expression
from server.domain.procedure import Procedure
from server.domain.step import (
    Approve,
    AsNeeded,
    Assignment,
    Branch,
    Call,
    Choose,
    ContinueIn,
    Create,
    Creation,
    Decide,
    Do,
    Due,
    End,
    Group,
    Notify,
    Outcome,
    Question,
    Signer,
    Start,
    Step,
    Together,
    Turns,
    WaitUntil,
)


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
            {"role": key, "title": _role_title(definitions, key), "of": text(of) or "anyone"}
            for key, of in found.lanes.items()
        ],
        "starts": [_beginning(item) for item in found.starts],
        "stops_when": None
        if found.stops_when is None
        else _table(found.stops_when, found.stops_given),
        "steps": _steps(found.steps, definitions),
        "as_needed": _as_needed(found.as_needed, definitions),
        "origin": origin(definitions, "procedure", found.key),
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
            "about": text(found.about),
            "form": found.form,
            "set": _set(found.set),
            "begins_at": found.begins_at,
            "at": text(found.at),
            "every": None if found.every is None else _every(found.every),
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
            "about": text(found.about),
            "as": found.name,
            "set": _set(found.set),
            "outcomes": [_outcome(item) for item in found.outcomes.values()],
            "then": found.then,
            "for_each": _turns(found.each),
        }
    )


def _signer(found: Signer) -> Json:
    return _present(
        {
            "role": found.role,
            "of": text(found.of),
            "if": None if found.condition is None else _table(found.condition, found.given),
        }
    )


def _action(step: Step, definitions: Definitions) -> Json:
    match step.action:
        case Do() as do:
            return {
                "role": do.role,
                "do": do.text,
                "instruction": do.instruction,
                "of": text(do.of),
                "with": list(do.with_roles),
                "creates": _creation(do.creates),
                "form": form(definitions.forms[do.form], definitions) if do.form else None,
                "asks": [_question(item) for item in do.asks.values()],
                "due": _due(do.due),
            }
        case Approve() as vote:
            return {
                "approve": text(vote.item),
                "question": vote.text,
                "instruction": vote.instruction,
                "signers": [_signer(item) for item in vote.signers],
                "passes": str(vote.passes),
                "fails": None if vote.fails is None else str(vote.fails),
                "again": vote.again,
                "requesters_sign": vote.requesters_sign,
                "at_latest": text(vote.at_latest),
                "ballot": {mark.value: vote.label(mark) for mark in vote.marks},
                "form": form(definitions.forms[vote.form], definitions) if vote.form else None,
                "asks": [_question(item) for item in vote.asks.values()],
                "due": _due(vote.due),
            }
        case Decide(decision=key, given=given):
            return {"decide": key, "given": texts(given)}
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
        case Together(branches=branches, finish_when=finish_when, as_needed=as_needed):
            return {
                "together": [_branch(item, definitions) for item in branches],
                "finish_when": finish_when,
                "as_needed": _as_needed(as_needed, definitions),
            }
        case Group(steps=steps, as_needed=as_needed):
            return {
                "steps": _steps(steps, definitions),
                "as_needed": _as_needed(as_needed, definitions),
            }
        case Call(procedure=key, enters=enters):
            return {"call": key, "enters": enters}
        case WaitUntil() as wait:
            return {
                "wait_until": wait.condition.title if wait.condition else text(wait.moment),
                "at_latest": text(wait.at_latest),
            }
        case End(name=name):
            return {"end": name}
        case _:
            return {}


def _as_needed(found: tuple[AsNeeded, ...], definitions: Definitions) -> list[Json]:
    return [
        {
            "as_needed": item.key,
            "title": item.title,
            "steps": _steps(item.steps, definitions),
        }
        for item in found
    ]


def _turns(found: Turns | None) -> Json | None:
    if found is None:
        return None
    finish_when = found.condition.title if found.condition else str(found.finish_when)
    return {
        "for_each": found.name,
        "in": found.members.text,
        "all_at_once": found.all_at_once,
        "finish_when": finish_when,
    }


def _every(found: Every) -> Json:
    return {
        "count": found.count,
        "unit": found.unit.value,
        "catch_up": found.catch_up,
        "for_each": None if found.each is None else found.each.name,
        "in": None if found.each is None else found.each.members.text,
    }


def _due(found: Due | None) -> Json | None:
    return None if found is None else {"within": found.within.text, "late": found.late}


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
    return {item.place: item.value.text for item in found}


def _table(found: Decision, given: Mapping[str, Expression]) -> Json:
    return {"given": texts(given), "rules": rules(found)}


def _role_title(definitions: Definitions, key: str) -> str:
    found = definitions.roles.get(key)
    return found.title if found else key


def _present(found: Json) -> Json:
    """Without what is empty: most steps use few of all the words there are."""
    return {key: value for key, value in found.items() if value not in (None, "", [], {})}
