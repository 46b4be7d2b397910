"""What a logic is made of, and what it heeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from server.notation.dmn.feel import Call, Feel, If, In, Literal, Name, Operation, Range
from server.notation.dmn.model import Context, Formula, Invocation, Item, Logic, Table


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


@dataclass(frozen=True, slots=True)
class Heeded:
    """What all decisions of a model heed of the names that go into them.

    `spoken` names are used for more than to be compared with constants. Null in one of `nullable`
    may lead to something else than null. `columns` are the types that tables give to names.
    """

    spoken: frozenset[tuple[str, ...]]
    nullable: frozenset[tuple[str, ...]]
    columns: Mapping[tuple[str, ...], Item]


def heeded(logics: Iterable[Logic]) -> Heeded:
    known = [*logics]
    written = [formula for logic in known for formula in formulas(logic)]
    columns = [column for logic in known for table in tables(logic) for column in table.columns]
    written += [item.expression for item in columns if not isinstance(item.expression, Name)]
    named: dict[tuple[str, ...], Item] = {}
    for column in columns:
        if isinstance(column.expression, Name):
            parts = column.expression.parts
            if not named.get(parts, Item()).values:
                named[parts] = column.item
    return Heeded(
        frozenset(parts for node in written for parts in _spoken(node)),
        frozenset(
            [
                *(parts for node in written if _heeds_null(node) for parts in _names(node)),
                *(parts for logic in known for table in tables(logic) for parts in _nulls(table)),
            ]
        ),
        named,
    )


def _nulls(table: Table) -> Iterator[tuple[str, ...]]:
    """The names of which a cell says null."""
    for number, column in enumerate(table.columns):
        if isinstance(column.expression, Name) and any(
            Literal(None) in row.cells[number].tests for row in table.rows
        ):
            yield column.expression.parts


def _names(node: Feel) -> Iterator[tuple[str, ...]]:
    return (item.parts for item in _all(node) if isinstance(item, Name))


def _heeds_null(node: Feel) -> bool:
    """Whether what is null may lead to something else than null."""
    return any(
        isinstance(item, If | In)
        or item == Literal(None)
        or (isinstance(item, Operation) and item.operator in {"and", "or", "not", "=", "!="})
        for item in _all(node)
    )


def _spoken(node: Feel) -> Iterator[tuple[str, ...]]:
    """The names in it that are used for more than to be compared with constants."""
    for item in _all(node):
        others = [part for part in _parts(item) if not isinstance(part, Name)]
        compared = isinstance(item, In) or (
            isinstance(item, Operation) and item.operator in {"=", "!="}
        )
        if compared and all(isinstance(part, Literal) for part in others) and others:
            continue
        yield from (part.parts for part in _parts(item) if isinstance(part, Name))
