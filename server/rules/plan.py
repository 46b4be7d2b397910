"""How durable-rules is told a table: its columns, what is asked beforehand, its rulesets."""

from __future__ import annotations

from server.domain.decision import Decision
from server.domain.expression.types import type_of
from server.domain.values import Kind
from server.rules.columns import Column
from server.rules.formulas import NEVER
from server.rules.lowering import Lowering, Question
from server.rules.rulesets import Ruleset, rulesets
from server.rules.verdicts import spoken


class Plan:
    """A decision compiled to durable-rules' subset. Computed values may always be null.

    `leaves` counts the tests that the rules are made of, `hoisted` those among them that Python
    decides beforehand.
    """

    def __init__(self, decision: Decision) -> None:
        inputs = [(name, typ, name in decision.optional) for name, typ in decision.inputs.items()]
        computed = [
            (name, item.type or type_of(item.tree), True)
            for name, item in decision.computed.items()
        ]
        self.columns = {
            name: Column(name, number, typ, optional)
            for number, (name, typ, optional) in enumerate([*inputs, *computed])
        }
        settings = {name: setting.value for name, setting in decision.settings.items()}
        lowering = Lowering(self.columns, settings)
        formulas = [
            (number, lowering.condition(rule.condition))
            for number, rule in enumerate(decision.rules)
            if rule.condition is not None
        ]
        self.questions: list[Question] = lowering.questions
        self.leaves = lowering.leaves
        self.hoisted = lowering.hoisted_leaves
        self.rulesets: tuple[Ruleset, ...] = rulesets(
            [(number, formula) for number, formula in formulas if formula != NEVER], self.columns
        )


def compiled_text(decision: Decision) -> str:
    """What durable-rules is told of a decision, for people: every name and number explained."""
    plan = Plan(decision)
    share = f"{plan.hoisted / plan.leaves:.0%}" if plan.leaves else "none"
    return "\n".join(
        [
            f"# {decision.key}: {len(decision.rules)} rules, {len(plan.rulesets)} rulesets",
            *(
                f"# {column.key} = {column.name}{_legend(column)}"
                for column in plan.columns.values()
            ),
            *(
                f"# p{number} = {question.text}  (decided beforehand)"
                for number, question in enumerate(plan.questions)
            ),
            *(
                f"# r{number} = {rule.key}"
                + ("  (otherwise: where no other holds)" if rule.condition is None else "")
                for number, rule in enumerate(decision.rules)
            ),
            *(ruleset.json for ruleset in plan.rulesets),
            f"# hoisted: {plan.hoisted} of {plan.leaves} tests ({share})",
        ]
    )


def hoisted_share(decision: Decision) -> tuple[int, int]:
    """How many tests of a decision Python decides beforehand, and how many there are."""
    plan = Plan(decision)
    return plan.hoisted, plan.leaves


def _legend(column: Column) -> str:
    """How a column's values are told."""
    if column.codes:
        codes = ", ".join(f"{code} {spoken(value)}" for value, code in column.codes.items())
        return f"  (0 null, 1 another, {codes})"
    notes = []
    unit = {Kind.DATE: "days", Kind.DATE_TIME: "microseconds", Kind.DURATION: "microseconds"}
    if column.type.kind in unit:
        notes.append(f"in {unit[column.type.kind]}")
    if column.scale > 1:
        notes.append(f"times {column.scale}")
    if not column.is_number:
        notes.append("0 null, 1 known")
    elif column.optional:
        notes.append(f"{column.null_key} 1 null, 0 known")
    return f"  ({'; '.join(notes)})" if notes else ""
