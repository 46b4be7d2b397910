"""Which formulas over records a database can work out by itself, and what they read.

A KPI is measured over any number of records, so none of them may have to come to Python. What is
allowed here is translated by `server.storage.measuring`, with the same exact results everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server.domain.entity import Entity
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Interval,
    IsNull,
    Joined,
    Membership,
    Negative,
    Node,
    Not,
    Now,
    Path,
    Problem,
    Quantified,
    Where,
)
from server.domain.expression.types import is_null, type_of
from server.domain.expression.walking import children
from server.domain.kpi import CREATED_AT
from server.domain.values import NUMERIC, Kind

COUNTED = frozenset({Kind.WHOLE_NUMBER, Kind.DURATION, Kind.DATE, Kind.DATE_TIME})
"""Kinds of value that every database keeps as something it can count with exactly."""
ALIKE = frozenset({Kind.TEXT, Kind.CHOICE, Kind.YES_NO, Kind.REF})
"""Kinds of value that can only be the same or not."""
SENTENCE = "No database can work this out by itself, and there may be a million records."


@dataclass(slots=True)
class Examined:
    """`problems` are the parts that no database can work out, `read` entity and field of each."""

    problems: list[Problem] = field(default_factory=list)
    read: set[tuple[str, str]] = field(default_factory=set)


def examined(tree: Node, about: Entity, entities: Mapping[str, Entity]) -> Examined:
    """What is found in a resolved formula over records of an entity."""
    found = Examined()
    _Examination(about, entities, found).node(tree, {})
    return found


@dataclass(slots=True)
class _Examination:
    about: Entity
    entities: Mapping[str, Entity]
    found: Examined

    def node(self, node: Node, members: Mapping[str, str]) -> None:
        """`members` are the names of members of lists, with their entities."""
        if isinstance(node, Path):
            self._path(node, members)
        elif isinstance(node, Where | Quantified):
            self._members(node, members)
        else:
            for part in children(node):
                self.node(part, members)
        hint = _unsayable(node)
        if hint:
            self.found.problems.append(Problem(SENTENCE, *node.span, hint))

    def _members(self, node: Where | Quantified, members: Mapping[str, str]) -> None:
        self.node(node.members, members)
        typ = type_of(node.members)
        if typ.item is not None and typ.item.entity is not None:
            self.node(node.condition, {**members, node.name: typ.item.entity})

    def _path(self, node: Path, members: Mapping[str, str]) -> None:
        if node.all_of is not None:
            hint = "Go from the record over its references, or over the records that refer to it."
            self.found.problems.append(Problem(SENTENCE, *node.span, hint))
            return
        root, *rest = node.parts
        entity: str | None = self.about.key
        parts = list(node.parts)
        if root in members:
            entity, parts = members[root], rest
        for index, part in enumerate(parts):
            if entity is None or part == CREATED_AT:
                return
            self.found.read.add((entity, part))
            item = self.entities[entity].fields[part]
            if item.back is not None and index + 1 < len(parts):
                hint = f"Write 'some x in … satisfies', or count(… where …), over '{part}'."
                self.found.problems.append(Problem(SENTENCE, *node.span, hint))
                return
            entity = item.back[0] if item.back is not None else item.type.entity


def _unsayable(node: Node) -> str:
    """A hint where this node, its parts apart, is nothing that a database is asked; else empty."""
    match node:
        case Constant() | Path() | Not() | Joined() | Quantified() | Conditional() | Interval():
            return ""
        case Where() | IsNull() | Now():
            return ""
        case Negative(operand=operand):
            return "" if type_of(operand).kind in COUNTED else _NUMBERS
        case Comparison(operator=sign, left=left, right=right):
            return _uncomparable(sign in {"=", "!="}, left, right)
        case Membership(operand=operand, items=items):
            values = [part for item in items for part in _values(item)]
            if any(type_of(value).kind is Kind.LIST for value in values):
                return "Write 'some x in … satisfies x = …'."
            return next(
                (hint for value in values if (hint := _uncomparable(True, operand, value))), ""
            )
        case Arithmetic(operator="+" | "-", left=left, right=right):
            kinds = {type_of(left).kind, type_of(right).kind}
            if kinds == {Kind.DATE, Kind.DURATION}:
                return "Compare the days by themselves: a date less another is a duration."
            return "" if kinds <= COUNTED else _NUMBERS
        case Call(function="count", arguments=(Path() | Where(),)):
            return ""
        case Call(function="date", arguments=(moment,)) if _is_moment(moment):
            return ""
        case Call(function=function):
            return f"'{function}' is not among what can be asked of all records at once."
        case _:
            return _NUMBERS


_NUMBERS = "Add, subtract and compare whole numbers, durations, dates and moments."


def _values(item: Node) -> Iterator[Node]:
    if isinstance(item, Interval):
        yield from (bound for _, bound in item.bounds)
    else:
        yield item


def _uncomparable(is_equality: bool, left: Node, right: Node) -> str:
    if is_null(left) or is_null(right):
        return ""
    for side in (left, right):
        kind = type_of(side).kind
        if kind in COUNTED or (is_equality and kind in ALIKE):
            continue
        if kind in NUMERIC and isinstance(side, Constant) and _is_whole(side):
            continue
        return _NUMBERS
    return ""


def _is_moment(node: Node) -> bool:
    return type_of(node).kind is Kind.DATE_TIME


def _is_whole(node: Constant) -> bool:
    value = node.value
    return isinstance(value, int) or (value is not None and value == int(value))  # type: ignore[arg-type]  # a number
