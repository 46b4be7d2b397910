"""VOT002 nobody-signs: every signer has a condition, and all of them can fail to hold.

A round of signing without a seat is a failure of the run. So one signer has no condition, or the
conditions leave no case out.

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        approve: case
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk, if: case.weight = heavy }]
        outcomes: { approved: done, rejected: done }

Right:

    procedure: case-review
    steps:
      - step: judge
        title: Judge the case
        approve: case
        instruction: Read all of it, twice where money is concerned.
        signers: [{ role: clerk }]
        outcomes: { approved: done, rejected: done }
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping

from server.domain.expression import evaluate
from server.domain.expression.nowhere import EPOCH, NOWHERE
from server.domain.step import Approve, Signer
from server.domain.values import Kind, Type, Value
from server.loading.building.approvals import ASKED
from server.loading.diagnostics import Diagnostic, Severity
from server.loading.manuscript import Manuscript

CODE = "VOT002"
MOST_CASES = 5_000
"""So many cases are tried; with more of them, it is left to the author."""


def check(manuscript: Manuscript) -> Iterator[Diagnostic]:
    for _, source, step, path in manuscript.walked():
        if not isinstance(step.action, Approve):
            continue
        signers = step.action.signers
        if any(signer.condition is None for signer in signers):
            continue
        inputs = _inputs(signers)
        mark = source.key_mark(*path, "signers")
        hint = "Take the condition off one of them, or add a signer for what is left."
        if inputs is None:
            sentence = "Each of these signers has a condition: is there always one?"
            yield Diagnostic(CODE, mark, sentence, hint, Severity.WARNING)
            continue
        case = next((case for case in _cases(inputs) if not _is_asked(signers, case)), None)
        if case is not None:
            told = " and ".join(f"{text} is {_worded(value)}" for text, value in case.items())
            yield Diagnostic(CODE, mark, f"Nobody signs when {told}.", hint)


def _inputs(signers: tuple[Signer, ...]) -> Mapping[str, tuple[Value, ...]] | None:
    """What the conditions read, as written, with all values it can have; None: too many."""
    found: dict[str, tuple[Value, ...]] = {}
    count = 1
    for signer in signers:
        assert signer.condition is not None
        for name, typ in signer.condition.inputs.items():
            values = _values(typ)
            if values is None:
                return None
            unknown = (None,) if name in signer.condition.optional else ()
            found[signer.given[name].text] = (*values, *unknown)
    for each in found.values():
        count *= len(each)
    return found if count <= MOST_CASES else None


def _values(typ: Type) -> tuple[Value, ...] | None:
    if typ.kind is Kind.YES_NO:
        return (True, False)
    return typ.choices if typ.kind is Kind.CHOICE else None


def _cases(inputs: Mapping[str, tuple[Value, ...]]) -> Iterator[Mapping[str, Value]]:
    for values in itertools.product(*inputs.values()):
        yield dict(zip(inputs, values, strict=True))


def _is_asked(signers: tuple[Signer, ...], case: Mapping[str, Value]) -> bool:
    """Whether one of the signers is needed in this case."""
    for signer in signers:
        assert signer.condition is not None
        given = {name: case[expression.text] for name, expression in signer.given.items()}
        for rule in signer.condition.rules:
            if rule.condition is None:
                continue
            if evaluate(rule.condition, given, NOWHERE, EPOCH) and rule.then["then"] == ASKED:
                return True
    return False


def _worded(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "not known" if value is None else str(value)
