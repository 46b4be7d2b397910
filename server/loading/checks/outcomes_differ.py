"""PRC006 outcomes-differ: the outcomes of a step are not just the values its decision can give.

A value without an outcome would leave the run nowhere to go; an outcome that is no value is never
taken. The decision needs one output for it: a choice, or yes and no.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        role: clerk
        do: Say whether the case is sound
        instruction: Read all of it, twice where money is concerned.
        asks: { sound: Is the case sound? }
        as: judgement
      - step: verdict
        decide: case-verdict
        given: judgement
        outcomes: { accept: done, refuse: done }
"""

from __future__ import annotations

from collections.abc import Iterator

from server.domain.decision import Decision, Hits
from server.domain.expression.spelling import did_you_mean
from server.domain.procedure import Decide
from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript

CODE = "PRC006"


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        if not isinstance(step.action, Decide) or not step.outcomes:
            continue
        decision = manuscript.decisions.get(step.action.decision)
        if decision is None:
            continue
        values = _values(decision)
        if values is None:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "outcomes"),
                f"Decision '{decision.key}' gives no single value that could lead on.",
                "Give it one output that is a choice or yes_no, or use 'as' and 'choose'.",
            )
            continue
        for key in step.outcomes:
            if key not in values:
                yield Diagnostic(
                    CODE,
                    source.key_mark(*path, "outcomes", key),
                    f"Decision '{decision.key}' never says '{key}'.",
                    did_you_mean(key, values),
                )
        missing = [value for value in values if value not in step.outcomes]
        if missing:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "outcomes"),
                f"What follows when decision '{decision.key}' says "
                f"{' or '.join(repr(value) for value in missing)}?",
                "Every value of its output needs an outcome.",
            )


def _values(decision: Decision) -> tuple[str, ...] | None:
    """The values that outcomes are named for; None where the decision has no such output."""
    if len(decision.outputs) != 1 or decision.hits is Hits.ALL:
        return None
    [output] = decision.outputs.values()
    if output.kind is Kind.YES_NO:
        return ("yes", "no")
    return output.choices if output.kind is Kind.CHOICE else None
