"""PRC006 outcomes-differ: the outcomes of a step are not just those that are possible.

They are the values that its decision can give, the ends of the procedure that it calls, `late` where
it waits with `at_latest`, or how signing can come out: approved, rejected, undecided where that is
possible on some board. A value without an outcome would leave the run nowhere to go; an
outcome that is no value is never taken. A decision needs one output for it: a choice, or yes and
no. Beside the ends of a called procedure, `stopped` may have an outcome.

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

Right:

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
        outcomes: { accept: done, reject: done }
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from server.domain.ballot import Result
from server.domain.decision import LISTING, Decision
from server.domain.expression.spelling import did_you_mean
from server.domain.step import (
    LATE,
    Approve,
    Call,
    Decide,
    Step,
    WaitUntil,
)
from server.domain.values import Kind
from server.loading.diagnostics import Diagnostic
from server.loading.manuscript import Manuscript
from server.loading.marked import Path, SourceFile

CODE = "PRC006"
STOPPED = ("stopped",)


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        match step.action:
            case Decide(decision=key) if step.outcomes and key in manuscript.decisions:
                decision = manuscript.decisions[key]
                values = _values(decision)
                if values is None:
                    yield Diagnostic(
                        CODE,
                        source.key_mark(*path, "outcomes"),
                        f"Decision '{key}' gives no single value that could lead on.",
                        "Give it one output that is a choice or yes_no, or use 'as' and 'choose'.",
                    )
                    continue
                said = _Possible(f"Decision '{key}'", "says", "Every value of its output", values)
            case Call(procedure=key) if step.outcomes and key in manuscript.procedures:
                ends = manuscript.procedures[key].ends()
                said = _Possible(f"Procedure '{key}'", "ends with", "Every end", ends, STOPPED)
            case WaitUntil(at_latest=latest) if step.outcomes or latest is not None:
                late = (LATE,) if latest is not None else ()
                said = _Possible("This wait", "is", "What 'at_latest' leads to", late)
            case Approve() as action:
                said = _Possible("This vote", "is", "Every result that it can have", _of(action))
            case _:
                continue
        yield from _differing(step, source, path, said)


@dataclass(frozen=True, slots=True)
class _Possible:
    """`who` `does` one of `values`; `what` needs an outcome. `also` may have one."""

    who: str
    does: str
    what: str
    values: tuple[str, ...]
    also: tuple[str, ...] = ()


def _differing(
    step: Step, source: SourceFile, path: Path, possible: _Possible
) -> Iterator[Diagnostic]:
    known = (*possible.values, *possible.also)
    for key in step.outcomes:
        if key not in known:
            yield Diagnostic(
                CODE,
                source.key_mark(*path, "outcomes", key),
                f"{possible.who} never {possible.does} '{key}'.",
                did_you_mean(key, known),
            )
    missing = [value for value in possible.values if value not in step.outcomes]
    if missing:
        part = (*path, "outcomes") if step.outcomes else (*path, "at_latest")
        who = possible.who[0].lower() + possible.who[1:]
        yield Diagnostic(
            CODE,
            source.key_mark(*part),
            f"What follows when {who} {possible.does} "
            f"{' or '.join(repr(value) for value in missing)}?",
            f"{possible.what} needs an outcome.",
        )


def _of(action: Approve) -> tuple[str, ...]:
    """How signing can come out."""
    undecided = (Result.UNDECIDED.value,) if action.thresholds.may_stay_undecided else ()
    late = (LATE,) if action.at_latest is not None else ()
    return (Result.APPROVED.value, Result.REJECTED.value, *undecided, *late)


def _values(decision: Decision) -> tuple[str, ...] | None:
    """The values that outcomes are named for; None where the decision has no such output."""
    if len(decision.outputs) != 1 or decision.hits in LISTING or decision.nullable:
        return None
    [output] = decision.says.values()
    if output.kind is Kind.YES_NO:
        return ("yes", "no")
    return output.choices if output.kind is Kind.CHOICE else None
