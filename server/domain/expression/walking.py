"""Going through the tree of an expression, and building it anew with other parts."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Expression,
    Fields,
    Interval,
    IsNull,
    Joined,
    Listing,
    Membership,
    Negative,
    Node,
    Not,
    Now,
    Path,
    Quantified,
    Where,
)
from server.domain.values import freeze


def children(node: Node) -> tuple[Node, ...]:
    """The parts that a node is made of, in the order written."""
    match node:
        case Constant() | Path() | Now():
            return ()
        case Not(operand=operand) | Negative(operand=operand) | IsNull(operand=operand):
            return (operand,)
        case Fields(operand=operand):
            return (operand,)
        case Joined(operands=operands):
            return operands
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return (left, right)
        case Interval(low=low, high=high):
            return tuple(bound for bound in (low, high) if bound is not None)
        case Membership(operand=operand, items=items):
            return (operand, *items)
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case Call(arguments=arguments):
            return arguments
        case Where(members=members, condition=condition):
            return (members, condition)
        case Quantified(members=members, condition=condition):
            return (members, condition)
        case Listing(items=items):
            return items


def rebuilt(node: Node, part: Callable[[Node], Node]) -> Node:
    """The same node over other parts: `part` of each of its own."""
    match node:
        case Constant() | Path() | Now():
            return node
        case Not(operand=operand) | Negative(operand=operand) | IsNull(operand=operand):
            return replace(node, operand=part(operand))
        case Fields(operand=operand):
            return replace(node, operand=part(operand))
        case Joined(operands=operands):
            return replace(node, operands=tuple(part(item) for item in operands))
        case Arithmetic(left=left, right=right) | Comparison(left=left, right=right):
            return replace(node, left=part(left), right=part(right))
        case Interval(low=low, high=high):
            return replace(
                node,
                low=None if low is None else part(low),
                high=None if high is None else part(high),
            )
        case Membership(operand=operand, items=items):
            return replace(node, operand=part(operand), items=tuple(part(item) for item in items))
        case Conditional(condition=condition, then=then, otherwise=otherwise):
            return replace(
                node, condition=part(condition), then=part(then), otherwise=part(otherwise)
            )
        case Call(arguments=arguments):
            return replace(node, arguments=tuple(part(item) for item in arguments))
        case Where(members=members, condition=condition):
            return replace(node, members=part(members), condition=part(condition))
        case Quantified(members=members, condition=condition):
            return replace(node, members=part(members), condition=part(condition))
        case Listing(items=items):
            return replace(node, items=tuple(part(item) for item in items))


def nodes(node: Node) -> Iterator[Node]:
    """The node and everything inside it, however deep, in the order written."""
    waiting = [node]
    while waiting:
        item = waiting.pop()
        yield item
        waiting.extend(reversed(children(item)))


def depth(node: Node) -> int:
    """How many levels the tree has."""
    deepest = 0
    waiting = [(node, 1)]
    while waiting:
        item, level = waiting.pop()
        deepest = max(deepest, level)
        waiting.extend((child, level + 1) for child in children(item))
    return deepest


def paths(expression: Expression) -> tuple[Path, ...]:
    """Everything that a resolved expression reads from outside itself, each path once.

    What is read from the members of a list (`where`, `some`, `every`) hangs on the path of the list.
    """
    return tuple({path.parts: path for path in free_paths(expression.tree)}.values())


def free_paths(node: Node, bound: frozenset[str] = frozenset()) -> Iterator[Path]:
    """The paths that do not begin with a name of `where`, `some` or `every`."""
    match node:
        case Path(parts=parts):
            if parts[0] not in bound:
                yield node
        case (
            Where(members=members, condition=condition, name=name)
            | Quantified(members=members, condition=condition, name=name)
        ):
            yield from free_paths(members, bound)
            yield from free_paths(condition, bound | {name})
        case _:
            for child in children(node):
                yield from free_paths(child, bound)


def moved(node: Node, by: int) -> Node:
    """The same node in a text where it stands so many characters later."""
    start, end = node.span
    return replace(rebuilt(node, lambda part: moved(part, by)), span=(start + by, end + by))


def meaning(node: Node) -> list[Any]:
    """The node as JSON that is the same wherever in a text it stands, and whatever its types."""
    match node:
        case Constant(value=value, type=typ):
            own: list[Any] = [typ.kind.value if value is not None else "null", freeze(value)]
        case Path(parts=parts, all_of=all_of):
            own = [list(parts), all_of]
        case Fields(parts=parts):
            own = [list(parts)]
        case Joined(operator=sign) | Arithmetic(operator=sign) | Comparison(operator=sign):
            own = [sign]
        case IsNull(negated=negated):
            own = [negated]
        case Interval():
            has = [node.low is not None, node.high is not None]
            own = [*has, node.includes_low, node.includes_high]
        case Call(function=function):
            own = [function]
        case Where(name=name):
            own = [name]
        case Quantified(quantifier=quantifier, name=name):
            own = [quantifier, name]
        case _:
            own = []
    return [type(node).__name__, *own, *(meaning(child) for child in children(node))]


def identity(node: Node) -> str:
    """The meaning as one text: two nodes that say the same have the same."""
    return json.dumps(meaning(node), sort_keys=True)


def conjuncts(node: Node) -> tuple[Node, ...]:
    """The conditions that all have to hold for this one to hold."""
    if isinstance(node, Joined) and node.operator == "and":
        return tuple(part for operand in node.operands for part in conjuncts(operand))
    return (node,)
