"""Why each rule of a decision did or did not hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server.domain.decision import Decision, Hits
from server.domain.expression import Expression, compiled
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.tree import Joined, Node
from server.domain.expression.walking import free_paths
from server.domain.values import YES_NO, Value


@dataclass(frozen=True, slots=True)
class FailedCondition:
    """A condition as it was written, and what was found instead, by name."""

    text: str
    found: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule: whether it held, and the conditions on which it failed.

    `passed_over`: it held, but the decision goes by the first rule, and an earlier one held too.
    """

    rule: str
    held: bool
    failed: tuple[FailedCondition, ...] = ()
    because: str = ""
    passed_over: bool = False


def explanations(decision: Decision, names: Mapping[str, Value]) -> tuple[RuleExplanation, ...]:
    """One explanation a rule, in the order written. `names` are inputs, settings and computed."""
    found: list[RuleExplanation] = []
    any_held = False
    for rule in decision.rules:
        if rule.condition is None:
            found.append(RuleExplanation(rule.key, False, because=rule.because))
            continue
        failed = _failed(rule.condition, names)
        passed_over = not failed and any_held and decision.hits is Hits.FIRST
        found.append(RuleExplanation(rule.key, not failed, failed, rule.because, passed_over))
        any_held = any_held or not failed
    conditions = [rule.condition for rule in decision.rules]
    return tuple(
        RuleExplanation(item.rule, not any_held, (), item.because) if condition is None else item
        for item, condition in zip(found, conditions, strict=True)
    )


def _failed(condition: Expression, names: Mapping[str, Value]) -> tuple[FailedCondition, ...]:
    failed = []
    for node in _conjuncts(condition.tree):
        text = condition.text[slice(*node.span)]
        if not compiled(Expression(text, node, YES_NO))(names, NOWHERE, EPOCH):
            read = dict.fromkeys(path.parts[0] for path in free_paths(node))
            failed.append(FailedCondition(text, {name: names.get(name) for name in read}))
    return tuple(failed)


def _conjuncts(node: Node) -> tuple[Node, ...]:
    if isinstance(node, Joined) and node.operator == "and":
        return tuple(part for operand in node.operands for part in _conjuncts(operand))
    return (node,)
