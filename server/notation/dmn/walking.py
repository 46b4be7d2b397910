"""What a logic is made of, and what it heeds."""

from __future__ import annotations

from collections.abc import Iterator

from server.notation.dmn.feel import Call, Feel, If, In, Literal, Name, Operation, Range
from server.notation.dmn.model import Context, Formula, Invocation, Logic, Table


def tables(logic: Logic) -> Iterator[Table]:
    match logic:
        case Table():
            yield logic
        case Context(result=Table() as table):
            yield table
        case _:
            return


def formulas(logic: Logic) -> Iterator[Feel]:
    """The expressions of a logic, outside of tables."""
    match logic:
        case Formula(expression=expression):
            yield expression
        case Context(entries=entries, result=result):
            for _, _, inner in entries:
                yield from formulas(inner)
            if result is not None:
                yield from formulas(result)
        case Invocation(bindings=bindings):
            for inner in bindings.values():
                yield from formulas(inner)
        case Table():
            return


def _parts(node: Feel | Range) -> tuple[Feel | Range, ...]:
    match node:
        case Operation(operands=operands):
            return operands
        case If(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Call(arguments=arguments):
            return arguments
        case In(operand=operand, tests=tests):
            return (operand, *tests)
        case Range(low=low, high=high):
            return tuple(bound for bound in (low, high) if bound is not None)
        case _:
            return ()


def _all(node: Feel | Range) -> Iterator[Feel | Range]:
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(_parts(item))


def heeds_null(node: Feel) -> bool:
    """Whether what is null may lead to something else than null."""
    return any(
        isinstance(item, If | In)
        or item == Literal(None)
        or (isinstance(item, Operation) and item.operator in {"and", "or", "not", "=", "!="})
        for item in _all(node)
    )


def spoken(logic: Logic) -> Iterator[tuple[str, ...]]:
    """The names that are used for more than to be compared with constants."""
    for formula in formulas(logic):
        compared = {
            operand.parts
            for item in _all(formula)
            if isinstance(item, Operation) and item.operator in {"=", "!="}
            for operand in item.operands
            if isinstance(operand, Name) and any(isinstance(x, Literal) for x in item.operands)
        }
        for item in _all(formula):
            if isinstance(item, Name) and item.parts not in compared:
                yield item.parts
    for table in tables(logic):
        for column in table.columns:
            if not isinstance(column.expression, Name):
                yield from (
                    item.parts for item in _all(column.expression) if isinstance(item, Name)
                )
