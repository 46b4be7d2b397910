"""From the tree of a condition to a formula; what durable-rules' subset cannot say is hoisted.

Comparisons of one column with a constant run in durable-rules. Whatever needs two columns, a list
or arithmetic is decided beforehand in Python, and told as yes or no.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from server.domain.expression.evaluation import Closure, compiled
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.tree import (
    Comparison,
    Conditional,
    Constant,
    Expression,
    Interval,
    IsNull,
    Joined,
    Membership,
    Node,
    Not,
    Now,
    Path,
    Quantified,
    Where,
)
from server.domain.expression.types import type_of
from server.domain.expression.walking import children, conjuncts, identity, nodes
from server.domain.values import YES_NO, Kind, Value
from server.rules.columns import Column
from server.rules.formulas import (
    ALWAYS,
    MIRRORED,
    NEVER,
    OPPOSITE,
    ORDERINGS,
    Every,
    Formula,
    Hoisted,
    Test,
    cost,
    every,
    some,
)

GROUPS, WAYS, VALUES, LENGTH = 10, 12, 300, 60
"""What the condition of one rule may cost; what goes beyond is hoisted, the dearest part first."""


@dataclass(frozen=True, slots=True)
class Question:
    """Something decided beforehand: its text, and the function that decides it."""

    text: str
    answer: Closure


@dataclass(slots=True)
class Lowering:
    """Turns the conditions of one table into formulas. `columns` are its inputs and computed values.

    `leaves` counts the tests of all conditions, and `hoisted_leaves` those among them that Python
    decides.
    """

    columns: Mapping[str, Column]
    settings: Mapping[str, Value]
    questions: list[Question] = field(default_factory=list)
    leaves: int = 0
    hoisted_leaves: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def condition(self, expression: Expression) -> Formula:
        """The formula of a rule's condition, within what one rule may cost."""
        text = expression.text
        parts = [self._part(text, part) for part in conjuncts(expression.tree)]
        self.leaves += _leaves(expression.tree)
        while not _is_affordable([part.formula for part in parts]):
            dearest = max(parts, key=lambda part: _price(part.formula))
            if isinstance(dearest.formula, Test | Hoisted):
                self.hoisted_leaves -= sum(part.hoisted for part in parts)
                return self._hoisted(text, expression.tree, True)
            self.hoisted_leaves -= dearest.hoisted
            dearest.formula = self._hoisted(text, dearest.node, True)
        return every(part.formula for part in parts)

    def _part(self, text: str, node: Node) -> _Part:
        before = self.hoisted_leaves
        formula = self._lowered(text, node, True)
        return _Part(node, formula, self.hoisted_leaves - before)

    def _lowered(self, text: str, node: Node, truth: bool) -> Formula:
        """The formula of `node`, or of its opposite where `truth` is False."""
        known = self._known(node)
        if known is not None:
            return ALWAYS if bool(known[0]) is truth else NEVER
        match node:
            case Not(operand=operand):
                return self._lowered(text, operand, not truth)
            case Joined(operator=operator, operands=operands):
                parts = [self._lowered(text, part, truth) for part in operands]
                return every(parts) if (operator == "and") is truth else some(parts)
            case Conditional(condition=condition, then=then, otherwise=otherwise):
                return some(
                    [
                        every(
                            [self._lowered(text, condition, way), self._lowered(text, part, truth)]
                        )
                        for way, part in ((True, then), (False, otherwise))
                    ]
                )
        formula = self._leaf(node, truth)
        return self._hoisted(text, node, truth) if formula is None else formula

    def _leaf(self, node: Node, truth: bool) -> Formula | None:
        """Tests of one column; None for what cannot be said so."""
        match node:
            case Path():
                return self._test(node, "=", True, truth)
            case IsNull(operand=operand, negated=negated):
                return self._test(operand, "=", None, truth is not negated)
            case Comparison(operator=operator, left=left, right=right):
                known = self._known(right)
                if known is not None:
                    return self._test(left, operator, known[0], truth)
                known = self._known(left)
                if known is not None:
                    return self._test(right, MIRRORED[operator], known[0], truth)
                return None
            case Membership(operand=operand, items=items):
                found = [self._item(operand, item, truth) for item in items]
                if any(part is None for part in found):
                    return None
                parts = [part for part in found if part is not None]
                return some(parts) if truth else every(parts)
            case _:
                return None

    def _item(self, operand: Node, item: Node, truth: bool) -> Formula | None:
        """Whether a value is this item after `in`, or lies in this range."""
        if not isinstance(item, Interval):
            known = self._known(item)
            if known is None or type_of(item).kind is Kind.LIST:
                return None
            return self._test(operand, "=", known[0], truth)
        parts: list[Formula] = []
        for operator, bound in item.bounds:
            known = self._known(bound)
            test = None if known is None else self._test(operand, operator, known[0], truth)
            if test is None:
                return None
            parts.append(test)
        return every(parts) if truth else some(parts)

    def _test(self, operand: Node, operator: str, value: Value, truth: bool) -> Formula | None:
        """A test of one column with a constant, or of its opposite."""
        if not isinstance(operand, Path) or len(operand.parts) != 1:
            return None
        column = self.columns.get(operand.parts[0])
        if column is None or not column.takes(operator, value):
            return None
        if value is None and operator in ORDERINGS:
            return NEVER if truth else ALWAYS
        if value is None and not column.optional:
            return NEVER if (operator == "=") is truth else ALWAYS
        told = operator if truth else OPPOSITE[operator]
        test = Test(column.name, told, value)
        null_holds = told == "!=" if operator in {"=", "!="} else not truth
        if column.is_number and column.optional and value is not None and null_holds:
            return some([Test(column.name, "=", None), test])
        return test

    def _known(self, node: Node) -> tuple[Value] | None:
        """The value of what depends on settings only, in a tuple; None for all else."""
        if isinstance(node, Constant):
            return (node.value,)
        if isinstance(node, Interval) or any(
            isinstance(part, Path) and part.parts[0] not in self.settings for part in nodes(node)
        ):
            return None
        if any(isinstance(part, Now | Where | Quantified) for part in nodes(node)):
            return None
        return (compiled(Expression("", node))(self.settings, NOWHERE, EPOCH),)

    def _hoisted(self, text: str, node: Node, truth: bool) -> Formula:
        """Asked in Python before; the same question once only."""
        self.hoisted_leaves += _leaves(node)
        meant = identity(node) if truth else f"not {identity(node)}"
        number = self._numbers.get(meant)
        if number is None:
            number = self._numbers[meant] = len(self.questions)
            words = text[slice(*node.span)]
            asked = node if truth else Not(node, node.span)
            words = words if truth else f"not ({words})"
            self.questions.append(Question(words, compiled(Expression(words, asked, YES_NO))))
        return Hoisted(number)


@dataclass(slots=True)
class _Part:
    """One of the conditions that a rule joins by `and`; `hoisted` counts its hoisted leaves."""

    node: Node
    formula: Formula
    hoisted: int


def _leaves(node: Node) -> int:
    """How many tests a condition is made of."""
    match node:
        case Not(operand=operand):
            return _leaves(operand)
        case Joined() | Conditional():
            return sum(_leaves(part) for part in children(node))
        case Constant():
            return 0
        case _:
            return 1


def _price(formula: Formula) -> tuple[int, int]:
    found = cost(formula)
    return (found.ways * 10 + found.groups, found.values)


def _is_affordable(formulas: list[Formula]) -> bool:
    whole = every(formulas)
    found = cost(whole)
    length = len(whole.parts) if isinstance(whole, Every) else 1
    return (
        found.groups <= GROUPS
        and found.ways <= WAYS
        and found.values <= VALUES
        and length <= LENGTH
    )
