"""A decision of its file: its types, its cells made into conditions, its tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from server.domain.decision import Decision, Example, Hits, Rule, Setting
from server.domain.expression import Expression, Problem, cell, conjunction
from server.domain.values import YES_NO, Type, Value
from server.loading.building.types import written_type
from server.loading.desk import Desk, Scope, flag, unsound, words
from server.loading.faults import decision as faults
from server.loading.faults import sense, shape
from server.loading.shape import schema

NO_VERDICT = "no_verdict"
"""What a test expects where nothing must come out."""
OTHERWISE = "otherwise"
"""The key of the rule that holds when no other does, unless it is given one."""


def build_decision(desk: Desk) -> Decision | None:
    """The decision; None where the choice of one of its inputs or outputs cannot be known."""
    data = desk.data
    inputs = _types(desk, "inputs")
    outputs = _types(desk, "output")
    if inputs is None or outputs is None:
        return None
    optional = frozenset(key for key, raw in data["inputs"].items() if flag(raw, "optional"))
    settings = {
        key: _setting(desk, key, raw, "settings", key)
        for key, raw in data.get("settings", {}).items()
    }
    names = {**inputs, **{key: setting.type for key, setting in settings.items()}}
    computed: dict[str, Expression] = {}
    for key, raw in data.get("computed", {}).items():
        scope = Scope(dict(names), optional=optional)
        found = desk.expression(raw, scope, "computed", key, nullable=False, timeless=True)
        computed[key] = found
        if found.type is not None:
            names[key] = found.type
    obscure = frozenset(computed.keys() - names.keys())
    scope = Scope(names, optional=optional, obscure=obscure)
    _tell_two_meanings(desk, inputs, settings, computed)
    derived = {
        key: _derived(desk, scope, raw, outputs[key], "output", key, "is")
        for key, raw in data["output"].items()
        if "is" in raw
    }
    said = {key: typ for key, typ in outputs.items() if key not in derived}
    _tell_missing_rules(desk, said)
    rules = tuple(
        _rule(desk, scope, inputs, said, raw, index) for index, raw in enumerate(_rules(data))
    )
    decision = Decision(
        data["decision"],
        words(data, "title"),
        inputs,
        outputs,
        rules,
        Hits(data.get("hits", Hits.FIRST)),
        tuple(
            desk.expression(raw, scope, "assuming", index, expected=YES_NO, timeless=True)
            for index, raw in enumerate(data.get("assuming", ()))
        ),
        settings,
        computed,
        (),
        optional,
        frozenset(key for key, raw in data["output"].items() if flag(raw, "optional")),
        derived,
    )
    return replace(decision, tests=_tests(desk, decision))


def _tests(desk: Desk, decision: Decision) -> tuple[Example, ...]:
    return tuple(
        _refused(desk, decision, raw, "tests", index)
        if raw["expect"] == NO_VERDICT
        else Example(
            _values(desk, raw["given"], decision.inputs, "input", "tests", index, "given"),
            _values(desk, raw["expect"], decision.says, "output", "tests", index, "expect"),
        )
        for index, raw in enumerate(desk.data.get("tests", ()))
    )


def _refused(desk: Desk, decision: Decision, raw: Mapping[str, Any], *path: str | int) -> Example:
    """A test of what the decision does not take: it may give what is out of bounds."""
    inputs = {
        key: replace(typ, at_least=None, at_most=None) for key, typ in decision.inputs.items()
    }
    return Example(_values(desk, raw["given"], inputs, "input", *path, "given"), None)


def _rules(data: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The rules as written; none where all outputs are computed."""
    found: Sequence[Mapping[str, Any]] = data.get("rules", ())
    return found


def _tell_missing_rules(desk: Desk, said: Mapping[str, Type]) -> None:
    """A decision needs rules, and what several of them mean, unless all outputs are computed."""
    for key in ("hits", "rules"):
        if said and key not in desk.data:
            described = schema("decision")["else"]["properties"][key]["description"]
            desk.say(shape.missing_key(desk.source.mark(), key, described))
        elif not said and key in desk.data:
            desk.say(faults.nothing_to_say(desk.source.key_mark(key), key))


