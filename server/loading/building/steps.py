"""The steps of a procedure, each read with the names that are known where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from server.domain.decision import Decision
from server.domain.entity import Field
from server.domain.expression import Expression
from server.domain.gateway import gateway
from server.domain.procedure import (
    Action,
    Assignment,
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
    Question,
    Set,
    Start,
    Step,
    Together,
)
from server.domain.values import YES_NO, Kind, Type
from server.loading.building.flow import Flow, Steps, asked_type
from server.loading.desk import Desk, Place, Scope, flag, is_sound, spelled, unsound, words
from server.loading.faults import sense as faults
from server.loading.marked import Path

OTHERWISE = "otherwise"
"""The key of the row that holds when no other does, unless it is given one."""


def build_steps(desk: Desk, flow: Flow, steps: Steps, *path: str | int) -> tuple[Step, ...]:
    """A list of steps."""
    return tuple(_step(desk, flow, raw, (*path, index)) for index, raw in enumerate(steps))


def assignments(
    desk: Desk, scope: Scope, raw: Mapping[str, Any], *path: str | int
) -> tuple[Assignment, ...]:
    """The fields that `set` at `path` writes, each with its value."""
    return tuple(
        _assignment(desk, scope, dotted, value, (*path, "set", dotted))
        for dotted, value in raw.get("set", {}).items()
    )


def _step(desk: Desk, flow: Flow, raw: Mapping[str, Any], path: Path) -> Step:
    scope, after = flow.scopes[path], flow.after[path]
    return Step(
        raw["step"],
        _action(desk, flow, raw, path),
        words(raw, "title"),
        desk.record(raw["about"], scope, *path, "about") if "about" in raw else None,
        assignments(desk, after, raw, *path),
        {
            key: _outcome(desk, after, key, outcome, (*path, "outcomes", key))
            for key, outcome in raw.get("outcomes", {}).items()
        },
        raw.get("then"),
        raw.get("as"),
    )


def _outcome(
    desk: Desk, scope: Scope, key: str, raw: str | Mapping[str, Any], path: Path
) -> Outcome:
    if isinstance(raw, str):
        return Outcome(key, then=raw)
    return Outcome(
        key,
        words(raw, "label"),
        raw.get("then"),
        tuple(raw.get("needs", ())),
        assignments(desk, scope, raw, *path),
    )


def _assignment(desk: Desk, scope: Scope, dotted: str, value: Any, path: Path) -> Assignment:
    text, _, key = dotted.rpartition(".")
    record = desk.record(text, scope, *path, place=Place(desk.source, path, in_key=True))
    field: Field | None = None
    entity = record.type.entity if record.type is not None else None
    if is_sound(record) and entity in desk.manuscript.entities:
        desk.refer_key("field", f"{entity}.{key}", *path)
        field = desk.manuscript.entities[str(entity)].fields.get(key)
    if field is None:
        return Assignment(record, key, unsound(spelled(value), None))
    written = desk.expression(value, scope, *path, expected=field.type, nullable=True)
    null = desk.null_in(written, scope, field.type, Place(desk.source, path))
    if field.required and null is not None:
        desk.say(faults.may_stay_empty(null))
    return Assignment(record, key, written)


def _action(desk: Desk, flow: Flow, raw: Mapping[str, Any], path: Path) -> Action:
    scope = flow.scopes[path]
    if "do" in raw:
        return _do(desk, scope, raw, path)
    if "decide" in raw:
        desk.refer("decision", raw["decide"], *path, "decide")
        return Decide(raw["decide"], _given(desk, scope, raw, path))
    if "choose" in raw:
        return _choose(desk, scope, raw, path)
    if "create" in raw:
        return Create(_creation(desk, raw["create"], *path, "create"))
    if "notify" in raw:
        desk.refer("notification", raw["notify"], *path, "notify")
        return Notify(raw["notify"])
    if "start" in raw:
        desk.refer("procedure", raw["start"], *path, "start")
        return Start(raw["start"], raw.get("enters"))
    if "continue_in" in raw:
        desk.refer("procedure", raw["continue_in"], *path, "continue_in")
        return ContinueIn(raw["continue_in"], raw.get("enters"))
    if "together" in raw:
        branches = tuple(
            Branch(key, build_steps(desk, flow, inner, *path, "together", key))
            for key, inner in raw["together"].items()
        )
        return Together(branches, raw.get("finish_when", "all"))
    if "end" in raw:
        return End(raw["end"])
    return Set()


def _do(desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path) -> Do:
    desk.refer("role", raw["role"], *path, "role")
    for index, role in enumerate(raw.get("with", ())):
        desk.refer("role", role, *path, "with", index)
    if "form" in raw:
        desk.refer("form", raw["form"], *path, "form")
    return Do(
        raw["do"],
        raw["role"],
        words(raw, "instruction"),
        raw.get("form"),
        desk.record(raw["of"], scope, *path, "of") if "of" in raw else None,
        tuple(raw.get("with", ())),
        {
            key: _question(desk, key, asked, (*path, "asks", key))
            for key, asked in raw.get("asks", {}).items()
        },
        _creation(desk, raw["creates"], *path, "creates") if "creates" in raw else None,
    )


def _question(desk: Desk, key: str, raw: str | Mapping[str, Any], path: Path) -> Question:
    if isinstance(raw, str):
        return Question(key, raw, YES_NO)
    return Question(
        key,
        words(raw, "question"),
        asked_type(desk, raw, *path) or YES_NO,
        words(raw, "guideline"),
        flag({"required": True, **raw}, "required"),
        dict(raw.get("titles", {})),
    )


def _creation(desk: Desk, written: str, *path: str | int) -> Creation:
    entity, _, name = written.partition(" as ")
    desk.refer("entity", entity, *path)
    return Creation(entity, name or entity)


def _choose(desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path) -> Choose:
    rows: list[tuple[str, Expression | None, str]] = []
    for index, row in enumerate(raw["choose"]):
        if OTHERWISE in row:
            rows.append((row.get("rule", OTHERWISE), None, row[OTHERWISE]))
        else:
            at = (*path, "choose", index, "if")
            rows.append((row["rule"], condition(desk, scope, row["if"], *at), row["then"]))
    key = f"{desk.data['procedure']}.{raw['step']}"
    return Choose(*gateway(key, words(raw, "title") or raw["step"], rows))


def condition(desk: Desk, scope: Scope, raw: Any, *path: str | int) -> Expression:
    """What is true or false."""
    found = desk.expression(raw, scope, *path, expected=YES_NO)
    return found if is_sound(found) else unsound(found.text, YES_NO)


def _given(
    desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path
) -> Mapping[str, Expression]:
    """For each input of the decision, the expression that gives it."""
    given = raw["given"]
    decision = desk.manuscript.decisions.get(raw["decide"])
    if isinstance(given, Mapping):
        places = {key: Place(desk.source, (*path, "given", key)) for key in given}
        written = dict(given)
    else:
        whole = desk.expression(given, scope, *path, "given")
        if decision is None or not is_sound(whole) or whole.type is None:
            return {}
        members = _members(desk, whole.type)
        written = {key: f"{given}.{key}" for key in decision.inputs if key in members}
        places = dict.fromkeys(written, Place(desk.source, (*path, "given")))
    return {
        key: _input(desk, scope, decision, key, text, places[key]) for key, text in written.items()
    }


def _input(
    desk: Desk, scope: Scope, decision: Decision | None, key: str, raw: Any, place: Place
) -> Expression:
    expected = decision.inputs.get(key) if decision is not None else None
    found = desk.expression(raw, scope, expected=expected, nullable=True, place=place)
    if decision is not None and expected is not None and key not in decision.optional:
        null = desk.null_in(found, scope, expected, place)
        if null is not None:
            desk.say(faults.input_may_be_null(null, decision.key, key, found.text))
    return found


def _members(desk: Desk, typ: Type) -> Mapping[str, object]:
    if typ.kind is Kind.ANSWERS:
        return typ.members
    entity = desk.manuscript.entities.get(typ.entity or "")
    return entity.fields if entity is not None else {}
