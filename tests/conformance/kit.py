"""The DMN Technology Compatibility Kit, level 2, played by our importer and our rules.

It lies beside the repository and is never copied. Each of its models goes the whole way: read from
XML, written as YAML, loaded and checked like every definition, and asked with durable-rules. Where
a decision gives no verdict, DMN says null.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from server import loading
from server.cli.import_ import as_yaml
from server.domain.decision import LISTING, Decision, NoVerdict
from server.domain.values import from_json
from server.notation.dmn import Imported, elements, imported, read
from server.notation.dmn.elements import Element
from server.rules import DURABLE, Rules
from tests.loading.patching import copy_of_minimal

HOME = "PROCEDURA_DMN_TCK"
"""The environment variable that says where the kit lies."""
BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "conformance" / "dmn-tck"
LEVEL = "compliance-level-2"
TOLERANCE = Fraction(1, 10**8)
"""What numbers may differ by, relative to the larger one: the kit gives them with some digits."""


@dataclass(frozen=True)
class Case:
    """A test of the kit: what is given, and what decisions shall say."""

    model: str
    number: str
    given: Mapping[str, Any]
    expected: Mapping[str, Any]


@dataclass(frozen=True)
class Played:
    """What came of a case: `wrong` says in words what differs; empty where all is right."""

    case: Case
    wrong: tuple[str, ...]
    evaluators: frozenset[str]


def folder() -> Path:
    """Where the kit lies. On a machine without it the test is skipped; in CI that is a failure."""
    found = Path(os.environ.get(HOME) or BESIDE) / LEVEL
    if not found.is_dir():
        if os.environ.get("PROCEDURA_REQUIRE") == "1":
            pytest.fail(f"The kit is missing: {found}")
        pytest.skip(f"the kit is not at {found}; {HOME} says where it is")
    return found


def models(kit: Path) -> Sequence[Path]:
    return sorted(kit.glob("*/*.dmn"))


def cases(model: Path) -> Iterator[Case]:
    for file in sorted(model.parent.glob("*.xml")):
        root = elements.parse(file.read_text("utf-8-sig"))
        for test in root.all("testCase"):
            given = {item.attributes["name"]: _value(item) for item in test.all("inputNode")}
            expected = {
                item.attributes["name"]: _value(item.first("expected") or item)
                for item in test.all("resultNode")
            }
            yield Case(model.stem, test.attributes["id"], given, expected)


def played(model: Path, scratch: Path) -> Iterator[Played]:
    """All cases of a model, played on the decisions that it has become."""
    decisions = {item.name: item for item in imported(read(model.read_text("utf-8-sig")))}
    home = copy_of_minimal(scratch / model.stem)
    for item in decisions.values():
        (home / "decisions" / f"{item.key}.yaml").write_text(as_yaml(item))
    loaded = loading.load([home])
    assert loaded.definitions is not None, [str(item) for item in loaded.diagnostics]
    rules = Rules({}, DURABLE)
    for case in cases(model):
        wrong: list[str] = []
        evaluators: set[str] = set()
        for name, expected in case.expected.items():
            decision = loaded.definitions.decisions[decisions[name].key]
            said, evaluator = _asked(rules, decision, decisions[name], case.given)
            evaluators.add(evaluator)
            if not _is_same(said, expected):
                wrong.append(f"{model.stem} {case.number} {name}: {said}, not {expected}")
        yield Played(case, tuple(wrong), frozenset(evaluators))


def _asked(
    rules: Rules, decision: Decision, item: Imported, given: Mapping[str, Any]
) -> tuple[Any, str]:
    inputs = {}
    for name, origin in item.inputs.items():
        value: Any = given
        for part in origin.parts:
            value = value.get(part) if isinstance(value, Mapping) else None
        ours = {word: spelled for spelled, word in origin.values.items()}
        value = ours.get(value, value) if isinstance(value, str) else value
        inputs[name] = from_json(decision.inputs[name], value)
    try:
        verdict = rules.decide(decision, inputs)
    except NoVerdict:
        return None, rules.evaluator
    told = {
        origin.parts: _theirs(verdict.output[name], origin.values)
        for name, origin in item.outputs.items()
    }
    if set(told) == {()}:
        return told[()], verdict.evaluator
    if decision.hits in LISTING:
        rows = zip(*told.values(), strict=True)
        names = [parts[-1] for parts in told]
        return [dict(zip(names, row, strict=True)) for row in rows], verdict.evaluator
    whole = {parts[-1]: value for parts, value in told.items()}
    return (None if set(whole.values()) == {None} else whole), verdict.evaluator


def _theirs(value: Any, values: Mapping[str, str]) -> Any:
    if isinstance(value, tuple):
        return [_theirs(item, values) for item in value]
    return values.get(value, value) if isinstance(value, str) else value


def _value(element: Element) -> Any:
    """A value of the kit: a plain one, a list, or a structure."""
    listed, plain = element.first("list"), element.first("value")
    if listed is not None:
        return [_value(item) for item in listed.all("item")]
    if plain is None:
        components = list(element.all("component"))
        return {item.attributes["name"]: _value(item) for item in components} or None
    if plain.attributes.get("nil") == "true":
        return None
    match plain.attributes.get("type", "").rpartition(":")[2]:
        case "decimal" | "double" | "integer":
            return Decimal(plain.text.strip())
        case "boolean":
            return plain.text.strip() == "true"
        case _:
            return plain.text


def _is_same(said: Any, expected: Any) -> bool:
    if isinstance(said, list) and isinstance(expected, list):
        return len(said) == len(expected) and all(map(_is_same, said, expected))
    if isinstance(said, Mapping) and isinstance(expected, Mapping):
        return said.keys() == expected.keys() and all(
            _is_same(said[name], expected[name]) for name in said
        )
    if isinstance(expected, Decimal) and not isinstance(said, bool | str | None):
        one, other = Fraction(said), Fraction(expected)
        return abs(one - other) <= TOLERANCE * max(1, abs(other))
    return type(said) is type(expected) and bool(said == expected)
