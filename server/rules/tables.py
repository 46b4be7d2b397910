"""A decision made ready: its inputs checked and written, its rules asked, its verdict given."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence

from server.domain.decision import Decision, Hits, NoVerdict, Verdict
from server.domain.expression import Expression, compiled
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.expression.tree import Now
from server.domain.expression.walking import nodes
from server.domain.values import Value
from server.rules.intake import fitness, unfit
from server.rules.matcher import BrokenError, Matcher
from server.rules.plan import Plan
from server.rules.verdicts import Policy, surprised

DURABLE, PYTHON = "durable-rules", "python"
COLUMNS = 120
"""Inputs and computed values that a fact may carry; tables with more are left to Python."""

_log = logging.getLogger(__name__)


class Table:
    """A decision that Python evaluates: every condition is one function.

    The second evaluator: the oracle of the first, and its substitute where it cannot serve.
    """

    evaluator = PYTHON

    def __init__(self, decision: Decision, definition: str) -> None:
        self.decision = decision
        self.definition = definition
        self.settings: dict[str, Value] = {
            name: setting.value for name, setting in decision.settings.items()
        }
        self._fitness = tuple(
            (name, fitness(typ, optional=name in decision.optional))
            for name, typ in decision.inputs.items()
        )
        self._computed = tuple((name, compiled(item)) for name, item in decision.computed.items())
        self._conditions = tuple(
            (number, compiled(rule.condition))
            for number, rule in enumerate(decision.rules)
            if rule.condition is not None
        )
        self._assuming = tuple((item.text, compiled(item)) for item in decision.assuming)
        self._policy = Policy(decision, definition)
        self._is_first = decision.hits is Hits.FIRST

    def decide(self, inputs: Mapping[str, Value]) -> Verdict:
        """What the decision says.

        Raises:
            NoVerdict: an input is unfit, an assumption broken, no rule holds, or more than may.
        """
        taken = self.taken(inputs)
        names = self.names(taken)
        self._refuse_surprises(names)
        return self._policy.verdict(self.hits(names), taken, names, self.evaluator)

    def _refuse_surprises(self, names: Mapping[str, Value]) -> None:
        for text, holds in self._assuming:
            if not holds(names, NOWHERE, EPOCH):
                raise surprised(self.decision, text, names)

    def taken(self, inputs: Mapping[str, Value]) -> dict[str, Value]:
        """The declared inputs, each found fit.

        Raises:
            NoVerdict: one is not.
        """
        taken = {}
        for name, fits in self._fitness:
            value = taken[name] = inputs.get(name)
            if not fits(value):
                raise unfit(self.decision, inputs)
        return taken

    def names(self, taken: Mapping[str, Value]) -> dict[str, Value]:
        """All that conditions may name: settings, inputs, and what is computed of them."""
        names = {**self.settings, **taken}
        for name, compute in self._computed:
            names[name] = compute(names, NOWHERE, EPOCH)
        return names

    def hits(self, names: Mapping[str, Value]) -> list[int]:
        """The numbers of the rules that hold; with the policy `first`, just that of the first."""
        hits = []
        for number, condition in self._conditions:
            if condition(names, NOWHERE, EPOCH):
                hits.append(number)
                if self._is_first:
                    break
        return hits


class DurableTable(Table):
    """A decision that durable-rules evaluates."""

    evaluator = DURABLE

    def __init__(self, decision: Decision, definition: str) -> None:
        super().__init__(decision, definition)
        plan = Plan(decision)
        self._matcher = Matcher(plan.rulesets)
        self._encoders = tuple((name, column.encoder()) for name, column in plan.columns.items())
        self._questions = tuple(
            tuple((number, plan.questions[number].answer) for number in ruleset.questions)
            for ruleset in plan.rulesets
        )
        self._needs_names = bool(
            self._computed or plan.questions or self._assuming or decision.derived
        )

    def decide(self, inputs: Mapping[str, Value]) -> Verdict:
        taken = self.taken(inputs)
        names = self.names(taken) if self._needs_names else taken
        self._refuse_surprises(names)
        try:
            hits = self._matched(names)
        except BrokenError as error:
            _log.warning("durable-rules gave up on '%s': %s", self.decision.key, error)
            names = self.names(taken)
            return self._policy.verdict(self.hits(names), taken, names, PYTHON)
        return self._policy.verdict(hits, taken, names, DURABLE)

    def _matched(self, names: Mapping[str, Value]) -> Sequence[int]:
        body = '{"k":1,"id":"e"'
        for name, encode in self._encoders:
            body += "," + encode(names[name])

        def fact(index: int) -> str:
            asked = self._questions[index]
            if not asked:
                return body + "}"
            answers = "".join(
                f',"p{number}":{1 if answer(names, NOWHERE, EPOCH) else 0}'
                for number, answer in asked
            )
            return body + answers + "}"

        if self._is_first:
            first = self._matcher.first(fact)
            return () if first is None else (first,)
        return self._matcher.all(fact)


def table(decision: Decision, definition: str, evaluator: str) -> Table:
    """The decision made ready for this evaluator; for Python where the other cannot take it.

    Raises:
        NoVerdict: it cannot be decided at all.
    """
    for name, expression in _expressions(decision):
        if expression.type is None:
            raise NoVerdict(f"'{name}' of decision '{decision.key}' has not been checked.")
        if any(isinstance(node, Now) for node in nodes(expression.tree)):
            raise NoVerdict(
                f"'{name}' of decision '{decision.key}' asks for the time. "
                "Give the decision the moment as an input."
            )
    if evaluator == DURABLE and len(decision.inputs) + len(decision.computed) <= COLUMNS:
        try:
            return DurableTable(decision, definition)
        except BrokenError as error:
            _log.warning("durable-rules cannot take '%s': %s", decision.key, error)
    return Table(decision, definition)


def _expressions(decision: Decision) -> list[tuple[str, Expression]]:
    rules = [(rule.key, rule.condition) for rule in decision.rules if rule.condition is not None]
    assumed = [(item.text, item) for item in decision.assuming]
    return [*decision.computed.items(), *rules, *assumed, *decision.derived.items()]
