"""Is a file of the shape that its kind's JSON Schema describes? All that is not, in sentences.

The schemas are for editors as much as for us; what a validator says about them is for nobody.
Faults that leave a definition's meaning clear (an unknown key, a missing or long text) do not
keep the rest of it from being looked at.
"""

from __future__ import annotations

import copy
import functools
import importlib.resources
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import jsonschema_rs
from jsonschema import Draft7Validator

from server.domain.expression.spelling import did_you_mean
from server.loading import wording
from server.loading.diagnostics import Diagnostic, Mark
from server.loading.faults import shape as faults
from server.loading.marked import Path, SourceFile
from server.loading.wording import Error

TEXTS = frozenset({"title", "purpose", "guideline", "because", "why", "instruction"})
"""Keys whose text only people read: a definition can be understood without it."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """`source` is None where so much is wrong that nothing can be made of it."""

    source: SourceFile | None
    diagnostics: tuple[Diagnostic, ...]


def shape(source: SourceFile) -> Shaped:
    """What the schema of the file's kind has to say about it."""
    if is_in_shape(source.kind, source.data):
        return Shaped(source, ())
    reading = _Reading(source, schema(source.kind))
    found: dict[tuple[Mark, str], Diagnostic] = {}
    for error in _validator(source.kind).iter_errors(source.data):
        for diagnostic in reading.told(error):
            found.setdefault((diagnostic.mark, diagnostic.message), diagnostic)
    if reading.is_hopeless:
        return Shaped(None, tuple(found.values()))
    data = _without(source.data, reading.unknown) if reading.unknown else source.data
    return Shaped(replace(source, data=data), tuple(found.values()))


@functools.cache
def schema(kind: str) -> Mapping[str, Any]:
    """The schema of a kind of definition, as editors have it."""
    text = importlib.resources.files("schemas").joinpath(f"{kind}.schema.json").read_text("utf-8")
    read: Mapping[str, Any] = json.loads(text)
    return read


def is_in_shape(kind: str, data: Any) -> bool:
    """Whether nothing is wrong, asked of a validator that is quick and tells no more than that."""
    try:
        return _quick(kind).is_valid(data)
    except ValueError:  # what JSON cannot hold, YAML may
        return False


@functools.cache
def _quick(kind: str) -> jsonschema_rs.Draft7Validator:
    return jsonschema_rs.Draft7Validator(dict(schema(kind)))


@functools.cache
def _validator(kind: str) -> Draft7Validator:
    return Draft7Validator(schema(kind))


def _without(data: Any, unknown: Sequence[Path]) -> Any:
    kept = copy.deepcopy(data)
    for path in unknown:
        around = kept
        for part in path[:-1]:
            around = around[part]
        around.pop(path[-1], None)
    return kept


