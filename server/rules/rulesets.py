"""Formulas as the rulesets that durable-rules reads, each small enough for its fixed tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.rules.columns import Column
from server.rules.formulas import Every, Formula, Hoisted, Some, Test, cost

RULES, WAYS, VALUES, QUESTIONS = 60, 60, 400, 100
"""Of one ruleset. C has 64 places for what it has yet to look at, and 511 for what may follow."""

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
    return tuple(_ruleset(chunk, columns) for chunk in _chunks(formulas))


def _chunks(formulas: Sequence[tuple[int, Formula]]) -> Iterable[list[tuple[int, Formula]]]:
    chunk: list[tuple[int, Formula]] = []
    ways = values = 0
    asked: set[int] = set()
    for number, formula in formulas:
        found = cost(formula)
        needed = _questions(formula)
        full = (
            len(chunk) == RULES
            or ways + found.ways > WAYS
            or values + found.values > VALUES
            or len(asked | needed) > QUESTIONS
        )
        if chunk and full:
            yield chunk
            chunk, ways, values, asked = [], 0, 0, set()
        chunk.append((number, formula))
        ways, values, asked = ways + found.ways, values + found.values, asked | needed
    if chunk:
        yield chunk


def _questions(formula: Formula) -> frozenset[int]:
    match formula:
        case Hoisted(number=number):
            return frozenset({number})
        case Every(parts=parts) | Some(parts=parts):
            return frozenset().union(*(_questions(part) for part in parts))
        case _:
            return frozenset()


def _ruleset(chunk: list[tuple[int, Formula]], columns: Mapping[str, Column]) -> Ruleset:
    rules = [
        f'"r{number}":{{"all":[{{"m":{_rule(formula, columns)}}}]}}' for number, formula in chunk
    ]
    asked = frozenset().union(*(_questions(formula) for _, formula in chunk))
    text = ",\n".join([*rules, '"z":{"all":[{"m":{"z":1}}]}'])
    return Ruleset(f"{{{text}}}", tuple(sorted(asked)))


def _rule(formula: Formula, columns: Mapping[str, Column]) -> str:
    """A rule's message. The marker comes first: it keeps messages of the module's own out."""
    parts = formula.parts if isinstance(formula, Every) else (formula,)
    ordered = sorted(parts, key=lambda part: _breadth(part, columns))
    written = ['{"k":1}', *(_written(part, columns) for part in ordered)]
    return written[0] if len(written) == 1 else f'{{"$and":[{",".join(written)}]}}'


def _breadth(part: Formula, columns: Mapping[str, Column]) -> tuple[int, int]:
    """Equalities first, in the order of the columns: rules that begin alike are looked at once."""
    if isinstance(part, Test):
        column = columns[part.column]
        return (0 if part.operator == "=" and not column.is_number else 1, column.number)
    return (2, 0) if isinstance(part, Hoisted) else (3, 0)


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
