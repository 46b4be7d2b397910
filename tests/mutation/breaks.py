"""Every way in which a person might break a definition, one small break at a time.

A break is the data of one file with one thing otherwise: gone, swapped with its neighbour, pointed
elsewhere, moved by one. Words for people are left alone: no program can tell a wrong sentence.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from server.loading.checks.jumps import jumps
from server.loading.manuscript import written_steps

Place = tuple[str | int, ...]
_NUMBER = re.compile(r"(?<![\w.\"-])\d+(?:\.\d+)?(?![\w\".])")
_SIGN = re.compile(r"(?<![<>!=])(<=|>=|<|>)(?!=)")
FLIPPED = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
YES, NO = ("yes", True), ("no", False)


@dataclass(frozen=True)
class Break:
    """What was done to which file, and the data of that file afterwards."""

    kind: str
    address: tuple[str, str]
    what: str
    data: Any

    def __str__(self) -> str:
        return f"{self.address[0]} {self.address[1]}: {self.what}"


def breaks(kind: str, key: str, data: Mapping[str, Any]) -> Iterator[Break]:
    """All breaks of one file."""
    for name, what, broken in _BREAKERS.get(kind, _nothing)(data):
        if broken != data:
            yield Break(name, (kind, key), what, broken)


_Found = Iterator[tuple[str, str, Any]]


def _nothing(_data: Mapping[str, Any]) -> _Found:
    yield from ()


# -- hands ------------------------------------------------------------------------------------------


def _at(data: Any, place: Place) -> Any:
    for part in place:
        data = data[part]
    return data


def _changed(data: Any, place: Place, change: Callable[[Any, Any], None]) -> Any:
    """A copy, with something done to what holds the last part of the place."""
    made = copy.deepcopy(data)
    change(_at(made, place[:-1]), place[-1])
    return made


def _without(data: Any, *place: str | int) -> Any:
    return _changed(data, place, lambda around, key: around.pop(key))


def _with(data: Any, value: Any, *place: str | int) -> Any:
    def put(around: Any, key: Any) -> None:
        around[key] = value

    return _changed(data, place, put)


def _swapped(data: Any, one: Place, other: Place) -> Any:
    made = copy.deepcopy(data)
    first, second = _at(made, one), _at(made, other)
    _at(made, one[:-1])[one[-1]], _at(made, other[:-1])[other[-1]] = second, first
    return made


def _words(place: Place) -> str:
    return ".".join(str(part) for part in place)


# -- procedures -----------------------------------------------------------------------------------


def _procedure(data: Mapping[str, Any]) -> _Found:
    yield from _starts(data)
    yield from _jumps(data)
    for role, holder in data["roles"].items():
        yield "drop a role", f"lane {role}", _without(data, "roles", role)
        if holder != "anyone":
            yield "role held by anyone", f"lane {role}", _with(data, "anyone", "roles", role)
    if "stops_when" in data:
        yield "drop stops_when", "stops_when", _without(data, "stops_when")
        yield from _conditions(data, ("stops_when",))
    for path, raw in written_steps(data):
        yield from _step(data, path, raw)
    for place, steps in _lists(data, ()):
        for index in range(len(steps) - 1):
            yield (
                "swap two steps",
                f"{steps[index]['step']} and {steps[index + 1]['step']}",
                _swapped(data, (*place, index), (*place, index + 1)),
            )


def _lists(data: Any, place: Place) -> Iterator[tuple[Place, list[Any]]]:
    """Every list of steps."""
    if isinstance(data, list):
        if data and all(isinstance(item, dict) and "step" in item for item in data):
            yield place, data
        for index, item in enumerate(data):
            yield from _lists(item, (*place, index))
    elif isinstance(data, dict):
        for key, item in data.items():
            yield from _lists(item, (*place, key))


def _starts(data: Mapping[str, Any]) -> _Found:
    for index, start in enumerate(data["starts"]):
        title = f"start {index + 1}"
        if len(data["starts"]) > 1:
            yield "drop a start", title, _without(data, "starts", index)
        for key in ("if", "begins_at", "about", "form", "set"):
            if key in start:
                yield f"drop {key} of a start", title, _without(data, "starts", index, key)
        if "if" in start:
            yield from _conditions(data, ("starts", index, "if"))
        for field in start.get("set", {}):
            place = ("starts", index, "set", field)
            yield "drop a set", f"{title}: {field}", _without(data, *place)


def _jumps(data: Mapping[str, Any]) -> _Found:
    for target, place, around in jumps(data):
        steps = [item["step"] for item in _at(data, around)] if around else []
        others = [key for key in [*steps, "done"] if key != target]
        position = steps.index(target) if target in steps else len(steps)
        near = sorted(others, key=lambda key: abs([*steps, "done"].index(key) - position))
        for other in near[:2]:
            made = _with(data, other, *place)
            yield "retarget a jump", f"{_words(place)} to {other}", made
        if (place[-1] == "then" and not isinstance(place[-2], int)) or (
            place[-1] == "then" and "choose" not in place[-3:]
        ):
            yield "drop a then", _words(place), _without(data, *place)


VERBS = ("do", "approve", "decide", "choose", "set", "create", "notify", "call", "start",
         "continue_in", "wait_until", "together", "steps", "end")  # fmt: skip
PARTS = ("form", "of", "about", "as", "creates", "due", "at_latest", "finish_when", "all_at_once",
         "with", "enters", "name", "requesters_sign")  # fmt: skip


def _step(data: Mapping[str, Any], path: Place, raw: Mapping[str, Any]) -> _Found:
    name = raw["step"]
    if len(_at(data, path[:-1])) > 1:
        yield "drop a step", name, _without(data, *path)
    for key in PARTS:
        if key in raw:
            yield f"drop {key} of a step", name, _without(data, *path, key)
    if "role" in raw:
        for role in data["roles"]:
            if role != raw["role"]:
                yield (
                    "another role for a step",
                    f"{name}: {role}",
                    _with(data, role, *path, "role"),
                )
    for field, value in raw.get("set", {}).items():
        if len(raw["set"]) > 1 or len(set(raw) & set(VERBS)) > 1:
            yield "drop a set", f"{name}: {field}", _without(data, *path, "set", field)
        if value in {True, False, "true", "false"}:
            other = value not in {True, "true"}
            yield "another value set", f"{name}: {field}", _with(data, other, *path, "set", field)
    for key in raw.get("asks", {}):
        yield "drop a question", f"{name}: {key}", _without(data, *path, "asks", key)
    if isinstance(raw.get("given"), Mapping):
        for key in raw["given"]:
            yield "drop an input", f"{name}: {key}", _without(data, *path, "given", key)
        keys = list(raw["given"])
        for one, other in itertools.pairwise(keys):
            pair = ((*path, "given", one), (*path, "given", other))
            yield "swap two inputs", f"{name}: {one} and {other}", _swapped(data, *pair)
    yield from _outcomes(data, path, raw)
    for index, row in enumerate(raw.get("choose", ())):
        place = (*path, "choose", index)
        if "if" in row:
            yield "drop a row", f"{name}: {row.get('rule')}", _without(data, *place)
            yield from _conditions(data, (*place, "if"))
            if "if" in raw["choose"][index + 1]:
                after = (*path, "choose", index + 1)
                yield "swap two rows", f"{name}: {index + 1}", _swapped(data, place, after)
    for branch in raw.get("together", {}):
        yield "drop a branch", f"{name}: {branch}", _without(data, *path, "together", branch)
    for key in ("passes", "fails"):
        if key in raw:
            for other in ("one", "all", "1/2"):
                yield "another quota", f"{name}: {key} {other}", _with(data, other, *path, key)
    if isinstance(raw.get("wait_until"), str):
        yield from _conditions(data, (*path, "wait_until"))


def _outcomes(data: Mapping[str, Any], path: Place, raw: Mapping[str, Any]) -> _Found:
    outcomes = raw.get("outcomes", {})
    name, keys = raw["step"], list(outcomes)
    for key, outcome in outcomes.items():
        place = (*path, "outcomes", key)
        yield "drop an outcome", f"{name}: {key}", _without(data, *place)
        if isinstance(outcome, Mapping):
            for index, need in enumerate(outcome.get("needs", ())):
                yield "drop a need", f"{name}: {need}", _without(data, *place, "needs", index)
            for field in outcome.get("set", {}):
                yield "drop a set", f"{name}: {field}", _without(data, *place, "set", field)
    for one, other in itertools.pairwise(keys):
        pair = ((*path, "outcomes", one), (*path, "outcomes", other))
        yield "swap two outcomes", f"{name}: {one} and {other}", _swapped(data, *pair)


# -- conditions -------------------------------------------------------------------------------------


def _conditions(data: Any, place: Place) -> _Found:
    """A condition turned round, and its bounds moved."""
    text = _at(data, place)
    if not isinstance(text, str):
        return
    yield "negate a condition", _words(place), _with(data, f"not({text})", *place)
    yield from _bounds(data, place)


def _bounds(data: Any, place: Place) -> _Found:
    text = _at(data, place)
    if isinstance(text, int) and not isinstance(text, bool):
        yield "shift a bound", _words(place), _with(data, text + 1, *place)
        return
    if not isinstance(text, str):
        return
    for found in _SIGN.finditer(text):
        other = text[: found.start()] + FLIPPED[found[0]] + text[found.end() :]
        yield "open or close a bound", f"{_words(place)}: {other}", _with(data, other, *place)
    for found in _NUMBER.finditer(text):
        if found[0].isdigit():
            for step in (1, -1):
                moved = f"{text[: found.start()]}{int(found[0]) + step}{text[found.end() :]}"
                yield "shift a bound", f"{_words(place)}: {moved}", _with(data, moved, *place)


# -- decisions ----------------------------------------------------------------------------------------


def _decision(data: Mapping[str, Any]) -> _Found:
    if isinstance(data.get("rules"), list):
        yield from _rules(data)
    for key, raw in data.get("inputs", {}).items():
        yield "drop an input", key, _without(data, "inputs", key)
        if "optional" in raw:
            yield "require an input", key, _without(data, "inputs", key, "optional")
        for bound in ("at_least", "at_most"):
            if bound in raw:
                yield "drop a bound", f"{key}.{bound}", _without(data, "inputs", key, bound)
    for index in range(len(data.get("assuming", ()))):
        yield "drop an assumption", str(index), _without(data, "assuming", index)
    for key, raw in data.get("settings", {}).items():
        value = raw["value"]
        if isinstance(value, int) and not isinstance(value, bool):
            for step in (1, -1):
                what = f"{key} {value + step}"
                yield "another setting", what, _with(data, value + step, "settings", key, "value")
        elif value == "2/3":
            yield "another setting", f"{key} 1/2", _with(data, "1/2", "settings", key, "value")
        elif value in {*YES, *NO}:
            other = "no" if value in YES else "yes"
            yield "another setting", f"{key} {other}", _with(data, other, "settings", key, "value")
    for key, text in data.get("computed", {}).items():
        if isinstance(text, str):
            yield from _bounds(data, ("computed", key))
    hits = data.get("hits")
    for other in ("first", "exactly-one", "any", "all"):
        if other != hits:
            yield "another hit policy", f"{hits} to {other}", _with(data, other, "hits")


def _rules(data: Mapping[str, Any]) -> _Found:
    rules = data["rules"]
    for index, rule in enumerate(rules):
        name = rule.get("rule", "otherwise")
        yield "drop a rule", name, _without(data, "rules", index)
        if index + 1 < len(rules):
            yield (
                "swap two rules",
                f"{name} and the next",
                _swapped(data, ("rules", index), ("rules", index + 1)),
            )
        part = "otherwise" if "otherwise" in rule else "then"
        for output, value in rule[part].items():
            yield from _said(data, index, part, output, value)
        condition = rule.get("if")
        if isinstance(condition, Mapping):
            for cell, value in condition.items():
                place = ("rules", index, "if", cell)
                yield "drop a cell", f"{name}: {cell}", _without(data, *place)
                if value in {*YES, *NO}:
                    other = "no" if value in YES else "yes"
                    yield "another cell", f"{name}: {cell}", _with(data, other, *place)
                elif isinstance(value, list):
                    for item in range(len(value)):
                        what = f"{name}: {cell} without {value[item]}"
                        yield "narrow a cell", what, _without(data, *place, item)
                else:
                    yield from _bounds(data, place)
        elif isinstance(condition, str):
            yield from _conditions(data, ("rules", index, "if"))


def _said(data: Mapping[str, Any], index: int, part: str, output: str, value: Any) -> _Found:
    """Another value that a rule says."""
    place = ("rules", index, part, output)
    if value in {*YES, *NO}:
        yield "another output", _words(place), _with(data, "no" if value in YES else "yes", *place)
        return
    said = [
        raw.get("otherwise", raw.get("then", {})).get(output)
        for raw in data["rules"]
        if isinstance(raw, Mapping)
    ]
    choices = data["output"][output].get("choice", [])
    others = [item for item in dict.fromkeys([*choices, *said]) if item not in {value, None}]
    for other in others[:2]:
        yield "another output", f"{_words(place)} {other}", _with(data, other, *place)


# -- entities, forms, roles and the rest ------------------------------------------------------------


def _entity(data: Mapping[str, Any]) -> _Found:
    for key, raw in data.get("fields", {}).items():
        yield "drop a field", key, _without(data, "fields", key)
        for part in ("required", "default", "decided_by", "unique"):
            if part in raw:
                yield f"drop {part} of a field", key, _without(data, "fields", key, part)
        choices = raw.get("choice", ())
        for index, value in enumerate(choices if isinstance(choices, list) else ()):
            if len(choices) > 1:
                what = f"{key}: {value}"
                yield "drop a choice", what, _without(data, "fields", key, "choice", index)
    if "requested_by" in data:
        yield "drop requested_by", str(data["requested_by"]), _without(data, "requested_by")
    statuses = data.get("statuses", {})
    for key, raw in statuses.items():
        yield "drop a status", key, _without(data, "statuses", key)
        for index, to in enumerate(raw.get("to", ())):
            what = f"{key} to {to}"
            yield "drop a move", what, _without(data, "statuses", key, "to", index)


def _form(data: Mapping[str, Any]) -> _Found:
    for number, section in enumerate(data.get("sections", ())):
        for index, item in enumerate(section.get("fields", ())):
            name = item if isinstance(item, str) else item.get("field", "")
            place = ("sections", number, "fields", index)
            yield "drop a form field", str(name), _without(data, *place)
            inner = item if isinstance(item, Mapping) else {}
            for key in [
                key for key in ("required", "read_only", "default", "condition") if key in inner
            ]:
                yield f"drop {key} on a form", f"{name}", _without(data, *place, key)
        yield "drop a section", str(number), _without(data, "sections", number)


def _role(data: Mapping[str, Any]) -> _Found:
    for entity, raw in data.get("may", {}).items():
        place = ("may", entity)
        yield "drop permissions", entity, _without(data, *place)
        operations = raw if isinstance(raw, list) else raw["do"]
        within = place if isinstance(raw, list) else (*place, "do")
        for index, operation in enumerate(operations):
            if len(operations) > 1:
                what = f"{entity}: {operation}"
                yield "drop a permission", what, _without(data, *within, index)
        if isinstance(raw, list):
            continue
        if "rows" in raw:
            yield "drop rows of a permission", entity, _without(data, *place, "rows")
        for field in raw.get("fields", {}):
            what = f"{entity}: {field}"
            yield "show a hidden field", what, _without(data, *place, "fields", field)
    if "fallback" in data:
        yield "drop a fallback", data["fallback"], _without(data, "fallback")


def _notification(data: Mapping[str, Any]) -> _Found:
    for index, to in enumerate(data["to"]):
        yield "drop a recipient", str(index), _without(data, "to", index)
        if "of" in to and "role" in to:
            yield "drop of of a recipient", str(index), _without(data, "to", index, "of")
    text = data["text"]
    for name in dict.fromkeys(re.findall(r"{{ *([\w.]+) *}}", text)):
        wrong = text.replace(name, name[:-1])
        yield "misspell a name", name, _with(data, wrong, "text")


def _process(data: Mapping[str, Any]) -> _Found:
    for index, key in enumerate(data["procedures"]):
        yield "drop a procedure", key, _without(data, "procedures", index)
    for index, key in enumerate(data.get("kpis", ())):
        yield "drop a KPI", key, _without(data, "kpis", index)


def _correlation(data: Mapping[str, Any]) -> _Found:
    for key in ("items", "resolved", "resolved_value"):
        if key in data:
            yield f"drop {key}", key, _without(data, key)
    for index, path in enumerate(data["identity"]):
        if len(data["identity"]) > 1:
            yield "drop an identity", path, _without(data, "identity", index)
    for part in ("fields", "links"):
        for key, raw in data.get(part, {}).items():
            yield f"drop a {part[:-1]}", key, _without(data, part, key)
            yield from _read_from(data, (part, key), raw)


def _read_from(data: Mapping[str, Any], place: Place, raw: Mapping[str, Any]) -> _Found:
    """Where in a message something is read, and what becomes of it."""
    name = place[-1]
    for index, path in enumerate(raw["from"]):
        if len(raw["from"]) > 1:
            yield "drop a path", f"{name}: {path}", _without(data, *place, "from", index)
            if index + 1 < len(raw["from"]):
                pair = ((*place, "from", index), (*place, "from", index + 1))
                yield "swap two paths", f"{name}: {path} and the next", _swapped(data, *pair)
    for value in raw.get("values", {}):
        what = f"{name}: {value}"
        yield "drop a translation", what, _without(data, *place, "values", value)
    for key in ("otherwise", "before"):
        if key in raw:
            yield f"drop {key} of what is read", str(name), _without(data, *place, key)


def _kpi(data: Mapping[str, Any]) -> _Found:
    if "where" in data:
        yield "drop where of a KPI", "where", _without(data, "where")
        for text, sign in _signs(data["where"]):
            yield "turn a sign of a KPI", f"where: {sign}", _with(data, text, "where")
    if "of" in data:
        for text, sign in _signs(data["of"]):
            yield "turn a sign of a KPI", f"of: {sign}", _with(data, text, "of")
    yield "another moment of a KPI", data["when"], _with(data, "created_at", "when")
    turned = {"higher": "lower", "lower": "higher"}[data["direction"]]
    yield "turn a direction", turned, _with(data, turned, "direction")
    others = {"mean": "median", "median": "mean", "p90": "median", "share": "count"}
    if data["measure"] in others:
        measure = others[data["measure"]]
        yield "another measure", measure, _with(data, measure, "measure")
    if data["unit"] in {"minutes", "hours", "days"}:
        unit = {"minutes": "hours", "hours": "days", "days": "minutes"}[data["unit"]]
        yield "another unit", unit, _with(data, unit, "unit")


_TURNED = {
    " = ": " != ",
    " != ": " = ",
    " and ": " or ",
    " or ": " and ",
    " > ": " >= ",
    " <= ": " < ",
}


def _signs(text: Any) -> Iterator[tuple[str, str]]:
    """A formula with one sign turned, for each of its signs."""
    for sign, turned in _TURNED.items():
        for found in re.finditer(re.escape(sign), str(text)):
            yield text[: found.start()] + turned + text[found.end() :], sign.strip()


def _target(data: Mapping[str, Any]) -> _Found:
    for key in (
        "counts_while",
        "pauses_while",
        "void_when",
        "for_good",
        "calendar",
        "endangered_at",
    ):
        if key in data:
            yield f"drop {key}", key, _without(data, key)
    for key in ("counts_while", "pauses_while", "void_when", "done_when"):
        if key in data:
            yield from _conditions(data, (key,))
            yield from _listed(data, key)
    goal = data["goal"]
    if isinstance(goal, str):
        yield from _bounds(data, ("goal",))
    else:
        for name in goal["given"]:
            yield "drop what a decision is given", name, _without(data, "goal", "given", name)
        if "output" in goal:
            yield "drop output", goal["output"], _without(data, "goal", "output")
    if "endangered_at" in data:
        yield "another share", "8/9", _with(data, "8/9", "endangered_at")


def _listed(data: Mapping[str, Any], key: str) -> _Found:
    """One value less in the lists of a condition."""
    text = data[key]
    for found in re.finditer(r"\[([a-z_, ]+)\]", text):
        values = found[1].split(", ")
        for value in values if len(values) > 1 else ():
            left = ", ".join(item for item in values if item != value)
            other = f"{text[: found.start(1)]}{left}{text[found.end(1) :]}"
            yield "drop a value of a list", f"{key}: {value}", _with(data, other, key)


_BREAKERS: Mapping[str, Callable[[Mapping[str, Any]], _Found]] = {
    "procedure": _procedure,
    "decision": _decision,
    "entity": _entity,
    "form": _form,
    "role": _role,
    "notification": _notification,
    "process": _process,
    "correlation": _correlation,
    "kpi": _kpi,
    "target": _target,
}
