"""A table of DMN as rules of ours: cells where it tests inputs, expressions where it computes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

from server.domain.values import DECIMAL_PLACES, Kind
from server.notation.dmn.completeness import is_complete
from server.notation.dmn.elements import UnreadableError
from server.notation.dmn.feel import Feel, Literal, Range, Tests
from server.notation.dmn.model import Output, Row, Table
from server.notation.dmn.naming import LONGEST_NAME, choice, slug
from server.notation.dmn.terms import Term, number_text
from server.notation.dmn.translating import Translator, carried

HITS: Mapping[str, str] = {
    "UNIQUE": "exactly-one",
    "FIRST": "first",
    "ANY": "any",
    "PRIORITY": "priority",
    "RULE ORDER": "all",
    "OUTPUT ORDER": "output-order",
    "COLLECT": "all",
    "COLLECT SUM": "collect-sum",
    "COLLECT MIN": "collect-min",
    "COLLECT MAX": "collect-max",
    "COLLECT COUNT": "collect-count",
}
RANKED = frozenset({"priority", "output-order"})
LISTED = frozenset({"all", "output-order"})
_KEY = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Origin:
    """What something of ours was in DMN: its name, part by part, and its values by ours."""

    parts: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)


def tabled(
    table: Table, decision: str, inputs: Collection[str], translator: Translator
) -> tuple[dict[str, Any], dict[str, Origin]]:
    """The outputs, the hit policy and the rules of a table, and where the outputs come from.

    `inputs` are those of our decision, by name: what tests them becomes a cell.

    Raises:
        UnreadableError: something of it cannot be carried.
    """
    hits = HITS.get(table.policy)
    if hits is None:
        raise UnreadableError(f"The hit policy '{table.policy}' is not known.", table.line)
    operands = [translator.value(column.expression) for column in table.columns]
    columns = [
        _Said(
            output,
            slug(output.name or decision, "_", LONGEST_NAME),
            table,
            number,
            hits,
            translator,
        )
        for number, output in enumerate(table.outputs)
    ]
    rows: list[dict[str, Any]] = [
        {
            "rule": key,
            "if": _condition(row, operands, inputs, translator),
            "then": {said.name: said.value(row.outputs[said.number]) for said in columns},
            **({"because": row.because} if row.because else {}),
        }
        for key, row in zip(_rule_keys(table.rows), table.rows, strict=True)
    ]
    otherwise = _otherwise(table, columns, hits)
    if otherwise is not None:
        rows.append({"otherwise": otherwise})
    outputs = {said.name: said.described() for said in columns}
    origins = {
        said.name: Origin(
            (said.output.name,) if len(columns) > 1 else (),
            {spelled: word for word, spelled in said.values.items()},
        )
        for said in columns
    }
    return {"output": outputs, "hits": hits, "rules": rows}, origins


def _otherwise(table: Table, columns: Sequence[_Said], hits: str) -> dict[str, Any] | None:
    """What is said where no rule holds; DMN's null, unless one always does."""
    if hits == "collect-count":
        return None
    if any(said.output.default is not None for said in columns):
        return {said.name: said.value(said.output.default or Literal(None)) for said in columns}
    if is_complete(table):
        return None
    return {said.name: said.value(Literal(None)) for said in columns}


def _condition(
    row: Row, operands: Sequence[Term], inputs: Collection[str], translator: Translator
) -> Mapping[str, Any] | str | bool:
    """Cells of inputs where all are such; else one expression."""
    tested = [
        (operand, tests) for operand, tests in zip(operands, row.cells, strict=True) if tests.tests
    ]
    if not tested:
        return True
    once = len({operand.text for operand, _ in tested}) == len(tested)
    if once and all(operand.text in inputs and _is_plain(tests) for operand, tests in tested):
        return {
            operand.text: _cell(operand, tests, translator, row.line) for operand, tests in tested
        }
    told = [translator.met(operand, tests).true for operand, tests in tested]
    return carried(" and ".join(told), row.line)


def _rule_keys(rows: Iterable[Row]) -> Iterator[str]:
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        key = row.label if _KEY.fullmatch(row.label) and row.label not in seen else f"r{number}"
        seen.add(key)
        yield key


