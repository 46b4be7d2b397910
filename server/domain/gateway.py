"""Gateways: conditions over a run become a table of rules, decided like every other.

A table knows plain inputs only. So each path that a condition reads becomes an input, and so does
each part that no table can say (a list counted, the time); what is left is the rule.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from server.domain.decision import Decision, Hits, Rule
from server.domain.expression.tree import (
    Arithmetic,
    Call,
    Comparison,
    Conditional,
    Constant,
    Expression,
    Interval,
    IsNull,
    Joined,
    Membership,
    Negative,
    Node,
    Not,
    Now,
    Path,
)
from server.domain.expression.types import type_of
from server.domain.expression.walking import children, identity, moved, rebuilt
from server.domain.values import TEXT, YES_NO, Kind, Type

THEN = "then"
"""The only output of a gateway: the step that follows."""

_NAME_LENGTH = 60
_MANY = frozenset({Kind.LIST, Kind.ANSWERS})


def gateway(
    key: str,
    title: str,
    rows: Sequence[tuple[str, Expression | None, str]],
    because: Mapping[str, str] | None = None,
) -> tuple[Decision, Mapping[str, Expression]]:
    """The table of a gateway, and how each of its inputs is computed from the names of the run.

    A row is the key of a rule, its resolved condition (None for `otherwise`) and the step that
    follows; the first that holds decides. `because` gives reasons by the rule's key.
    """
    inputs = _Inputs()
    reasons = because or {}
    rules = tuple(
        Rule(
            rule,
            {THEN: target},
            None if condition is None else inputs.condition(condition),
            reasons.get(rule, ""),
        )
        for rule, condition, target in rows
    )
    decision = Decision(
        key,
        title,
        inputs.types,
        {THEN: TEXT},
        rules,
        Hits.FIRST,
        optional=frozenset(inputs.optional),
    )
    return decision, inputs.given


@dataclass(slots=True)
class _Inputs:
    """The inputs found so far. `_names` maps what each computes to its name."""

    types: dict[str, Type] = field(default_factory=dict)
    given: dict[str, Expression] = field(default_factory=dict)
    optional: set[str] = field(default_factory=set)
    _names: dict[str, str] = field(default_factory=dict)

    def condition(self, expression: Expression) -> Expression:
        """The condition over inputs. Its text stays what was written."""
        return Expression(expression.text, self._rule(expression.text, expression.tree), YES_NO)

    def _rule(self, text: str, node: Node) -> Node:
        if not _is_sayable(node):
            return self._input(text, node)
        return rebuilt(node, lambda part: self._rule(text, part))

    def _input(self, text: str, node: Node) -> Path:
        """The input that stands for this node; the same node again is the same input."""
        meant = identity(node)
        name = self._names.get(meant)
        typ = replace(type_of(node), at_least=None, at_most=None)
        if name is None:
            begin, end = node.span
            name = self._names[meant] = self._free(_name(node, text[begin:end]))
            self.types[name] = typ
            self.given[name] = Expression(text[begin:end], moved(node, -begin), type_of(node))
            if _may_be_null(node):
                self.optional.add(name)
        return Path((name,), node.span, typ, optional=name in self.optional)

    def _free(self, name: str) -> str:
        count = 1
        wanted = name
        while wanted in self.types:
            count += 1
            wanted = f"{name}_{count}"
        return wanted


def _is_sayable(node: Node) -> bool:
    """Whether a table can say this, given its parts."""
    match node:
        case IsNull(operand=operand):
            return type_of(operand).kind not in _MANY
        case Membership(items=items):
            return not any(
                not isinstance(item, Interval) and type_of(item).kind is Kind.LIST
                for item in items
            )
        case Constant() | Not() | Negative() | Joined() | Arithmetic() | Comparison():
            return True
        case Interval() | Conditional():
            return True
        case _:
            return False


def _may_be_null(node: Node) -> bool:
    match node:
        case Path(optional=optional):
            return optional
        case Call(function="count" | "sum" | "contains") | Now():
            return False
        case _:
            return type_of(node).kind is not Kind.YES_NO or not children(node)


def _name(node: Node, words: str) -> str:
    if isinstance(node, Path):
        return "_".join(node.parts)
    name = re.sub(r"\W+", "_", words.lower()).strip("_")[:_NAME_LENGTH].rstrip("_")
    return name if name and not name[0].isdigit() else f"value_{name}"
