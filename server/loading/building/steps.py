"""The steps of a procedure, each read with the names that are known where it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from server.domain.ballot import Quota
from server.domain.decision import Decision
from server.domain.entity import Field
from server.domain.expression import Expression, nodes
from server.domain.expression.tree import Now
from server.domain.expression.working import FROM_NOW, is_working_time
from server.domain.gateway import gateway
from server.domain.step import (
    Action,
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
    Set,
    Start,
    Step,
    Together,
    Turns,
    WaitUntil,
)
from server.domain.values import DATE_TIME, YES_NO, Kind, Type
from server.domain.words import in_words
from server.loading.building.approvals import build_approve
from server.loading.building.flow import Flow, Steps, asked_type, turn_name
from server.loading.desk import Desk, Place, Scope, flag, is_sound, spelled, unsound, words
from server.loading.faults import sense as faults
from server.loading.marked import Path

OTHERWISE = "otherwise"
"""The key of the row that holds when no other does, unless it is given one."""
GO_ON = "go-on"
OVER, GO_ON_NOW = "over", "come"
"""What the tables of conditions say that are looked at again and again, while they do not hold: to
go on as it is; when they do: that turns are over, that what was waited for has come."""
SPOKEN = {
    Kind.DATE_TIME: "a moment",
    Kind.DATE: "a date",
    Kind.DURATION: "a duration",
    Kind.YES_NO: "a condition",
}
DATE, DURATION = Type(Kind.DATE), Type(Kind.DURATION)
_SHARE = re.compile(r"\d{1,9} ?/ ?[1-9]\d{0,8}")


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
        _turns(desk, flow, raw, path) if "for_each" in raw else None,
    )


def _turns(desk: Desk, flow: Flow, raw: Mapping[str, Any], path: Path) -> Turns:
    """The step's `for_each`, and when it is over."""
    name, members = turn_name(raw["for_each"]), flow.members[path]
    finish_when: Quota = "all"
    table: Decision | None = None
    given: Mapping[str, Expression] = {}
    if "finish_when" in raw:
        quota = _quota(raw["finish_when"])
        if quota is None:
            at = (*path, "finish_when")
            table, given = watched(desk, flow.around[path], raw, at, OVER)
        else:
            finish_when = quota
    return Turns(name, members, flag(raw, "all_at_once"), finish_when, table, given)


def _quota(raw: Any) -> Quota | None:
    """How many turns are enough, where no condition says it."""
    match spelled(raw).strip():
        case "all":
            return "all"
        case "first":
            return "one"
        case text if text.isdigit() and int(text) > 0:
            return int(text)
        case text if _SHARE.fullmatch(text):
            share = Fraction(text.replace(" ", ""))
            return share if 0 < share <= 1 else None
    return None


def watched(
    desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path, holds: str
) -> tuple[Decision, Mapping[str, Expression]]:
    """The table of a condition that is looked at again and again: it says `holds`, or to go on."""
    found = condition(desk, scope, raw[str(path[-1])], *path)
    if any(isinstance(node, Now) for node in nodes(found.tree)):
        desk.say(faults.nobody_looks(desk.source.mark(*path)))
    key = f"{desk.data['procedure']}.{raw['step']}.{str(path[-1]).replace('_', '-')}"
    return gateway(key, found.text, (("holds", found, holds), (OTHERWISE, None, GO_ON)))


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
    if "approve" in raw:
        return build_approve(
            desk,
            scope,
            raw,
            path,
            _questions(desk, raw, path),
            _at_latest(desk, scope, raw, path),
            _due(desk, scope, raw["due"], (*path, "due")) if "due" in raw else None,
        )
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
        finish_when = raw.get("finish_when", "all")
        return Together(branches, finish_when, as_needed(desk, flow, raw, path))
    if "steps" in raw:
        inner = build_steps(desk, flow, raw["steps"], *path, "steps")
        return Group(inner, as_needed(desk, flow, raw, path))
    if "call" in raw:
        desk.refer("procedure", raw["call"], *path, "call")
        return Call(raw["call"], raw.get("enters"))
    if "wait_until" in raw:
        return _wait(desk, scope, raw, path)
    if "end" in raw:
        return End(raw["end"])
    return Set()


