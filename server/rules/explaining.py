"""Why each rule of a decision did or did not hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from server.domain.decision import Decision, Hits, ranks
from server.domain.expression import Expression, compiled
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.walking import conjuncts, free_paths
from server.domain.values import YES_NO, Value


@dataclass(frozen=True, slots=True)
class FailedCondition:
    """A condition as it was written, and what was found instead, by name."""

    text: str
    found: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """One rule: whether it held, and the conditions on which it failed.

    `passed_over`: it held, but the decision goes by the first rule, or by the one with the highest
    output, and another held too.
    """

    rule: str
    held: bool
    failed: tuple[FailedCondition, ...] = ()
    because: str = ""
    passed_over: bool = False


def explanations(decision: Decision, names: Mapping[str, Value]) -> tuple[RuleExplanation, ...]:
    """One explanation a rule, in the order written. `names` are inputs, settings and computed."""
    found: list[RuleExplanation] = []
    for rule in decision.rules:
        failed = () if rule.condition is None else _failed(rule.condition, names)
        holds = rule.condition is not None and not failed
        found.append(RuleExplanation(rule.key, holds, failed, rule.because))
    held = [number for number, item in enumerate(found) if item.held]
    for number, rule in enumerate(decision.rules):
        if rule.condition is None:
            found[number] = replace(found[number], held=not held)
    for number in _passed_over(decision, held):
        found[number] = replace(found[number], passed_over=True)
    return tuple(found)


def _passed_over(decision: Decision, held: Sequence[int]) -> Sequence[int]:
    """The rules that hold and yet did not decide."""
    if decision.hits is Hits.PRIORITY:
        held = sorted(held, key=ranks(decision).__getitem__)
    return held[1:] if decision.hits in {Hits.FIRST, Hits.PRIORITY} else ()


def _failed(condition: Expression, names: Mapping[str, Value]) -> tuple[FailedCondition, ...]:
    failed = []
    for node in conjuncts(condition.tree):
        text = condition.text[slice(*node.span)]
        if not compiled(Expression(text, node, YES_NO))(names, NOWHERE, EPOCH):
            read = dict.fromkeys(path.parts[0] for path in free_paths(node))
            failed.append(FailedCondition(text, {name: names.get(name) for name in read}))
    return tuple(failed)
