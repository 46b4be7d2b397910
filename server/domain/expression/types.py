"""The type of what a resolved node gives."""

from __future__ import annotations

from dataclasses import replace

from server.domain.expression.functions import FUNCTIONS
from server.domain.expression.kinds import all_together, computed
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Conditional,
    Constant,
    Fields,
    Listing,
    Negative,
    Node,
    Now,
    Path,
    Where,
)
from server.domain.values import DATE_TIME, YES_NO, Kind, Type


def is_null(node: Node) -> bool:
    return isinstance(node, Constant) and node.value is None


def type_of(node: Node) -> Type:
    """The type; of what is true or false, yes or no."""
    match node:
        case Constant(type=typ):
            return typ
        case Path(type=typ) | Fields(type=typ):
            assert typ is not None, "only resolved expressions have types"
            return typ
        case Negative(operand=operand):
            return replace(type_of(operand), at_least=None, at_most=None)
        case Arithmetic(operator=operator, left=left, right=right):
            found = computed(operator, type_of(left), type_of(right))
            assert found is not None, "resolve lets only sound arithmetic through"
            return found
        case Conditional(then=then, otherwise=otherwise):
            return joined((then, otherwise)) or type_of(then)
        case Call(function=function, arguments=arguments):
            return FUNCTIONS[function].takes(arguments, [type_of(item) for item in arguments])
        case Where(members=members):
            return type_of(members)
        case Listing(items=items):
            return Type(Kind.LIST, item=joined(items))
        case Now():
            return DATE_TIME
        case _:
            return YES_NO


def joined(items: tuple[Node, ...]) -> Type | None:
    """The type that holds the values of all these; None where there is none."""
    return all_together(type_of(item) for item in items if not is_null(item))
