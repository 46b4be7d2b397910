"""TGT004 goal-incomplete: the decision that says a goal is not given just the inputs it asks for.

    decision: case-time
    title: How soon is a case decided?
    inputs: { heavy: { type: yes_no } }
    output: { hours: { type: duration } }
    hits: first
    rules:
      - { rule: heavy, if: heavy, then: { hours: PT16H } }
      - { otherwise: { hours: PT8H } }
    # targets/case-decided.yaml
    target: case-decided
    goal: { decide: case-time, given: { weight: weight = heavy } }

Right:

    decision: case-time
    title: How soon is a case decided?
    inputs: { heavy: { type: yes_no } }
    output: { hours: { type: duration } }
    hits: first
    rules:
      - { rule: heavy, if: heavy, then: { hours: PT16H } }
      - { otherwise: { hours: PT8H } }
    # targets/case-decided.yaml
    target: case-decided
    goal: { decide: case-time, given: { heavy: weight = heavy } }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.expression.spelling import did_you_mean
from server.domain.target import Agreed
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "TGT004"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for key, target in manuscript.targets.items():
        goal = target.goal
        decision = manuscript.decisions.get(goal.decision) if isinstance(goal, Agreed) else None
        if decision is None:
            continue
        assert isinstance(goal, Agreed)
        source = manuscript.source("target", key)
        for name in goal.given.keys() - decision.inputs.keys():
            yield Diagnostic(
                CODE,
                source.key_mark("goal", "given", name),
                f"Decision '{decision.key}' has no input '{name}'.",
                did_you_mean(name, decision.inputs),
            )
        missing = [
            name
            for name in decision.inputs
            if name not in goal.given and name not in decision.optional
        ]
        if missing:
            yield Diagnostic(
                CODE,
                source.mark("goal", "given"),
                f"Decision '{decision.key}' also needs {', '.join(missing)}.",
                "Give it with an expression over the fields of the record.",
            )