class _Said:
    """One output of a table: its type is known once all its values are."""

    def __init__(
        self,
        output: Output,
        name: str,
        table: Table,
        number: int,
        hits: str,
        translator: Translator,
    ) -> None:
        self.output = output
        self.name = name
        self.number = number
        self._hits = hits
        self._translator = translator
        self._line = table.line
        entries = [self._constant(row.outputs[number]) for row in table.rows]
        if output.default is not None:
            entries.append(self._constant(output.default))
        words = tuple(dict.fromkeys(item for item in entries if isinstance(item, str)))
        listed = output.item.values or (words if hits in RANKED and output.name == "" else ())
        self.values = choice(listed)
        self._kinds = {_kind_of(item) for item in entries if item is not None}
        self._is_null = None in entries

    def _constant(self, node: Feel) -> Any:
        term = self._translator.value(node)
        if term.constant is None:
            raise UnreadableError(
                f"A rule computes what it says ({term.text}); that cannot be carried. "
                "Let it say a constant, or make a decision of its own of it.",
                self._line,
            )
        return term.constant[0]

    def value(self, node: Feel) -> Any:
        """What a rule says, as YAML has it."""
        found = self._constant(node)
        if found is None:
            self._is_null = True
        if self.values and isinstance(found, str):
            if found not in self.values:
                raise UnreadableError(
                    f"A rule says '{found}', which is none of the values of '{self.name}'.",
                    self._line,
                )
            return self.values[found]
        if isinstance(found, bool):
            return "yes" if found else "no"
        return _number(Fraction(found)) if isinstance(found, Decimal | Fraction) else found

    def described(self) -> dict[str, Any]:
        """The type, as YAML has it."""
        optional = {"optional": "yes"} if self._is_null else {}
        if self.values:
            return {"choice": list(self.values.values()), **optional}
        kind = self.output.item.kind or next(iter(self._kinds), Kind.TEXT)
        if len(self._kinds) > 1 or (self._kinds and kind not in {*self._kinds, Kind.NUMBER}):
            wider = Kind.FRACTION in self._kinds and kind is Kind.NUMBER
            if not (wider or self._kinds <= {Kind.NUMBER, Kind.FRACTION}):
                raise UnreadableError(
                    f"The rules say values of different kinds for '{self.name}'.", self._line
                )
        if Kind.FRACTION in self._kinds:
            kind = Kind.FRACTION
        return {"type": kind.value, **optional}


def _kind_of(value: Any) -> Kind:
    match value:
        case bool():
            return Kind.YES_NO
        case str():
            return Kind.TEXT
        case _:
            return Kind.FRACTION if "/" in number_text(Fraction(value)) else Kind.NUMBER


def _number(number: Fraction) -> int | Decimal | str:
    """A number as YAML has it."""
    if number.denominator == 1:
        return number.numerator
    if (number * 10**DECIMAL_PLACES).denominator != 1:
        return number_text(number)
    return Decimal(number_text(number))


def _is_plain(tests: Tests) -> bool:
    """Whether a cell says constants and ranges of constants only."""
    for test in tests.tests:
        parts = (test.low, test.high) if isinstance(test, Range) else (test,)
        if not all(part is None or isinstance(part, Literal) for part in parts):
            return False
    return True


def _cell(operand: Term, tests: Tests, translator: Translator, line: int) -> Any:
    """A cell of ours, with the same meaning."""
    found = [_entry(operand, test, translator, line) for test in tests.tests]
    if tests.is_negated:
        return f"not({', '.join(text for text, _ in found)})"
    values = [value for _, value in found]
    return values[0] if len(values) == 1 else values


def _entry(
    operand: Term, test: Feel | Range, translator: Translator, line: int
) -> tuple[str, Any]:
    """One value or range: within a text, and by itself."""
    if isinstance(test, Literal) and isinstance(test.value, str) and operand.values:
        if test.value not in operand.values:
            raise UnreadableError(
                f"A cell names '{test.value}', which is no value of '{operand.text}'.", line
            )
        spelled = operand.values[test.value]
        return spelled if spelled.isidentifier() else f'"{spelled}"', spelled
    text = translator.item(operand, test)
    match test:
        case Literal(value=bool() as truth):
            return text, "yes" if truth else "no"
        case Literal(value=Decimal() as number):
            return text, _number(Fraction(number))
        case Literal(value=None):
            return "null", "null"
        case _:
            return text, text