class _Reading:
    """Turns what the validator says about one file into diagnostics."""

    def __init__(self, source: SourceFile, schema: Mapping[str, Any]) -> None:
        self.unknown: list[Path] = []
        self.is_hopeless = False
        self._source = source
        self._schema = schema

    def told(self, error: Error) -> Iterator[Diagnostic]:
        path = tuple(error.absolute_path)
        if "propertyNames" in error.absolute_schema_path:
            yield self._name(error, path)
            return
        match error.validator:
            case "additionalProperties":
                yield from self._unknown(error, path)
            case "required":
                yield from self._missing(error, path)
            case "anyOf" | "oneOf":
                yield from self._alternatives(error, path)
            case _:
                only_read = path and path[-1] in TEXTS and error.instance is None
                if error.validator != "maxLength" and not only_read:
                    self.is_hopeless = True
                yield self._value(error, path)

    # -- keys ---------------------------------------------------------------------------------

    def _unknown(self, error: Error, path: Path) -> Iterator[Diagnostic]:
        """Keys that this place does not know, at all or beside the others."""
        trail = self._trail(error)
        groups = _groups(trail)
        if _present(groups, error.instance, more_than=1):
            yield from self._too_many(groups, error.instance, path)
            return
        here, elsewhere = error.schema["properties"], _known_to_others(trail)
        beside = _trigger(trail, groups, error.instance)
        for key in error.instance.keys() - here.keys():
            mark = self._source.key_mark(*path, key)
            if key in elsewhere:
                self.is_hopeless = True
                if beside:  # without it, it is told already that one of the keys is missing
                    free = ", ".join(name for name in here if name not in error.instance)
                    yield faults.does_not_belong(mark, key, beside, free)
                continue
            self.unknown.append((*path, key))
            hint = did_you_mean(key, here)
            if error.instance[key] is None and self._source.is_flow(*path):
                hint = "Within {...} a comma ends a text: put the text before it in quotes."
            elif key == "<<":
                hint = "Maps are not merged; write the keys out."
            yield faults.unknown_key(mark, key, hint)

    def _missing(self, error: Error, path: Path) -> Iterator[Diagnostic]:
        around = self._trail(error)
        if _present(_groups(around), error.instance, more_than=1):
            return  # which keys are needed is open until there is one verb
        for key in error.validator_value:
            if key in error.instance:
                continue
            if key not in TEXTS:
                self.is_hopeless = True
            described = (self._described(node, key) for node in around)
            yield faults.missing_key(
                self._source.mark(*path), key, next(filter(None, described), "")
            )

    def _described(self, node: Mapping[str, Any], key: str) -> str:
        """What a part of the schema says about a key of it."""
        found = node.get("properties", {}).get(key, {})
        if "$ref" in found:
            found = self._referred(found["$ref"])
        return str(found.get("description", ""))

    def _name(self, error: Error, path: Path) -> Diagnostic:
        """A key that is not written as keys are here."""
        key = error.instance
        mark = self._source.key_mark(*path, key)
        self.is_hopeless = True
        if error.validator == "pattern":
            return faults.ill_formed(mark, "The key", wording.cut(key), wording.pattern(error))
        if error.validator == "enum":
            return faults.not_one_of(
                mark, "The key", f"'{wording.cut(key)}'", wording.choices(error)
            )
        return faults.wrong_size(mark, f"The key '{wording.cut(key)}'", wording.amount(error))

    # -- one of several -----------------------------------------------------------------------

    def _alternatives(self, error: Error, path: Path) -> Iterator[Diagnostic]:
        names = _required_only(error.validator_value)
        if names and not isinstance(error.instance, dict):
            return  # no map at all, as is said about it
        if names:
            self.is_hopeless = True
            present = [name for name in names if name in error.instance]
            if present:
                yield from self._too_many([names], error.instance, path)
            else:
                yield faults.not_just_one(
                    self._source.mark(*path),
                    f"One of these is missing: {', '.join(names)}.",
                    "Exactly one of them says what this is.",
                )
            return
        branches: dict[Any, list[Error]] = {}
        for inner in error.context or ():
            branches.setdefault(inner.schema_path[0], []).append(inner)
        for inners in branches.values():
            if not any(_is_other_kind(inner) for inner in inners):
                for inner in inners:
                    yield from self.told(inner)
                return
        self.is_hopeless = True
        expected = [wording.kind_of(branch) for branch in error.validator_value]
        yield faults.wrong_type(
            self._source.mark(*path),
            wording.place(path),
            wording.found(error.instance),
            " or ".join(dict.fromkeys(expected)),
            wording.quotes(error.instance, expected),
        )

    def _too_many(
        self, groups: Sequence[Sequence[str]], around: Mapping[str, Any], path: Path
    ) -> Iterator[Diagnostic]:
        for names in groups:
            first, *others = [name for name in around if name in names and name != "set"]
            for other in others:
                yield faults.not_just_one(
                    self._source.key_mark(*path, other),
                    f"'{other}' cannot stand beside '{first}'.",
                    f"Exactly one of these can be here: {', '.join(names)}.",
                )

    # -- values -------------------------------------------------------------------------------

    def _value(self, error: Error, path: Path) -> Diagnostic:
        mark, what, found = self._source.mark(*path), wording.place(path), error.instance
        match error.validator:
            case "type":
                expected = [wording.TYPES[name] for name in wording.several(error.validator_value)]
                words = " or ".join(expected)
                return faults.wrong_type(
                    mark, what, wording.found(found), words, wording.quotes(found, expected)
                )
            case "enum" | "const":
                return faults.not_one_of(mark, what, wording.found(found), wording.choices(error))
            case "pattern":
                return faults.ill_formed(mark, what, wording.cut(found), wording.pattern(error))
            case "uniqueItems":
                index = next(i for i, item in enumerate(found) if item in found[:i])
                there = self._source.mark(*path, index)
                return faults.repeated(there, what, f"'{wording.cut(found[index])}'")
            case _:
                return faults.wrong_size(mark, what, wording.amount(error))

    # -- where in the schema --------------------------------------------------------------------

    def _trail(self, error: Error) -> list[Mapping[str, Any]]:
        """The parts of the schema that are about the value with the error, the innermost first."""
        node: Any = self._schema
        passed = [node]
        before = ""
        for part in error.absolute_schema_path:
            while isinstance(node, Mapping) and "$ref" in node:
                node = self._referred(node["$ref"])
                passed.append(node)
            node = node[part]
            if before == "properties" or part in {"items", "additionalProperties"}:
                passed = passed if isinstance(node, bool) else []  # now it is about an inner value
            passed.append(node)
            before = "" if before == "properties" else str(part)
        return [item for item in reversed(passed) if isinstance(item, Mapping)]

    def _referred(self, reference: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self._schema["definitions"][reference.rsplit("/", 1)[-1]]
        return found


def _required_only(branches: Any) -> list[str]:
    """The keys of which one must be there, where that is all that the branches say."""
    if all(branch.keys() == {"required"} for branch in branches):
        return [branch["required"][0] for branch in branches]
    return []


def _groups(trail: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """All sets of keys of which one must be there, around this part of the schema."""
    found = (
        _required_only(node[several])
        for node in trail
        for several in ("anyOf", "oneOf")
        if several in node and ("properties" in node or "allOf" in node)
    )
    return [names for names in found if names]


def _trigger(
    trail: Sequence[Mapping[str, Any]], groups: Sequence[Sequence[str]], around: Mapping[str, Any]
) -> str:
    """The key that makes this place what it is, such as a step's verb; empty if none is there."""
    for names in groups:
        return next((name for name in names if name in around), "")
    conditions: Iterator[Mapping[str, Any]] = (node["if"] for node in trail if "if" in node)
    condition = next(conditions, {})
    return str(condition.get("required", [""])[0])


def _known_to_others(trail: Sequence[Mapping[str, Any]]) -> set[str]:
    """The keys that places of this sort can have, whatever makes them what they are."""
    known: set[str] = set()
    for node in trail:
        parts = node.get("allOf", [node] if "if" in node else [])
        for part in parts:
            for branch in ("then", "else"):
                known |= part.get(branch, {}).get("properties", {}).keys()
        if parts and "allOf" in node:
            break
    return known


def _present(
    groups: Sequence[Sequence[str]], around: Mapping[str, Any], *, more_than: int
) -> bool:
    return any(
        sum(name in around for name in names if name != "set") > more_than for names in groups
    )


def _is_other_kind(error: Error) -> bool:
    """Whether this branch is for values of another kind altogether."""
    return error.validator in {"type", "const"} and not error.relative_path
