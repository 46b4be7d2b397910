"""/api/v1/procedures: read them whole, and begin runs. /api/v1/starts: what you may begin."""

from __future__ import annotations

from typing import Any

from server.api import representations as shown
from server.api.model import all_of, found, keys
from server.api.representations import procedures as shown_procedures
from server.api.routes import Answer, Call, Route
from server.api.schemas import (
    ANYTHING,
    KEY,
    TEXT,
    YES_NO,
    Schema,
    closed,
    component,
    listing,
    mapping,
    nullable,
    of_type,
    row,
    shape,
)
from server.domain.beginning import Beginning
from server.domain.definitions import Definitions
from server.domain.entity import Entity, Field
from server.domain.form import FormField
from server.domain.procedure import Procedure
from server.domain.refusals import WrongState
from server.domain.values import Kind
from server.usecases import App, runs
from server.usecases.views import RunView

_LINE: dict[str, Schema] = {
    "procedure": KEY,
    "title": TEXT,
    "process": KEY,
    "about": KEY,
    "purpose": TEXT,
    "outside": YES_NO,
}
_PARTS: Schema = listing(mapping(ANYTHING))


def routes(definitions: Definitions) -> tuple[Route, ...]:
    begun_by_hand = tuple(
        _begin(procedure, definitions)
        for procedure in definitions.procedures.values()
        if any(item.by for item in procedure.starts)
    )
    return (
        Route(
            "GET",
            "/procedures",
            "list_procedures",
            "All procedures",
            "Procedures",
            _list,
            {200: all_of(shape(_LINE))},
        ),
        Route(
            "GET",
            "/procedures/{key}",
            "read_procedure",
            "A procedure with its steps, instructions and forms",
            "Procedures",
            _read,
            {
                200: shape(
                    _LINE
                    | {
                        "source": mapping(ANYTHING),
                        "definition": KEY,
                        "roles": _PARTS,
                        "starts": _PARTS,
                        "stops_when": nullable(mapping(ANYTHING)),
                        "steps": _PARTS,
                        "origin": nullable(mapping(ANYTHING)),
                    }
                )
            },
            parameters={"key": keys(definitions.procedures)},
        ),
        Route(
            "GET",
            "/starts",
            "list_starts",
            "What you may begin, with the form that each begins with",
            "Procedures",
            _starts,
            {200: all_of(component("Start"))},
            is_ones_own=True,
        ),
        *begun_by_hand,
        Route(
            "POST",
            "/procedures/{key}/runs",
            "refuse_to_start",
            "Say why a procedure is not begun by hand",
            "Procedures",
            _refuse_to_start,
            {},
            parameters={"key": KEY},
            body=ANYTHING,
            hidden=True,
        ),
    )


def _begin(procedure: Procedure, definitions: Definitions) -> Route:
    return Route(
        "POST",
        f"/procedures/{procedure.key}/runs",
        f"start_{procedure.key.replace('-', '_')}",
        f"Begin a run of {procedure.title}",
        "Procedures",
        _start,
        {201: component("Run")},
        body=_starting(procedure, definitions),
        keyed=True,
        refuses=(403, 409),
        given={"procedure": procedure.key},
    )


def _starting(procedure: Procedure, definitions: Definitions) -> Schema:
    """Which start is meant, with the answers to its form."""
    by_hand = [item for item in procedure.starts if item.by]
    bodies = [_body(item, definitions, is_only=len(by_hand) == 1) for item in by_hand]
    if len(bodies) == 1:
        return bodies[0]
    return {"type": "object", "oneOf": bodies, "discriminator": {"propertyName": "start"}}


def _body(beginning: Beginning, definitions: Definitions, *, is_only: bool) -> Schema:
    form = definitions.forms[beginning.form] if beginning.form else None
    answers: dict[str, dict[str, Any]] = {}
    needed: list[str] = []
    if form is not None:
        answers, needed = _fields(form.fields, definitions.entities[form.entity])
        for rows in form.rows:
            values, of_row = _fields(rows.fields, definitions.entities[rows.entity])
            one = row(closed(values, required=tuple(of_row)))
            answers[rows.field] = {"type": "array", "maxItems": 500, "items": one}
            if rows.at_least and form.copy_from is None:
                answers[rows.field]["minItems"] = rows.at_least
                needed.append(rows.field)
    required = () if is_only else ("start",)
    return closed(
        {
            "start": {"type": "string", "const": beginning.key, "description": beginning.title},
            "answers": closed(answers, required=tuple(needed)),
        },
        required=(*required, "answers") if needed else required,
        title=beginning.title or beginning.key,
    )


def _fields(
    placed: tuple[FormField, ...], entity: Entity
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The schemas of the fields that may be sent, and which of them must be."""
    answers: dict[str, dict[str, Any]] = {}
    needed: list[str] = []
    for item in placed:
        field = entity.fields[item.field]
        if item.read_only or field.decided_by or field.back:
            continue
        answers[item.field] = _answer(item, field)
        if _is_needed(item, field):
            needed.append(item.field)
    return answers, needed


def _answer(placed: FormField, field: Field) -> dict[str, Any]:
    schema = of_type(field.type, writes=True) | {"title": field.title}
    guideline = placed.guideline or field.guideline
    if guideline:
        schema["description"] = guideline
    if not _is_required(placed, field):
        return nullable(schema)
    if field.type.kind is Kind.TEXT:
        schema["minLength"] = max(1, schema.get("minLength", 0))
    return schema


def _is_required(placed: FormField, field: Field) -> bool:
    return field.required if placed.required is None else placed.required


def _is_needed(placed: FormField, field: Field) -> bool:
    """Whether the answer must be sent: nothing else gives it."""
    is_given = placed.default is not None or field.default is not None
    return _is_required(placed, field) and not is_given and placed.condition is None


def _list(app: App, _call: Call) -> Answer:
    items = [shown_procedures.procedure_line(item) for item in app.definitions.procedures.values()]
    return Answer({"items": items, "next": None})


def _read(app: App, _call: Call, key: str) -> Answer:
    procedure = found("procedure", app.definitions.procedures, key)
    return Answer(shown_procedures.procedure(procedure, app.definitions))


def _starts(app: App, call: Call) -> Answer:
    items = [shown.start(button) for button in runs.startable(app, call.actor)]
    return Answer({"items": items, "next": None})


def _refuse_to_start(app: App, _call: Call, key: str) -> Answer:
    procedure = found("procedure", app.definitions.procedures, key)
    raise WrongState(
        f"{procedure.title} is not begun by hand.",
        hint="Other procedures or new records begin it; GET /api/v1/starts says what you may begin.",
    )


def _start(app: App, call: Call, procedure: str) -> Answer:
    body: dict[str, Any] = call.body

    def represent(view: RunView) -> Answer:
        return Answer(
            shown.run(view),
            status=201,
            revision=view.line.revision,
            location=f"/api/v1/runs/{view.line.id}",
        )

    return call.once(
        lambda key: runs.start(
            app, call.actor, procedure, body.get("start"), body.get("answers", {}), key=key
        ),
        represent,
    )
