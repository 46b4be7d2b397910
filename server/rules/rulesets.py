"""Formulas as the rulesets that durable-rules reads, each small enough for its fixed tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from server.rules.columns import Column
from server.rules.formulas import Every, Formula, Hoisted, Some, Test, cost

RULES, WAYS, VALUES, QUESTIONS = 1_000, 60, 400, 100
"""Of one ruleset: its rules, those that may be under way at once, the tests that may follow one
test, and what it needs answered. C has room for 4,095, 64, 511 and some 240.
"""

PRIMING = '{"z":1}'
"""A message for the rule that does nothing: a ruleset that never acted cannot be deleted safely."""

_OPERATORS = {"<": "$lt", "<=": "$lte", ">": "$gt", ">=": "$gte", "!=": "$neq"}


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Some rules of a table, in order. `questions` are the numbers of those it needs answered."""

    json: str
    questions: tuple[int, ...]


def rulesets(
    formulas: Sequence[tuple[int, Formula]], columns: Mapping[str, Column]
) -> tuple[Ruleset, ...]:
    """The rulesets of a table. Each formula goes with the number of its rule."""
    leading = _leading([formula for _, formula in formulas])
    return tuple(_ruleset(chunk, columns, leading) for chunk in _chunks(formulas, leading))


def _leading(formulas: Sequence[Formula]) -> str:
    """The column that most rules want equal to something; it is looked at first.

    Rules that want it to be different things are never under way at once.
    """
    wanted = Counter(
        part.column for formula in formulas for part in _parts(formula) if _is_equality(part)
    )
    return wanted.most_common(1)[0][0] if wanted else ""


def _parts(formula: Formula) -> tuple[Formula, ...]:
    return formula.parts if isinstance(formula, Every) else (formula,)


def _is_equality(part: Formula) -> TypeGuard[Test]:
    return isinstance(part, Test) and part.operator == "="


@dataclass(slots=True)
class _Chunk:
    """Rules for one ruleset.

    `ways` and `values` are counted for each value of the leading column, and under `None` for the
    rules that do not ask for one.
    """

    rules: list[tuple[int, Formula]] = field(default_factory=list)
    ways: Counter[object] = field(default_factory=Counter)
    values: Counter[object] = field(default_factory=Counter)
    asked: frozenset[int] = frozenset()

    def takes(self, number: int, formula: Formula, leading: str) -> bool:
        """Add the rule, if there is room for it."""
        found = cost(formula)
        asked = self.asked | _questions(formula)
        group = _group(formula, leading)
        ways, values = self.ways.copy(), self.values.copy()
        ways[group] += found.ways
        values[group] += found.values
        fits = (
            len(self.rules) < RULES
            and len(asked) <= QUESTIONS
            and _at_once(ways) <= WAYS
            and max(_at_once(values), len(values) + values[None]) <= VALUES
        )
        if fits or not self.rules:
            self.rules.append((number, formula))
            self.ways, self.values, self.asked = ways, values, asked
            return True
        return False


def _group(formula: Formula, leading: str) -> object:
    for part in _parts(formula):
        if _is_equality(part) and part.column == leading:
            return (part.value,)
    return None


def _at_once(counted: Counter[object]) -> int:
    """The most that can come together: of one value, and of the rules that ask for none."""
    return counted[None] + max((n for group, n in counted.items() if group is not None), default=0)


def _chunks(
    formulas: Sequence[tuple[int, Formula]], leading: str
) -> Iterator[list[tuple[int, Formula]]]:
    chunk = _Chunk()
    for number, formula in formulas:
        if not chunk.takes(number, formula, leading):
            yield chunk.rules
            chunk = _Chunk()
            chunk.takes(number, formula, leading)
    if chunk.rules:
        yield chunk.rules


def _questions(formula: Formula) -> frozenset[int]:
    match formula:
        case Hoisted(number=number):
            return frozenset({number})
        case Every(parts=parts) | Some(parts=parts):
            return frozenset().union(*(_questions(part) for part in parts))
        case _:
            return frozenset()


def _ruleset(
    chunk: list[tuple[int, Formula]], columns: Mapping[str, Column], leading: str
) -> Ruleset:
    rules = [
        f'"r{number}":{{"all":[{{"m":{_rule(formula, columns, leading)}}}]}}'
        for number, formula in chunk
    ]
    asked = frozenset().union(*(_questions(formula) for _, formula in chunk))
    text = ",\n".join([*rules, '"z":{"all":[{"m":{"z":1}}]}'])
    return Ruleset(f"{{{text}}}", tuple(sorted(asked)))


def _rule(formula: Formula, columns: Mapping[str, Column], leading: str) -> str:
    """A rule's message. The marker comes first: it keeps messages of the module's own out."""
    ordered = sorted(_parts(formula), key=lambda part: _breadth(part, columns, leading))
    written = ['{"k":1}', *(_written(part, columns) for part in ordered)]
    return written[0] if len(written) == 1 else f'{{"$and":[{",".join(written)}]}}'


def _breadth(part: Formula, columns: Mapping[str, Column], leading: str) -> tuple[int, int]:
    """The leading column first, then other equalities: rules that begin alike are looked at once."""
    match part:
        case Test(column=name, operator="="):
            return (0 if name == leading else 1, columns[name].number)
        case Test(column=name):
            return (2, columns[name].number)
        case Hoisted():
            return (3, 0)
        case _:
            return (4, 0)


def _written(formula: Formula, columns: Mapping[str, Column]) -> str:
    match formula:
        case Test(column=name, operator=operator, value=value):
            column = columns[name]
            return _test(column, operator, value is None, column.code(value))
        case Hoisted(number=number):
            return f'{{"p{number}":1}}'
        case Every(parts=parts):
            return f'{{"$and":[{",".join(_written(part, columns) for part in parts)}]}}'
        case Some(parts=parts):
            return f'{{"$or":[{",".join(_written(part, columns) for part in parts)}]}}'


def _test(column: Column, operator: str, is_null: bool, code: int) -> str:
    if is_null and column.is_number:
        return f'{{"{column.null_key}":{1 if operator == "=" else 0}}}'
    if operator == "=":
        return f'{{"{column.key}":{code}}}'
    return f'{{"{_OPERATORS[operator]}":{{"{column.key}":{code}}}}}'