def as_needed(desk: Desk, flow: Flow, raw: Mapping[str, Any], path: Path) -> tuple[AsNeeded, ...]:
    """What people may begin as they need it. It is called like its first step."""
    found = []
    for key, steps in raw.get("as_needed", {}).items():
        inner = build_steps(desk, flow, steps, *path, "as_needed", key)
        found.append(AsNeeded(key, inner[0].title or in_words(key), inner))
    return tuple(found)


def _wait(desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path) -> WaitUntil:
    at_latest = _at_latest(desk, scope, raw, path)
    at = (*path, "wait_until")
    looked = desk.tried(raw["wait_until"], scope)
    if looked is not None and looked.kind is Kind.YES_NO:
        table, given = watched(desk, scope, raw, at, GO_ON_NOW)
        return WaitUntil(None, table, given, at_latest)
    found = moment(desk, scope, raw, at, DATE_TIME, DATE, YES_NO)
    return WaitUntil(found, at_latest=at_latest)


def _at_latest(desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path) -> Expression | None:
    if "at_latest" not in raw:
        return None
    if is_working_time(spelled(raw["at_latest"])):
        return _from_now(desk, scope, raw["at_latest"], (*path, "at_latest"))
    return moment(desk, scope, raw, (*path, "at_latest"), DATE_TIME, DURATION)


def _from_now(desk: Desk, scope: Scope, raw: Any, path: Path) -> Expression:
    """Working time written on its own: the moment it is over, in the author's words."""
    text = spelled(raw).strip()
    place = Place(desk.source, path, before=len(FROM_NOW))
    found = desk.expression(FROM_NOW + text, scope, *path, nullable=False, place=place)
    return replace(found, text=text)


def moment(
    desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path, *types: Type
) -> Expression:
    """An expression of one of these types; it may be null, which means that it is not known yet."""
    found = desk.expression(raw[str(path[-1])], scope, *path, nullable=True)
    kinds = [typ.kind for typ in types]
    if is_sound(found) and found.type is not None and found.type.kind not in kinds:
        words = " or ".join(SPOKEN[kind] for kind in kinds)
        mark = desk.source.mark(*path)
        desk.say(faults.senseless(mark, f"This is {found.type}; needed is {words}.", ""))
        return unsound(found.text, None)
    return found


def _due(desk: Desk, scope: Scope, raw: Mapping[str, Any], path: Path) -> Due:
    at = (*path, "within")
    if is_working_time(spelled(raw["within"])):
        within = _from_now(desk, scope, raw["within"], at)
    else:
        within = desk.expression(raw["within"], scope, *at, expected=DURATION)
    late = raw["late"].removeprefix("tell ") if "late" in raw else None
    if late is not None:
        desk.refer("role", late, *path, "late", offset=len("tell "))
    return Due(within, late)


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
        desk.record(raw["of"], scope, *path, "of", many=True) if "of" in raw else None,
        tuple(raw.get("with", ())),
        _questions(desk, raw, path),
        _creation(desk, raw["creates"], *path, "creates") if "creates" in raw else None,
        _due(desk, scope, raw["due"], (*path, "due")) if "due" in raw else None,
    )


def _questions(desk: Desk, raw: Mapping[str, Any], path: Path) -> Mapping[str, Question]:
    return {
        key: _question(desk, key, asked, (*path, "asks", key))
        for key, asked in raw.get("asks", {}).items()
    }


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
        key: decision_input(desk, scope, decision, key, text, places[key])
        for key, text in written.items()
    }


def decision_input(
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