def _derived(
    desk: Desk, scope: Scope, raw: Mapping[str, Any], typ: Type, *path: str | int
) -> Expression:
    return desk.expression(
        raw["is"], scope, *path, expected=typ, nullable=flag(raw, "optional"), timeless=True
    )


def _types(desk: Desk, section: str) -> dict[str, Type] | None:
    types = {key: written_type(desk, raw, section, key) for key, raw in desk.data[section].items()}
    known = {key: typ for key, typ in types.items() if typ is not None}
    return known if len(known) == len(types) else None


def _setting(desk: Desk, key: str, raw: Mapping[str, Any], *path: str | int) -> Setting:
    typ = written_type(desk, raw, *path)
    assert typ is not None, "settings have no choice of another definition"
    mark = desk.source.mark(*path, "value")
    value = desk.value(raw["value"], typ, *path, "value")
    return Setting(key, typ, value, words(raw, "why"), f"{mark.file}:{mark.line}")


def _tell_two_meanings(desk: Desk, *sections: Mapping[str, object]) -> None:
    seen: dict[str, str] = {}
    for section, names in zip(("inputs", "settings", "computed"), sections, strict=True):
        for name in names:
            if name in seen:
                mark = desk.source.key_mark(section, name)
                desk.say(faults.two_meanings(mark, name, seen[name]))
            seen[name] = section


def _rule(
    desk: Desk,
    scope: Scope,
    inputs: Mapping[str, Type],
    outputs: Mapping[str, Type],
    raw: Mapping[str, Any],
    index: int,
) -> Rule:
    path = ("rules", index)
    is_otherwise = OTHERWISE in raw
    part = OTHERWISE if is_otherwise else "then"
    computed = desk.data["output"].keys() - outputs.keys()
    written = {name: value for name, value in raw[part].items() if name not in computed}
    then = _values(desk, written, outputs, "output", *path, part)
    for name in raw[part].keys() & computed:
        desk.say(faults.nothing_to_say(desk.source.key_mark(*path, part, name), name))
    missing = outputs.keys() - raw[part].keys()
    if missing:
        desk.say(faults.output_missing(desk.source.mark(*path, part), sorted(missing)))
    condition = None
    if not is_otherwise:
        given = raw["if"]
        if isinstance(given, Mapping):
            condition = _row(desk, scope, inputs, given, *path, "if")
        else:
            condition = desk.expression(given, scope, *path, "if", expected=YES_NO, timeless=True)
    return Rule(raw.get("rule", OTHERWISE), then, condition, words(raw, "because"))


def _row(
    desk: Desk,
    scope: Scope,
    inputs: Mapping[str, Type],
    cells: Mapping[str, Any],
    *path: str | int,
) -> Expression:
    """The cells of a row as one condition."""
    found: list[Expression] = []
    settings = {name: typ for name, typ in scope.names.items() if name not in inputs}
    for name, written in cells.items():
        typ = (
            scope.names.get(name)
            if name in inputs or name in desk.data.get("computed", {})
            else None
        )
        if typ is None:
            if name not in scope.obscure:
                mark = desk.source.key_mark(*path, name)
                desk.say(faults.unknown_input(mark, name, list(inputs)))
            found.append(unsound("true", YES_NO))
            continue
        condition = cell(written, name, typ, settings, optional=scope.optional)
        if isinstance(condition, Problem):
            place = desk.source.inside((*path, name), condition.start)
            desk.say(sense.unfit(place, condition.message, condition.hint))
            condition = unsound("true", YES_NO)
        found.append(condition)
    return conjunction(found)


def _values(
    desk: Desk, raw: Mapping[str, Any], types: Mapping[str, Type], what: str, *path: str | int
) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, written in raw.items():
        if name in types:
            values[name] = desk.value(written, types[name], *path, name)
        else:
            mark = desk.source.key_mark(*path, name)
            tell = faults.unknown_input if what == "input" else faults.unknown_output
            desk.say(tell(mark, name, list(types)))
    return values
